/**
 * The injective encoding that digests and additional authenticated data are made of: every field is prefixed with its
 * length in 4 bytes, big-endian; numbers are 8 bytes, two's complement; an absent field has the length 0xffffffff.
 *
 * Law L5: two different lists of fields never have the same bytes.
 *
 * @since 0.1.0
 */

const absent = 0xffffffff
/** A buffer larger than this was for one event, and is not kept for the next. */
const kept = 1024 * 1024
let buffer = Buffer.allocUnsafe(4096)
let offset = 0

const reserve = (bytes: number): void => {
  if (offset + bytes <= buffer.length) return
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, offset + bytes))
  buffer.copy(larger, 0, 0, offset)
  buffer = larger
}

const uint32 = (value: number): void => {
  buffer[offset++] = value >>> 24
  buffer[offset++] = value >>> 16
  buffer[offset++] = value >>> 8
  buffer[offset++] = value
}

/** @category fields @since 0.1.0 */
export const text = (value: string): void => {
  const length = value.length
  reserve(4 + length * 3)
  const start = offset + 4
  offset = start
  if (length <= 48) {
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) {
        offset = start + buffer.write(value, start)
        break
      }
      buffer[offset++] = code
    }
  } else {
    offset += buffer.write(value, start)
  }
  const end = offset
  offset = start - 4
  uint32(end - start)
  offset = end
}

/** A safe integer. @category fields @since 0.1.0 */
export const integer = (value: number): void => {
  reserve(12)
  uint32(8)
  uint32(Math.floor(value / 0x1_0000_0000))
  uint32(value)
}

/** @category fields @since 0.1.0 */
export const bytes = (value: Uint8Array): void => {
  reserve(4 + value.length)
  uint32(value.length)
  buffer.set(value, offset)
  offset += value.length
}

/** @category fields @since 0.1.0 */
export const nothing = (): void => {
  reserve(4)
  uint32(absent)
}

/** How many fields follow. @category fields @since 0.1.0 */
export const count = (value: number): void => {
  reserve(4)
  uint32(value)
}

/**
 * The bytes of the fields that `write` writes. They are a view of a shared buffer, good until the next call.
 *
 * @category elimination
 * @since 0.1.0
 */
export const encode = (write: () => void): Uint8Array => {
  offset = 0
  if (buffer.length > kept) buffer = Buffer.allocUnsafe(4096)
  write()
  return buffer.subarray(0, offset)
}
