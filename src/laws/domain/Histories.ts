/**
 * The laws of what a decider's events come to: folded in whatever pages, and stored.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Decider from "../../core/domain/Decider.ts"
import type { EventCodec } from "../../core/event/EventCodec.ts"
import { traces } from "../arbitrary/Traces.ts"
import { read, write } from "../codec/Subject.ts"
import { agree, Mistake } from "../Difference.ts"
import * as Law from "../Law.ts"
import { explored } from "./Exploring.ts"
import type { Subject } from "./Subject.ts"
import { named, told } from "./Telling.ts"
import { fresh } from "./Walk.ts"

/**
 * @category laws
 * @since 0.1.0
 */
export const D1 = <C, S, E, R>(subject: Subject<C, S, E, R>): Law.Law =>
  Law.make({
    name: "D1",
    title: "fold action",
    equation: "fold(s, xs ++ ys) = fold(fold(s, xs), ys), fold(s, []) = s, page by page and resumed",
    given: fc.record({ commands: traces(subject), cuts: fc.array(fc.nat(12), { maxLength: 3 }) }),
    runs: subject.runs,
    holds: ({ commands, cuts }, seen) => {
      const walked = explored(subject.decider, commands, seen)
      const { events, places } = walked
      const end = places.at(-1)
      if (end === undefined) return Effect.void
      const whole = end.state
      const fold = (events: ReadonlyArray<E>, ...from: readonly [] | readonly [state: S]): S =>
        (subject.fold ?? Decider.fold)(fresh(subject.decider))(events, ...from)
      const checks = Effect.gen(function* () {
        yield* agree("the fold of the whole history", { expected: whole, actual: fold(events) })
        yield* agree("the fold of nothing, from the last state,", { expected: whole, actual: fold([], whole) })
        const [first = 0, ...others] = [...cuts.toSorted((a, b) => a - b), events.length]
        let paged = fold(events.slice(0, first))
        let from = first
        for (const end of others) {
          paged = fold(events.slice(from, end), paged)
          from = end
        }
        yield* agree(`the fold in pages up to ${[first, ...others].join(", ")}`, { expected: whole, actual: paged })
      })
      return told(walked, checks)
    },
  })

/**
 * @category laws
 * @since 0.1.0
 */
export const D12 = <C, S, E, R>({ decider, commands, runs }: Subject<C, S, E, R>, codec: EventCodec<E>): Law.Law =>
  Law.make({
    name: "D12",
    title: "what is decided is stored unchanged",
    equation: "decide(c, s) = es ⇒ decode(encode(e)) = e for every e of es, through the text of its JSON",
    given: traces({ decider, commands }),
    runs,
    holds: (commands, seen) => {
      const walked = explored(decider, commands, seen)
      const checks = Effect.forEach(
        walked.events,
        Effect.fnUntraced(function* (event) {
          const refused = (how: string) => (mistake: Mistake) =>
            new Mistake({ says: `${named(event)} cannot be ${how}: ${mistake.says}` })
          const stored = yield* Effect.mapError(write(codec, event), refused("stored"))
          const actual = yield* Effect.mapError(read(codec, stored), refused("read back"))
          yield* agree(`${named(event)}, stored and read,`, { expected: [event], actual })
        }),
        { discard: true },
      )
      return told(walked, checks)
    },
  })
