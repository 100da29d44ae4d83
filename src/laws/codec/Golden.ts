/**
 * The law that what was stored once means the same for ever.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type * as EventCodec from "../../core/event/EventCodec.ts"
import { TypeId } from "../../core/event/EventCodec.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { type Fixture, nameOf, read, type Subject, throughText } from "./Subject.ts"

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
    given: fc.constant(`the corpus of ${golden.length} fixtures`),
    runs: 1,
    holds: Effect.fnUntraced(function* () {
      yield* agree("what has no fixture", { expected: [], actual: missing(codec, golden) })
      let state = view?.initial
      for (const [i, { events, ...payload }] of golden.entries()) {
        const fixture = `fixture ${i + 1} (${nameOf(payload)})`
        const actual = yield* read(codec, { ...payload, data: yield* throughText(payload.data) })
        yield* agree(`${fixture}, decoded,`, { expected: events, actual })
        if (view === undefined || state === undefined) continue
        // What is thrown is a defect, and so a counterexample.
        for (const event of actual) state = view.evolve(state, event)
        yield* agree(`whether ${fixture} folds to a state`, { expected: true, actual: state !== undefined })
      }
    }),
  })
