/**
 * The laws of snapshots, tried on a user's own aggregate.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { isLeft } from "fp-ts/lib/Either.js"
import type { Aggregate, SnapshotPolicy } from "../core/event/Aggregate.ts"
import * as Json from "../core/event/Json.ts"
import { type Commands, traces } from "./arbitrary/Traces.ts"
import { agree, Difference } from "./Difference.ts"
import { explored } from "./domain/Exploring.ts"
import { broken, told } from "./domain/Telling.ts"
import { take } from "./domain/Walk.ts"
import * as Law from "./Law.ts"

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

/** A state as a snapshot gives it back: through its codec and the text of its JSON. */
const kept = Effect.fnUntraced(function* <S>(policy: SnapshotPolicy<S>, state: S) {
  const refused = (what: string) => (fault: Json.Fault) => new Difference({ what, expected: state, actual: fault })
  const data = policy.state.encode(state)
  if (isLeft(data)) return yield* refused("encoding the state")(data.left)
  const text = Json.stringify(data.right)
  if (isLeft(text)) return yield* refused("writing the state")(text.left)
  const json = Json.parse(text.right)
  if (isLeft(json)) return yield* refused("reading the state")(json.left)
  const decoded = policy.state.decode(policy.state.latest, json.right)
  return isLeft(decoded) ? yield* refused(`decoding ${text.right}`)(decoded.left) : decoded.right
})

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
        let states: ReadonlyArray<S> = [yield* kept(policy, start.state)]
        for (const { command, before, evolved } of steps) {
          for (const { event, state } of evolved) {
            states = [...states.map((from) => model.evolve(from, event)), yield* kept(policy, state)]
            for (const [n, from] of states.entries()) {
              const what = `the state after ${states.length - 1} events, from the snapshot after ${n},`
              yield* agree(what, { expected: state, actual: from })
            }
            seen(resumed)
          }
          const expected = take(model, command, evolved.at(-1) ?? before).decision
          // That it breaks is for the laws of deciders to say.
          if (expected === undefined) return
          for (const [n, state] of states.entries()) {
            const { decision, broke } = take(model, command, { state, over: false })
            const what = `what is decided on the command again, from the snapshot after ${n},`
            yield* decision === undefined && broke !== undefined
              ? broken(broke)
              : agree(what, { expected, actual: decision })
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
