/**
 * Chains of events, and the ways in which somebody may lay hands on them.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"
import type { Either } from "fp-ts/lib/Either.js"
import * as HashChain from "../../core/event/HashChain.ts"
import type { NewEvent, StoredEvent } from "../../core/event/StoredEvent.ts"
import type { StreamName } from "../../core/event/StreamName.ts"
import * as Commits from "./Commits.ts"

/**
 * How events are digested and linked, and how a chain is verified.
 *
 * @example
 * ```ts
 * import { HashChain } from "everfold"
 * import { ChainLaws } from "everfold/laws"
 *
 * const own: ChainLaws.Chain = HashChain
 * ```
 *
 * @category model
 * @since 0.1.0
 */
export interface Chain {
  readonly preimage: (stream: StreamName, event: Omit<NewEvent, "digest">) => Uint8Array
  readonly link: (previous: Uint8Array, version: number, digest: Uint8Array) => Uint8Array
  readonly verify: (
    digest: (preimage: Uint8Array) => Uint8Array,
  ) => (
    stream: StreamName,
    events: Iterable<StoredEvent>,
    from?: HashChain.Head,
  ) => Either<HashChain.Broken, HashChain.Head>
}

/** @category universe @since 0.1.0 */
export const stream: StreamName = { category: "Order", id: "a" }

/**
 * Events as a chain makes them of their contents.
 *
 * @category constructors
 * @since 0.1.0
 */
export const chained = (
  chain: Chain,
  events: ReadonlyArray<Commits.Content>,
  from: HashChain.Head = HashChain.empty,
): ReadonlyArray<StoredEvent> => {
  let { version, link } = from
  return events.map((content) => {
    version++
    const made = Commits.event(version, stream, content)
    const digest = Commits.sha256(chain.preimage(stream, made))
    link = chain.link(link, version, digest)
    return { ...made, digest, stream, version, position: version, link }
  })
}

/**
 * @category model
 * @since 0.1.0
 */
export type Tampering =
  | { readonly _tag: "Edit"; readonly field: (typeof edited)[number] }
  | { readonly _tag: "Drop" | "Swap" | "Insert" | "Duplicate" | "Rechain" }

const edited = [
  "id",
  "type",
  "schemaVersion",
  "tags",
  "recordedAt",
  "correlationId",
  "causation",
  "encoding",
  "body",
  "digest",
  "link",
  "version",
  "stream",
] as const

const edit = (event: StoredEvent, field: (typeof edited)[number]): StoredEvent => {
  const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
  switch (field) {
    case "id":
      return { ...event, id: Commits.uuid(999) }
    case "type":
    case "correlationId":
      return { ...event, [field]: `${event[field]}.` }
    case "encoding":
      return { ...event, encoding: "json+zstd" }
    case "schemaVersion":
    case "recordedAt":
    case "version":
      return { ...event, [field]: event[field] + 1 }
    case "tags":
      return { ...event, tags: [...event.tags, "z"] }
    case "causation":
      return { ...event, causation: { eventId: event.id, stream, position: 1 } }
    case "body":
    case "digest":
    case "link":
      return { ...event, [field]: flipped(event[field]) }
    case "stream":
      return { ...event, stream: { ...stream, id: "b-1" } }
  }
}

/** @category arbitraries @since 0.1.0 */
export const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Edit" as const), field: fc.constantFrom(...edited) }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("Drop" as const, "Swap" as const, "Insert" as const, "Duplicate" as const, "Rechain" as const)
      .map((_tag) => ({ _tag })),
  },
)

/**
 * The events as somebody left them, and the least index at which that shows; -1 where it does not.
 *
 * @category running
 * @since 0.1.0
 */
export const tamper = (
  chain: Chain,
  events: ReadonlyArray<StoredEvent>,
  at: number,
  tampering: Tampering,
): readonly [ReadonlyArray<StoredEvent>, number] => {
  const [before, event, after] = [events.slice(0, at), events[at], events.slice(at + 1)]
  if (event === undefined) return [events, -1]
  switch (tampering._tag) {
    case "Edit":
      return [[...before, edit(event, tampering.field), ...after], at]
    case "Drop":
      return [[...before, ...after], after.length === 0 ? -1 : at]
    case "Swap": {
      const [next, ...rest] = after
      return next === undefined ? [events, -1] : [[...before, next, event, ...rest], at]
    }
    case "Insert": {
      const forged = chained(chain, [{ type: "Forged", tags: [] }], { version: at, link: new Uint8Array(32).fill(7) })
      return [[...before, ...forged, event, ...after], at]
    }
    case "Duplicate":
      return [[...before, event, event, ...after], at + 1]
    case "Rechain": {
      // Edited with digest and link made anew: it shows at the next event, whose link was not.
      const head = before.at(-1) ?? HashChain.empty
      const [forged] = chained(chain, [{ type: "Forged", tags: [] }], head)
      return after.length === 0 || forged === undefined ? [events, -1] : [[...before, forged, ...after], at + 1]
    }
  }
}
