/**
 * Several commands in one decision, each decided on the state that the ones before it leave: given together
 * (`Decider.batch`), or asked for by a process manager (`Decider.orchestrate`).
 *
 * @since 0.1.0
 */
import { isLeft, left, right } from "fp-ts/lib/Either.js"
import type { Decider } from "./Decider.ts"
import type { ProcessManager } from "./ProcessManager.ts"

/**
 * Several commands as one: all of their events, or the first rejection and none.
 *
 * `batch(cs ++ ds, s) = batch(cs, s) ++ batch(ds, fold(s, batch(cs, s)))`
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const purse = Decider.make({
 *   initial: 0,
 *   decide: (by: number, money: number) => (money + by < 0 ? Decider.reject(money) : Decider.accept(by)),
 *   evolve: (money: number, by: number) => money + by
 * })
 * console.log(Decider.batch(purse).decide([5, -3, -1], 0)) // { _tag: 'Right', right: [ 5, -3, -1 ] }
 * console.log(Decider.batch(purse).decide([5, -3, -4], 0)) // { _tag: 'Left', left: 2 }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const batch = <C, S, E, R>(self: Decider<C, S, E, R>): Decider<ReadonlyArray<C>, S, E, R> => ({
  ...self,
  decide: (commands, from) => {
    const events: Array<E> = []
    let state = from
    for (const command of commands) {
      const decision = self.decide(command, state)
      if (isLeft(decision)) return decision
      for (const event of decision.right) {
        events.push(event)
        state = self.evolve(state, event)
      }
    }
    return right(events)
  },
})

/**
 * The states of a decider and of the process manager that drives it.
 *
 * @example
 * ```ts
 * import type { Decider } from "everfold"
 *
 * const atTheTill: Decider.Orchestrated<number, number> = { decider: 50, process: 5 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Orchestrated<out S, out P> {
  readonly decider: S
  readonly process: P
}

/**
 * The process manager asked for more commands than it was given fuel for: it may go round in a circle.
 *
 * @example
 * ```ts
 * import type { Decider } from "everfold"
 *
 * const explain = ({ fuel, next }: Decider.OutOfFuel<string>) => `After ${fuel} commands it still asked for ${next}.`
 * console.log(explain({ _tag: "OutOfFuel", fuel: 10, next: "more" })) // After 10 commands it still asked for more.
 * ```
 * @category errors
 * @since 0.1.0
 */
export interface OutOfFuel<out C> {
  readonly _tag: "OutOfFuel"
  readonly fuel: number
  /** The command that would have come next. */
  readonly next: C
}

/**
 * A decider driven by a process manager: what the manager asks for, event by event, is decided in the same decision, each
 * command on the state that the ones before it leave, in the order in which it was asked for. All is recorded or nothing:
 * the first rejection is the whole decision's. It may ask for `fuel` commands at most, an integer from 0; more is rejected
 * as `OutOfFuel`. Throws where `fuel` is no such number.
 *
 * With a manager that asks for nothing it decides as the decider alone; one that is over asks for no more, and what it
 * had asked for is dropped. Each decision begins with its command: what the manager already owed before is not taken up.
 *
 * @example
 * ```ts
 * import { Decider, ProcessManager } from "everfold"
 *
 * const till = Decider.make({
 *   initial: 0,
 *   decide: (by: number, money: number) => (money + by < 0 ? Decider.reject("too little") : Decider.accept(by)),
 *   evolve: (money: number, by: number): number => money + by
 * })
 * // A tenth of what comes in is handed on.
 * const tithe = ProcessManager.make({
 *   initial: 0,
 *   evolve: (owed: number, by: number): number => (by < 0 ? 0 : owed + by / 10),
 *   react: (owed, by) => (by < 0 ? [] : [-owed]),
 *   pending: (owed) => (owed === 0 ? [] : [-owed])
 * })
 * const generous = Decider.orchestrate(tithe, 10)(till)
 * console.log(generous.decide(50, generous.initial)) // { _tag: 'Right', right: [ 50, -5 ] }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const orchestrate = <EP, CP, P>(process: ProcessManager<EP, CP, P>, fuel: number) => {
  if (!(Number.isSafeInteger(fuel) && fuel >= 0))
    throw new Error(`Orchestration: fuel is an integer from 0, not ${fuel}.`)
  const { evolve: remember, react, isTerminal } = process
  return <C, S, E extends EP, R>(
    self: Decider<C | CP, S, E, R>,
  ): Decider<C | CP, Orchestrated<S, P>, E, R | OutOfFuel<C | CP>> => {
    const { decide, evolve } = self
    return {
      initial: { decider: self.initial, process: process.initial },
      decide: (command, from) => {
        const events: Array<E> = []
        let state = from.decider
        let remembered = from.process
        const queue: Array<C | CP> = [command]
        let taken = 0
        // What is asked for meanwhile is taken too: the loop goes on to the end that the queue has by then.
        for (const next of queue) {
          if (taken++ > fuel) return left({ _tag: "OutOfFuel", fuel, next })
          const decision = decide(next, state)
          if (isLeft(decision)) return decision
          for (const event of decision.right) {
            events.push(event)
            state = evolve(state, event)
            remembered = remember(remembered, event)
            // Once it is over, nobody waits for what it had asked for.
            if (isTerminal(remembered)) queue.length = taken
            else for (const asked of react(remembered, event)) queue.push(asked)
          }
        }
        return right(events)
      },
      evolve: (state, event) => ({
        decider: evolve(state.decider, event),
        process: remember(state.process, event),
      }),
      isTerminal: (state) => self.isTerminal(state.decider),
    }
  }
}
