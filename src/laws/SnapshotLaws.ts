/**
 * The laws of snapshots, tried on a user's own aggregate.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import type { Aggregate, SnapshotPolicy } from "../core/event/Aggregate.ts"
import * as Json from "../core/event/Json.ts"
import { type Commands, traces } from "./arbitrary/Traces.ts"
import { Mistake } from "./Difference.ts"
import { explored } from "./domain/Exploring.ts"
import { broken, decided, named, told, under } from "./domain/Telling.ts"
import { type Step, take } from "./domain/Walk.ts"
import * as Law from "./Law.ts"
import { same } from "./Same.ts"

/**
 * An aggregate whose states are snapshotted, and commands of it.
 *
 * @example
 * ```ts
 * import { Aggregate, Decider, EventCodec } from "everfold"
 * import { type SnapshotLaws } from "everfold/laws"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Added = EventCodec.make({ Added: t.type({ by: t.number }) })
 * type Added = EventCodec.TypeOf<typeof Added>
 * const counter = Decider.make({
 *   initial: 0,
 *   decide: (by: number, _total: number) => Decider.accept(Added.Added({ by })),
 *   evolve: (total: number, event: Added) => total + event.by
 * })
 * const snapshot = { state: t.number, every: 10 }
 * const subject: SnapshotLaws.Subject<number, number, Added, never> = {
 *   aggregate: Aggregate.make({ category: "Counter", decider: counter, events: Added, snapshot }),
 *   commands: fc.integer()
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Subject<C, S, E, R> {
  /** With a snapshot policy. */
  readonly aggregate: Aggregate<C, S, E, R>
  /** Commands as they come, or commands for the state that was reached. Histories are made of them. */
  readonly commands: Commands<C, S>
  /** How often each law is tried; 100 times, if left out. */
  readonly runs?: number
}

/** A snapshot as it is stored, and the state that the history has come to from it. */
interface Kept<S> {
  readonly text: string
  readonly state: S
}

/** A state as a snapshot gives it back: through its codec and the text of its JSON. */
const kept = Effect.fnUntraced(function* <S>(policy: SnapshotPolicy<S>, state: S) {
  const refused = (how: string, { path, reason }: Json.Fault): Mistake =>
    new Mistake({
      says: [
        `A state cannot be ${how}${path === "" ? "" : `, for its ${path}`}: ${reason}.`,
        under("the state", named(state)),
      ].join("\n"),
    })
  const data = policy.state.encode(state)
  if (isLeft(data)) return yield* refused("written as a snapshot", data.left)
  const text = Json.stringify(data.right)
  if (isLeft(text)) return yield* refused("written as a snapshot", text.left)
  const json = Json.parse(text.right)
  if (isLeft(json)) return yield* refused(`read back from ${text.right}`, json.left)
  const decoded = policy.state.decode(policy.state.latest, json.right)
  if (isLeft(decoded)) return yield* refused(`read back from ${text.right}`, decoded.left)
  return { text: text.right, state: decoded.right }
})

const after = (events: number): string => (events === 0 ? "before the first event" : `after event ${events}`)

/** That a history resumed from a snapshot comes to the same state. */
const sameState = <S>(at: number, state: S, taken: number, from: Kept<S>): Effect.Effect<void, Mistake> =>
  same(state, from.state)
    ? Effect.void
    : Effect.fail(
        new Mistake({
          says: [
            at === taken
              ? `The state ${after(at)} does not come back from its snapshot.`
              : `The state ${after(at)} is another one where the snapshot ${after(taken)} is used.`,
            under("without a snapshot", named(state)),
            under("with the snapshot", named(from.state)),
            under("the snapshot, as it is stored", from.text),
          ].join("\n"),
        }),
      )

/** That a command is decided the same on a history that is resumed from a snapshot. */
const sameDecision = <C, S, E, R>(
  expected: Either<R, ReadonlyArray<E>>,
  { command, decision, broke }: Step<C, S, E, R>,
  taken: number,
  from: Kept<S>,
): Effect.Effect<void, Mistake> => {
  if (decision === undefined) return broke === undefined ? Effect.void : Effect.fail(broken(broke))
  if (same(expected, decision)) return Effect.void
  return Effect.fail(
    new Mistake({
      says: [
        `${named(command)}, sent next, is decided otherwise where the snapshot ${after(taken)} is used.`,
        under("without a snapshot", decided(expected)),
        under("with the snapshot", decided(decision)),
        under("the snapshot, as it is stored", from.text),
      ].join("\n"),
    }),
  )
}

const resumed = "event after a snapshot"

/** SN1 */
const equivalence = <C, S, E, R>(
  { aggregate: { decider }, commands, runs }: Subject<C, S, E, R>,
  policy: SnapshotPolicy<S>,
): Law.Law =>
  Law.make({
    name: "SN1",
    title: "a snapshot changes nothing",
    equation: "fold(snapshotₙ, es[n..]) = fold(initial, es) for every n",
    given: traces({ decider, commands }, { maxLength: 10 }),
    runs,
    must: [resumed],
    holds: (commands, seen) => {
      const walked = explored(decider, commands, seen)
      const { decider: model, steps, places } = walked
      const checks = Effect.gen(function* () {
        const [start] = places
        if (start === undefined) return
        /** The same history, resumed from the snapshot after each of its events. */
        let resumptions: ReadonlyArray<Kept<S>> = [yield* kept(policy, start.state)]
        for (const { command, before, evolved } of steps) {
          for (const { event, state } of evolved) {
            const further = resumptions.map(({ text, state }) => ({ text, state: model.evolve(state, event) }))
            resumptions = [...further, yield* kept(policy, state)]
            const at = resumptions.length - 1
            for (const [n, from] of resumptions.entries()) yield* sameState(at, state, n, from)
            seen(resumed)
          }
          const expected = take(model, command, evolved.at(-1) ?? before).decision
          // That it breaks is for the laws of deciders to say.
          if (expected === undefined) return
          for (const [n, from] of resumptions.entries()) {
            yield* sameDecision(expected, take(model, command, { state: from.state, over: false }), n, from)
          }
        }
      })
      return told(walked, checks)
    },
  })

/**
 * The laws of an aggregate's snapshots (SN1). Throws where the aggregate has no snapshot policy.
 *
 * @example
 * ```ts
 * import { Aggregate, Decider, EventCodec } from "everfold"
 * import { SnapshotLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * const Counter = Aggregate.make({
 *   category: "Counter",
 *   events: CounterEvent,
 *   decider: Decider.make({
 *     initial: 0,
 *     decide: (by: number, _total: number) => Decider.accept(CounterEvent.Added({ by })),
 *     evolve: (total: number, event: EventCodec.TypeOf<typeof CounterEvent>) => total + event.by
 *   }),
 *   snapshot: { state: t.number, every: 100 }
 * })
 *
 * laws(SnapshotLaws.suite({ aggregate: Counter, commands: fc.integer() }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = <C, S, E, R>(subject: Subject<C, S, E, R>): Law.Suite => {
  const { category, snapshot } = subject.aggregate
  if (snapshot === undefined) throw new Error(`Aggregate ${category} has no snapshot policy, so no laws of snapshots.`)
  return { name: `snapshots of ${category}`, laws: [equivalence(subject, snapshot)] }
}
