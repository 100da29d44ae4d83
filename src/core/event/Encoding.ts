/**
 * How a body was put into bytes. Every stored event says it of itself, so settings can change over a store's life.
 *
 * ```
 * encoding = "json" [ "+deflate" | "+zstd" [ ":" dictionary ] ] [ "+aes256gcm:" keyId ]
 * ```
 *
 * `dictionary` and `keyId` are 1 to 64 of `A-Z a-z 0-9 . _ -`.
 *
 * @since 0.1.0
 */
import { none, type Option, some } from "fp-ts/lib/Option.js"

/**
 * An encoding, taken apart; with neither compression nor key it is plain JSON.
 *
 * @example
 * ```ts
 * import { Encoding } from "everfold"
 *
 * const sealed: Encoding.Encoding = { compression: "deflate", keyId: "2026" }
 * console.log(Encoding.format(sealed)) // json+deflate+aes256gcm:2026
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Encoding {
  readonly compression?: "deflate" | "zstd"
  readonly dictionary?: string
  /** The key that sealed it; absent where it is not sealed. */
  readonly keyId?: string
}

const name = "[A-Za-z0-9._-]{1,64}"
const grammar = new RegExp(`^json(?:\\+(?:(deflate)|(zstd)(?::(${name}))?))?(?:\\+aes256gcm:(${name}))?$`)
const namePattern = new RegExp(`^${name}$`)

/**
 * Whether a text can name a key or a dictionary.
 *
 * @example
 * ```ts
 * import { Encoding } from "everfold"
 *
 * console.log(["2026-11", "my key", ""].map(Encoding.isName)) // [ true, false, false ]
 * ```
 * @category validation
 * @since 0.1.0
 */
export const isName = (text: string): boolean => namePattern.test(text)

/**
 * Nothing but JSON.
 *
 * @example
 * ```ts
 * import { Encoding } from "everfold"
 *
 * console.log(Encoding.format(Encoding.json)) // json
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const json: Encoding = {}

/**
 * An encoding as an event says it of itself. Names of dictionaries and keys are taken as they are: see `isName`.
 *
 * @example
 * ```ts
 * import { Encoding } from "everfold"
 *
 * console.log(Encoding.format({ compression: "zstd", keyId: "2026" })) // json+zstd+aes256gcm:2026
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const format = ({ compression, dictionary, keyId }: Encoding): string => {
  const compressed =
    compression === undefined ? "json" : `json+${compression}${dictionary === undefined ? "" : `:${dictionary}`}`
  return keyId === undefined ? compressed : `${compressed}+aes256gcm:${keyId}`
}

/**
 * Reads what `format` wrote; `None` where it is not of the grammar.
 *
 * @example
 * ```ts
 * import { Encoding } from "everfold"
 * import { isSome } from "fp-ts/lib/Option.js"
 *
 * const encoding = Encoding.parse("json+zstd+aes256gcm:2026")
 * console.log(isSome(encoding) && encoding.value) // { compression: 'zstd', keyId: '2026' }
 * ```
 * @category conversions
 * @since 0.1.0
 */
export const parse = (text: string): Option<Encoding> => {
  if (text === "json") return some(json)
  const match = grammar.exec(text)
  if (match === null) return none
  const [, deflate, zstd, dictionary, keyId] = match
  return some({
    ...(deflate !== undefined && { compression: "deflate" }),
    ...(zstd !== undefined && { compression: "zstd" }),
    ...(dictionary !== undefined && { dictionary }),
    ...(keyId !== undefined && { keyId }),
  })
}
