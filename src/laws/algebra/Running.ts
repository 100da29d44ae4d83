/**
 * Laws of several commands in one decision: as one after another against a store, all or nothing.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import * as Decider from "../../core/domain/Decider.ts"
import type { ProcessManager } from "../../core/domain/ProcessManager.ts"
import * as View from "../../core/domain/View.ts"
import * as Deciders from "../arbitrary/Deciders.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { behaviour } from "./Behaviour.ts"

const { toDecider, toProcess } = Deciders

const commands = fc.array(Deciders.command, { maxLength: 4 })

/**
 * @category laws
 * @since 0.1.0
 */
export const batch = (batch: typeof Decider.batch): Law.Law =>
  Law.make({
    name: "A9",
    title: "a batch is its commands one after another",
    equation:
      "batch(cs ++ ds, s) = batch(cs, s) ++ batch(ds, fold(s, batch(cs, s))), batch([c]) = decide(c), batch([]) = []",
    given: fc.record({ model: Deciders.model, history: Deciders.history, cs: commands, ds: commands }),
    holds: Effect.fnUntraced(function* ({ model, history, cs, ds }) {
      const decider = toDecider(model)
      const batched = batch(decider)
      const state = Decider.fold(decider)(history)
      const first = batched.decide(cs, state)
      const then = isLeft(first) ? first : batched.decide(ds, Decider.fold(decider)(first.right, state))
      yield* agree("what both lists decide as one", {
        expected: isLeft(first) || isLeft(then) ? then : right([...first.right, ...then.right]),
        actual: batched.decide([...cs, ...ds], state),
      })
      yield* agree("what no command decides", { expected: right([]), actual: batched.decide([], state) })
      for (const command of cs) {
        yield* agree("what one command decides", {
          expected: decider.decide(command, state),
          actual: batched.decide([command], state),
        })
      }
      yield* agree("whether it is over", { expected: decider.isTerminal(state), actual: batched.isTerminal(state) })
      yield* agree("the state after the history", { expected: state, actual: Decider.fold(batched)(history) })
    }),
  })

/** Each command is decided on the whole log, read anew, and what the process asks for waits its turn. */
const againstStore = (
  decider: Decider.Decider<number, number, number, number>,
  process: ProcessManager<number, number, number>,
  log: ReadonlyArray<number>,
  command: number,
  fuel: number,
): Either<unknown, ReadonlyArray<number>> => {
  const events: Array<number> = []
  const waiting = [command]
  for (let carriedOut = 0; carriedOut < waiting.length; carriedOut++) {
    const next = waiting[carriedOut] ?? 0
    if (carriedOut > fuel) return left({ _tag: "OutOfFuel", fuel, next })
    const decision = decider.decide(next, Decider.fold(decider)([...log, ...events]))
    if (isLeft(decision)) return decision
    for (const event of decision.right) {
      events.push(event)
      waiting.push(...process.react(View.fold(process)([...log, ...events]), event))
    }
  }
  return right(events)
}

/**
 * @category laws
 * @since 0.1.0
 */
export const orchestrate = (orchestrate: typeof Decider.orchestrate): Law.Law =>
  Law.make({
    name: "A10",
    title: "orchestrating is asking a store, command by command",
    equation:
      "with a process that asks for nothing ≈ the decider; else the events of each command in the order of asking, decided on all before it; fuel bounds it",
    given: fc.record({
      model: Deciders.model,
      process: Deciders.process,
      history: Deciders.history,
      command: Deciders.command,
      fuel: fc.nat(5),
    }),
    runs: 200,
    holds: Effect.fnUntraced(function* ({ model, process: table, history, command, fuel }) {
      const decider = toDecider(model)
      const process = toProcess(table)
      const silent = orchestrate({ ...process, react: () => [] }, fuel)(decider)
      yield* agree("what it decides with a process that asks for nothing", {
        expected: behaviour(decider, history, [command]),
        actual: behaviour(silent, history, [command]),
      })
      const driven = orchestrate(process, fuel)(decider)
      const state = Decider.fold(driven)(history)
      yield* agree("the states after the history", {
        expected: { decider: Decider.fold(decider)(history), process: View.fold(process)(history) },
        actual: state,
      })
      yield* agree("what it decides with the process", {
        expected: againstStore(decider, process, history, command, fuel),
        actual: driven.decide(command, state),
      })
    }),
  })
