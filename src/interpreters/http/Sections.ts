/**
 * Sections, as a client takes them from answers: only such as a log gives.
 *
 * @since 0.1.0
 */
import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Position } from "../../core/event/Commit.ts"
import type { Section } from "../../core/program/NotificationLog.ts"
import * as SectionName from "../../core/program/SectionName.ts"
import * as Answers from "./Answers.ts"
import * as Links from "./Links.ts"
import * as Wire from "./Wire.ts"

const { unexpected } = Answers

/**
 * The last position that a section shows, or the one before its first.
 *
 * @category reading
 * @since 0.1.0
 */
export const reached = ({ id, items }: Section): Position => items.at(-1)?.position ?? Number.parseInt(id, 10) - 1

const parse = (body: string): Result.Result<unknown, unknown> =>
  Result.try({ try: (): unknown => JSON.parse(body), catch: (error) => error })

/**
 * The last position that a section has room for.
 *
 * @category reading
 * @since 0.1.0
 */
export const last = ({ id }: Section): Position => Number.parseInt(id.slice(id.indexOf(",") + 1), 10)

/**
 * Whether the bytes are others than those of the digest, where there is one (RFC 9530). One of compressed bytes is left to
 * who decompresses.
 */
const isSpoilt = ({ headers }: HttpClientResponse, body: string): boolean => {
  const [, digest] = /(?:^|,)\s*sha-256=:([^:]*):/.exec(headers["repr-digest"] ?? "") ?? []
  return digest !== undefined && headers["content-encoding"] === undefined && digest !== hash("sha256", body, "base64")
}

const decode = Schema.decodeUnknownResult(Wire.Section)

/** Why a section is not what its name says, for a log of this size. */
const fault = ({ id, items, archived, previous, next }: Section, size: number): string | undefined => {
  const first = SectionName.first(id, size)
  if (first === undefined) return `sections had ${size} positions, and ${id} has not; the log's section size changed`
  if (items.some(({ position }, i) => position !== first + i) || items.length > size) return `${id} has other positions`
  if (archived !== (items.length === size))
    return `${id} is ${archived ? "archived before it is" : "full and not archived"}`
  const before = first === 1 ? undefined : SectionName.at(first - 1, size)
  const after = archived ? SectionName.at(first + size, size) : undefined
  return previous === before && next === after ? undefined : `${id} names other neighbours than its own`
}

const linkFault = ({ items }: Section): string | undefined => {
  const links = Links.make()
  for (const event of items) {
    const wrong = links.fault(event)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/**
 * The section of an answer: checked against what its name says, so that half a section, or another one, is never taken
 * for it, nor one whose events do not follow from each other. What is no JSON was cut on its way, which is passing.
 *
 * @category reading
 * @since 0.1.0
 */
export const section = Effect.fnUntraced(function* (response: HttpClientResponse, asked: string, size?: number) {
  const type = Answers.typeOf(response)
  if (type !== "application/json") return yield* unexpected(response, `${type} instead of application/json`)
  const body = yield* Answers.text(response)
  if (isSpoilt(response, body)) return yield* unexpected(response, "other bytes than it says", true)
  const json = parse(body)
  if (Result.isFailure(json)) return yield* unexpected(response, "JSON that ends before its end", true)
  const decoded = decode(json.success)
  if (Result.isFailure(decoded)) return yield* unexpected(response, `no section: ${decoded.failure.message}`)
  const { previous, next, ...rest } = decoded.success
  const found: Section = { ...rest, previous: previous ?? undefined, next: next ?? undefined }
  const positions = size ?? SectionName.size(found.id)
  if (positions === undefined) return yield* unexpected(response, `${found.id} is the name of no section`)
  const wrong = fault(found, positions) ?? linkFault(found)
  if (wrong !== undefined) return yield* unexpected(response, wrong)
  if (asked === "current" ? found.archived : found.id !== asked) {
    return yield* unexpected(response, `section ${found.id} instead of ${asked}`)
  }
  return found
})
