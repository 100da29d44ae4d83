import { type Compressed, maxOutputLength } from "../../core/port/Compression.ts"

/** Below this, the frame of a compressed body costs about what it saves. */
const minBytes = 128

/** Compresses, and keeps the result only where it is smaller and can be read back. */
export const whereItHelps =
  (encoding: Compressed["encoding"], compress: (bytes: Uint8Array) => Uint8Array) =>
  (bytes: Uint8Array): Compressed | undefined => {
    if (bytes.length < minBytes || bytes.length > maxOutputLength) return undefined
    const compressed = compress(bytes)
    return compressed.length < bytes.length ? { encoding, bytes: compressed } : undefined
  }
