/**
 * The laws of a process manager that follows events: what is asked for is owed, nothing else is, and nothing at the end.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as fc from "fast-check"
import type { ProcessManager } from "../../core/domain/ProcessManager.ts"
import { program } from "../arbitrary/Programs.ts"
import { Mistake, Traced } from "../Difference.ts"
import { listed, named, under } from "../domain/Telling.ts"
import * as Law from "../Law.ts"
import { same } from "../Same.ts"

/**
 * A process manager, and the events that it may meet.
 *
 * @category model
 * @since 0.1.0
 */
export interface Subject<E, C, S> {
  readonly process: ProcessManager<E, C, S>
  /** Events as they may come, in any order: also in histories that no decider would come to. */
  readonly events: fc.Arbitrary<E>
  /** How often each law is tried; 100 times, if left out. */
  readonly runs?: number
}

/**
 * Those of `some` that `all` has not, each as often as it is missing.
 *
 * @category comparing
 * @since 0.1.0
 */
export const missing = <A>(some: ReadonlyArray<A>, all: ReadonlyArray<A>): ReadonlyArray<A> => {
  const left = [...all]
  return some.filter((item) => {
    const found = left.findIndex((other) => same(item, other))
    if (found >= 0) left.splice(found, 1)
    return found < 0
  })
}

/** Where a process manager has come to. */
interface Place<C, S> {
  readonly state: S
  readonly owed: ReadonlyArray<C>
  readonly isOver: boolean
}

/** An event that it followed. */
interface Step<E, C, S> {
  readonly event: E
  readonly before: Place<C, S>
  readonly asked: ReadonlyArray<C>
  readonly after: Place<C, S>
}

const arrive = <E, C, S>({ pending, isTerminal }: ProcessManager<E, C, S>, state: S): Place<C, S> => ({
  state,
  owed: pending(state),
  isOver: isTerminal(state),
})

const line = <E, C, S>({ event, asked, after: { owed, isOver } }: Step<E, C, S>): string =>
  `${named(event)} → asks for ${listed(asked)}; then owes ${listed(owed)}${isOver ? ", and is over" : ""}`

interface Follower<E, C, S> {
  readonly atFirst?: (place: Place<C, S>) => Effect.Effect<void, Mistake>
  readonly onEvent: (step: Step<E, C, S>) => Effect.Effect<void, Mistake>
}

/** A law about what a process manager makes of events. Where it fails, it tells them. */
const following = <E, C, S>(
  { process, events, runs }: Subject<E, C, S>,
  what: Pick<Law.Law, "name" | "title" | "equation">,
  { atFirst = () => Effect.void, onEvent }: Follower<E, C, S>,
): Law.Law =>
  Law.make({
    ...what,
    given: program(events, { maxLength: 12 }),
    runs,
    holds: (events) => {
      const trace: Array<string> = []
      const checks = Effect.gen(function* () {
        let before = arrive(process, process.initial)
        yield* atFirst(before)
        for (const event of events) {
          trace.push(named(event))
          const state = process.evolve(before.state, event)
          const step = { event, before, asked: process.react(state, event), after: arrive(process, state) }
          trace.splice(-1, 1, line(step))
          yield* onEvent(step)
          before = step.after
        }
      })
      return Effect.catchCause(checks, (cause) =>
        Effect.fail(new Traced({ reason: Cause.squash(cause), trace, isWhole: true })),
      )
    },
  })

const unless = (isSo: boolean, ...says: ReadonlyArray<string>): Effect.Effect<void, Mistake> =>
  isSo ? Effect.void : Effect.fail(new Mistake({ says: says.join("\n") }))

/** @category laws @since 0.1.0 */
export const PM1 = <E, C, S>(subject: Subject<E, C, S>): Law.Law =>
  following(
    subject,
    {
      name: "PM1",
      title: "what is asked for is owed",
      equation: "react(s', e) ⊆ pending(s'), where s' = evolve(s, e)",
    },
    {
      onEvent: ({ event, asked, after: { state, owed } }) => {
        const unowed = missing(asked, owed)
        return unless(
          unowed.length === 0,
          `${listed(unowed)} is asked for on ${named(event)}, but pending does not say so: a restart forgets it.`,
          under("asked for", listed(asked)),
          under("pending", listed(owed)),
          under("in the state", named(state)),
        )
      },
    },
  )

/** @category laws @since 0.1.0 */
export const PM2 = <E, C, S>(subject: Subject<E, C, S>): Law.Law =>
  following(
    subject,
    {
      name: "PM2",
      title: "nothing else becomes owed",
      equation: "pending(initial) = [], pending(s') ⊆ pending(s) ++ react(s', e)",
    },
    {
      atFirst: ({ owed, state }) =>
        unless(
          owed.length === 0,
          `${listed(owed)} is pending before the first event.`,
          under("in the state", named(state)),
        ),
      onEvent: ({ event, before, asked, after }) => {
        const unasked = missing(after.owed, [...before.owed, ...asked])
        return unless(
          unasked.length === 0,
          `${listed(unasked)} is pending after ${named(event)}, but was never asked for: only a restart does it.`,
          under("pending before", listed(before.owed)),
          under("asked for", listed(asked)),
          under("pending after", listed(after.owed)),
          under("in the state", named(after.state)),
        )
      },
    },
  )

/** @category laws @since 0.1.0 */
export const PM3 = <E, C, S>(subject: Subject<E, C, S>): Law.Law =>
  following(
    subject,
    {
      name: "PM3",
      title: "a process that is over owes nothing",
      equation: "isTerminal(s) ⇒ pending(s) = [] and isTerminal(evolve(s, e)) and react(evolve(s, e), e) = []",
    },
    {
      atFirst: ({ isOver, owed }) =>
        unless(!isOver || owed.length === 0, `It is over before the first event, and owes ${listed(owed)}.`),
      onEvent: ({ event, before, asked, after }) => {
        const where = under("in the state", named(after.state))
        const ended = before.isOver ? "It was over before" : "It is over after"
        if (before.isOver && !after.isOver)
          return unless(false, `${ended} ${named(event)}, and is not over after it.`, where)
        if (before.isOver && asked.length > 0)
          return unless(false, `${ended} ${named(event)}, and asks for ${listed(asked)} on it.`, where)
        return unless(
          !after.isOver || after.owed.length === 0,
          `${ended} ${named(event)}, and still owes ${listed(after.owed)}.`,
          where,
        )
      },
    },
  )
