/**
 * The law that it does not matter when an old payload is read: at once, or after any version in between rewrote it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as EventCodec from "../../core/event/EventCodec.ts"
import { TypeId } from "../../core/event/EventCodec.ts"
import type * as Payload from "../../core/event/Payload.ts"
import { copy } from "../domain/Purity.ts"
import { listed } from "../domain/Telling.ts"
import * as Law from "../Law.ts"
import { same } from "../Same.ts"
import {
  mistaken,
  nameOf,
  read,
  type StoredPayload,
  storedAs,
  succeeds,
  type Tried,
  throughText,
  write,
} from "./Subject.ts"

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

      const unlike = (how: string, now: ReadonlyArray<E>, ...meanwhile: ReadonlyArray<readonly [string, string]>) =>
        same(expected, now)
          ? Effect.void
          : mistaken(
              `${nameOf(payload)}, ${how}, means something else.`,
              ["as it is stored", storedAs(payload)],
              ["read at once", listed(expected)],
              ...meanwhile,
              ["read then", listed(now)],
            )

      const chain = chainOf(codec[TypeId].stored.get(type), schemaVersion)
      if (chain !== undefined) {
        const first = schemaVersion - chain.before
        for (const versions of some(since(chain.versions, first))) {
          const at = yield* rewritten(versions, first, payload, chain.before + versions.latest)
          const how = `rewritten as ${nameOf(at)} and read again`
          yield* unlike(how, yield* read(codec, at), ["rewritten as", storedAs(at)])
        }
      }
      const today = yield* Effect.forEach(events, (event) => write(codec, event))
      const again = yield* Effect.forEach(today, (at) => read(codec, at))
      const how = "written as its events are written today and read again"
      yield* unlike(how, again.flat(), ["rewritten as", today.map(storedAs).join("\n")])
      yield* unlike("read a second time", yield* read(codec, yield* fresh))
    }),
  })
