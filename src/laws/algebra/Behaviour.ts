/**
 * What can be seen of a decider: its decisions and whether it is over, after every prefix of a history. Two deciders that
 * behave alike on every history are replay equal (`≈`), whatever their states are.
 *
 * @since 0.1.0
 */
import { type Either, map } from "fp-ts/lib/Either.js"
import type { Decider } from "../../core/domain/Decider.ts"

/** What is seen after one prefix of a history. */
export interface Seen<E, R> {
  readonly over: boolean
  readonly decisions: ReadonlyArray<Either<R, ReadonlyArray<E>>>
}

/**
 * What is seen of a decider on a history, when it is asked these commands.
 *
 * @category running
 * @since 0.1.0
 */
export const behaviour = <C, S, E, R>(
  decider: Decider<C, S, E, R>,
  history: ReadonlyArray<E>,
  commands: ReadonlyArray<C>,
): ReadonlyArray<Seen<E, R>> => {
  let state = decider.initial
  const look = (): Seen<E, R> => ({
    over: decider.isTerminal(state),
    decisions: commands.map((command) => decider.decide(command, state)),
  })
  const seen = [look()]
  for (const event of history) {
    state = decider.evolve(state, event)
    seen.push(look())
  }
  return seen
}

/**
 * The same with its events translated.
 *
 * @category conversions
 * @since 0.1.0
 */
export const translated = <E, E2, R>(
  seen: ReadonlyArray<Seen<E, R>>,
  f: (event: E) => E2,
): ReadonlyArray<Seen<E2, R>> =>
  seen.map(({ over, decisions }) => ({
    over,
    decisions: decisions.map(map((events: ReadonlyArray<E>) => events.map((event) => f(event)))),
  }))
