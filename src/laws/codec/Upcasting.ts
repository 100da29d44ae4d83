/**
 * The law that it does not matter when an old payload is read: at once, or after any version in between rewrote it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as EventCodec from "../../core/event/EventCodec.ts"
import { TypeId } from "../../core/event/EventCodec.ts"
import type * as Payload from "../../core/event/Payload.ts"
import { agree } from "../Difference.ts"
import { copy } from "../domain/Purity.ts"
import * as Law from "../Law.ts"
import { nameOf, read, type StoredPayload, succeeds, type Tried, throughText, write } from "./Subject.ts"

/** Every version from the one that a payload was written as: each as it was once the latest. */
const since = (versions: Payload.Versions<unknown>, first: number): ReadonlyArray<Payload.Versions<unknown>> => {
  const found: Array<Payload.Versions<unknown>> = []
  for (let at: Payload.Versions<unknown> | undefined = versions; at !== undefined; at = at.older?.versions) {
    if (at.latest >= first) found.push(at)
  }
  return found.reverse()
}

/** The chain that a schema version belongs to, and how many versions are before it. */
const chainOf = <E>(read: EventCodec.Stored<E> | undefined, schemaVersion: number) => {
  let before = 0
  for (const { versions } of read?.chains ?? []) {
    if (schemaVersion <= before + versions.latest) return { versions, before }
    before += versions.latest
  }
  return undefined
}

/** All versions of a long chain cost their square; these show as much. */
const some = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items.length <= 40 ? items : [...items.slice(0, 20), ...items.slice(-20)]

const rewritten = Effect.fnUntraced(function* (
  versions: Payload.Versions<unknown>,
  first: number,
  { type, data }: StoredPayload,
  schemaVersion: number,
) {
  const payload = yield* succeeds(
    `lifting it to ${nameOf({ type, schemaVersion })}`,
    versions.decode(first, yield* throughText(data)),
  )
  const json = yield* succeeds(`writing it as ${nameOf({ type, schemaVersion })}`, versions.encode(payload))
  return { type, schemaVersion, data: yield* throughText(json) }
})

/**
 * @category laws
 * @since 0.1.0
 */
export const C3 = <E extends { readonly _tag: string }, S>({ codec, stored, runs }: Tried<E, S>): Law.Law =>
  Law.make({
    name: "C3",
    title: "read now or later",
    equation:
      "read(x) = read(write as version j (read x up to j)), for every j from x's version on, and twice the same",
    given: stored,
    runs,
    holds: Effect.fnUntraced(function* (payload) {
      const { type, schemaVersion, data } = payload
      const fresh = Effect.map(throughText(data), (data) => ({ type, schemaVersion, data }))
      const events = yield* read(codec, yield* fresh)
      // A copy: what an upcast shares with it may be changed by the next read.
      const expected = copy(events)

      const chain = chainOf(codec[TypeId].stored.get(type), schemaVersion)
      if (chain !== undefined) {
        const first = schemaVersion - chain.before
        for (const versions of some(since(chain.versions, first))) {
          const at = yield* rewritten(versions, first, payload, chain.before + versions.latest)
          const what = `${nameOf(payload)}, rewritten as ${nameOf(at)} and read again,`
          yield* agree(what, { expected, actual: yield* read(codec, at) })
        }
      }
      const today = yield* Effect.forEach(events, (event) =>
        Effect.flatMap(write(codec, event), (at) => read(codec, at)),
      )
      yield* agree("its events, written as they are today and read again,", { expected, actual: today.flat() })
      yield* agree(`${nameOf(payload)}, read a second time,`, { expected, actual: yield* read(codec, yield* fresh) })
    }),
  })
