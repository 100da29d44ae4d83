/**
 * The law that what was stored once means the same for ever.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type * as EventCodec from "../../core/event/EventCodec.ts"
import { TypeId } from "../../core/event/EventCodec.ts"
import { Mistake } from "../Difference.ts"
import { listed, named, threw, under } from "../domain/Telling.ts"
import * as Law from "../Law.ts"
import { same } from "../Same.ts"
import { type Fixture, mistaken, nameOf, read, type Subject, storedAs, throughText } from "./Subject.ts"

/** What no fixture shows: a version that the codec reads, or a name. */
const missing = <E>(codec: EventCodec.EventCodec<E>, fixtures: ReadonlyArray<Fixture<E>>): ReadonlyArray<string> => {
  const { stored, written } = codec[TypeId]
  const names = new Set(fixtures.map(({ type }) => type))
  const versions = new Set(fixtures.map(nameOf))
  return [...stored].flatMap(([type, read]) => {
    // An old name is read as its tag is, and may not have been written in all versions.
    const renamed = !written.has(type) && [...written.keys()].some((tag) => stored.get(tag) === read)
    if (renamed || read.chains.length === 0) return names.has(type) ? [] : [`${type}, of any version`]
    const latest = read.chains.reduce((sum, { versions }) => sum + versions.latest, 0)
    const all = Array.from({ length: latest }, (_, i) => nameOf({ type, schemaVersion: i + 1 }))
    return all.filter((name) => !versions.has(name))
  })
}

/**
 * @category laws
 * @since 0.1.0
 */
export const C4 = <E extends { readonly _tag: string }, S>(
  { codec, view }: Subject<E, S>,
  golden: ReadonlyArray<Fixture<E>>,
): Law.Law =>
  Law.make({
    name: "C4",
    title: "golden corpus",
    equation: "every fixture decodes to the events that it meant and folds; there is one of every name and version",
    given: fc.constant(`a corpus of ${golden.length} ${golden.length === 1 ? "fixture" : "fixtures"}`),
    once: true,
    holds: Effect.fnUntraced(function* () {
      const unshown = missing(codec, golden)
      if (unshown.length > 0)
        return yield* mistaken("Not all that is read has a fixture.", ["there is none of", unshown.join("\n")])
      let state = view?.initial
      for (const [i, { events, ...payload }] of golden.entries()) {
        const fixture = `Fixture ${i + 1} (${nameOf(payload)})`
        const actual = yield* read(codec, { ...payload, data: yield* throughText(payload.data) })
        if (!same(events, actual)) {
          return yield* mistaken(
            `${fixture} does not mean what it meant.`,
            ["as it is stored", storedAs(payload)],
            ["it meant", listed(events)],
            ["it is read as", listed(actual)],
          )
        }
        if (view === undefined || state === undefined) continue
        for (const event of actual) {
          const before: S = state
          state = yield* Effect.try({
            try: () => view.evolve(before, event),
            catch: (cause) =>
              new Mistake({
                says: [
                  threw("evolve", cause),
                  under("on the event", named(event)),
                  under("in the state", named(before)),
                ].join("\n"),
              }),
          })
          if (state === undefined) {
            return yield* mistaken(`${fixture} folds to no state: evolve answered undefined.`, [
              "on the event",
              named(event),
            ])
          }
        }
      }
    }),
  })
