/**
 * The laws of what a decider promises of its own histories: what is always true, what may be sent twice, what is over for
 * good, and what can be reached at all.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { isLeft } from "fp-ts/lib/Either.js"
import { type EventCodec, TypeId } from "../../core/event/EventCodec.ts"
import { traces } from "../arbitrary/Traces.ts"
import { Mistake } from "../Difference.ts"
import * as Law from "../Law.ts"
import { explored } from "./Exploring.ts"
import type { Reach, Subject } from "./Subject.ts"
import { decided, named, told, under } from "./Telling.ts"
import { take } from "./Walk.ts"

/**
 * @category laws
 * @since 0.1.0
 */
export const D4 = <C, S, E, R>(
  { decider, commands, runs }: Subject<C, S, E, R>,
  invariants: NonNullable<Subject<C, S, E, R>["invariants"]>,
): Law.Law =>
  Law.make({
    name: "D4",
    title: "invariants",
    equation: "inv(fold(es), es) for every history es that commands lead to, and for every beginning of it",
    given: traces({ decider, commands }),
    runs,
    holds: (commands, seen) => {
      const walked = explored(decider, commands, seen)
      const after = (i: number) => (i === 0 ? "in the initial state" : `after ${named(walked.events[i - 1])}`)
      const checks = Effect.gen(function* () {
        for (const [i, { state }] of walked.places.entries()) {
          for (const [says, holds] of Object.entries(invariants)) {
            if (holds(state, walked.events.slice(0, i))) continue
            const where = under("the state", named(state))
            return yield* new Mistake({ says: `It is not true that ${says}, ${after(i)}.\n${where}` })
          }
        }
      })
      return told(walked, checks)
    },
  })

const retried = "accepted command sent again"

/**
 * @category laws
 * @since 0.1.0
 */
export const D5 = <C, S, E, R>(
  { decider, commands, runs }: Subject<C, S, E, R>,
  idempotent: NonNullable<Subject<C, S, E, R>["idempotent"]>,
): Law.Law =>
  Law.make({
    name: "D5",
    title: "declared idempotence",
    equation: "decide(c, s) = es ⇒ decide(c, fold(s, es)) = [], for every idempotent c",
    given: traces({ decider, commands }),
    runs,
    must: [retried],
    holds: (commands, seen) => {
      const walked = explored(decider, commands, seen)
      const checks = Effect.gen(function* () {
        for (const { command, evolved, broke } of walked.steps) {
          const after = evolved.at(-1)
          if (after === undefined || broke !== undefined || !idempotent(command)) continue
          const { decision } = take(walked.decider, command, after)
          // Where it breaks the law of totality says so.
          if (decision === undefined) continue
          seen(retried)
          if (isLeft(decision) || decision.right.length > 0) {
            return yield* new Mistake({
              says: [
                `${named(command)} is declared idempotent. Sent again right after it was accepted, it should come to no events.`,
                under("it came to", decided(decision)),
                under("in the state", named(after.state)),
              ].join("\n"),
            })
          }
        }
      })
      return told(walked, checks)
    },
  })

/**
 * Events that no command leads to are not asked: what an event means where it never happens is nobody's business.
 *
 * @category laws
 * @since 0.1.0
 */
export const D6 = <C, S, E, R>({ decider, commands, runs }: Subject<C, S, E, R>): Law.Law =>
  Law.make({
    name: "D6",
    title: "terminal absorbs",
    equation: "isTerminal(s) ⇒ every command is refused or yields [], and s stays terminal",
    given: traces({ decider, commands }),
    runs,
    holds: (commands, seen) => {
      const walked = explored(decider, commands, seen)
      const checks = Effect.gen(function* () {
        for (const place of walked.stops) {
          if (!place.over) continue
          for (const command of commands) {
            const { decision } = take(walked.decider, command, place)
            if (decision === undefined) continue
            seen("command in a terminal state")
            if (isLeft(decision) || decision.right.length === 0) continue
            return yield* new Mistake({
              says: [
                `${named(command)} is accepted in a terminal state.`,
                under("it comes to", decided(decision)),
                under("in the terminal state", named(place.state)),
              ].join("\n"),
            })
          }
        }
        for (const [i, { state, over }] of walked.places.entries()) {
          const next = walked.places[i + 1]
          if (over && next !== undefined && !next.over) {
            return yield* new Mistake({
              says: [
                `${named(walked.events[i])} leads out of a terminal state.`,
                under("from the terminal state", named(state)),
                under("to the state", named(next.state)),
              ].join("\n"),
            })
          }
        }
      })
      return told(walked, checks)
    },
  })

/**
 * What has to be reached: by default every event that the codec writes.
 *
 * @category laws
 * @since 0.1.0
 */
export const D7 = <C, S, E, R>(
  { decider, commands, runs }: Subject<C, S, E, R>,
  { states = [], events, rejections = [] }: Reach<S, E, R>,
  codec: EventCodec<E> | undefined,
): Law.Law => {
  const tags: ReadonlyArray<string> = events ?? [...(codec?.[TypeId].written.keys() ?? [])]
  const must = [
    ...states.map((tag) => `state ${tag}`),
    ...tags.map((tag) => `event ${tag}`),
    ...rejections.map((tag) => `rejection ${tag}`),
  ]
  return Law.make({
    name: "D7",
    title: "nothing is out of reach",
    equation:
      "for every event that is stored, and every state and rejection that is listed, commands exist that lead to it",
    given: traces({ decider, commands }),
    runs,
    must,
    holds: (commands, seen) => {
      const walked = explored(decider, commands, seen)
      /** A text is its own tag, and counted if it was asked for. */
      const text = (kind: string, value: unknown): void => {
        if (typeof value === "string" && must.includes(`${kind} ${value}`)) seen(`${kind} ${value}`)
      }
      for (const { state } of walked.places) text("state", state)
      for (const event of walked.events) text("event", event)
      for (const { decision } of walked.steps) if (decision?._tag === "Left") text("rejection", decision.left)
      return Effect.void
    },
  })
}
