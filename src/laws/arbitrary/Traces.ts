/**
 * Traces: commands that are made one after another, each for the state that the ones before it led to, so that histories
 * go deep. They shrink as programs do: a command is a plain value, which may be sent in any state, so that leaving one out
 * keeps the others.
 *
 * @since 0.1.0
 */
import type * as fc from "fast-check"
import { isRight } from "fp-ts/lib/Either.js"
import type { Decider } from "../../core/domain/Decider.ts"
import { arrive, fresh, type Place, type Step, take } from "../domain/Walk.ts"
import { same } from "../Same.ts"
import { type Bounds, type Dice, growing, type Made } from "./Programs.ts"

/**
 * Commands as they come, or commands for the state that was reached: the amounts that an account still holds, the names
 * that are taken.
 *
 * @example
 * ```ts
 * import { type DeciderLaws } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const any: DeciderLaws.Commands<number, number> = fc.integer()
 * // What there is, more often than not.
 * const apt: DeciderLaws.Commands<number, number> = (left) => fc.oneof(fc.nat(left), fc.integer())
 * ```
 * @category model
 * @since 0.1.0
 */
export type Commands<C, S> = fc.Arbitrary<C> | ((state: S) => fc.Arbitrary<C>)

/**
 * The commands for a state.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const commandsIn = <C, S>(commands: Commands<C, S>, state: S): fc.Arbitrary<C> =>
  typeof commands === "function" ? commands(state) : commands

/**
 * Who is commanded, and what.
 *
 * @category model
 * @since 0.1.0
 */
export interface Commanded<C, S, E, R> {
  readonly decider: Decider<C, S, E, R>
  readonly commands: Commands<C, S>
}

/** So often another command is drawn in place of one that leads nowhere, three times out of four. */
const tries = 6
/** After its end a story is told for so many commands more. */
const afterword = 3

/** Whether a command led to where there is more to come, or showed what is wrong with the model. */
const leads = <C, S, E, R>({ evolved, broke }: Step<C, S, E, R>): boolean =>
  broke !== undefined || evolved.at(-1)?.over === false

/** Where to go on from after a step; nowhere, if the model broke. */
const next = <C, S, E, R>({ before, evolved, broke }: Step<C, S, E, R>): Place<S> | undefined =>
  broke === undefined ? (evolved.at(-1) ?? before) : undefined

const begin = <C, S, E, R>(decider: Decider<C, S, E, R>): Place<S> | undefined => {
  const start = arrive(decider, decider.initial)
  return isRight(start) ? start.right : undefined
}

const make = <C, S>(commands: Commands<C, S>, { state }: Place<S>, { random, bias }: Dice): Made<C> => {
  const by = commandsIn(commands, state)
  const dice = { random: random.clone(), bias }
  return { by, operation: by.generate(random, bias), dice }
}

interface Drawn<C, S, E, R> {
  readonly made: Made<C>
  readonly step: Step<C, S, E, R>
}

/** None where there are no commands for a state: that is for the law of totality to say. */
const draw = <C, S, E, R>(
  { decider, commands }: Commanded<C, S, E, R>,
  place: Place<S>,
  dice: Dice,
): Drawn<C, S, E, R> | undefined => {
  try {
    let left = place.over || dice.random.nextInt(1, 4) === 1 ? 0 : tries
    for (;;) {
      const made = make(commands, place, dice)
      const step = take(decider, made.operation.value, place)
      if (left-- === 0 || leads(step)) return { made, step }
    }
  } catch {
    return undefined
  }
}

const remake = <C, S>(commands: Commands<C, S>, place: Place<S>, made: Made<C>): Made<C> => {
  if (made.dice === undefined) return made
  try {
    const again = make(commands, place, { ...made.dice, random: made.dice.random.clone() })
    return same(again.operation.value, made.operation.value) ? made : again
  } catch {
    return made
  }
}

/**
 * Commands that lead far: 12 at most, if nothing is said.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const traces = <C, S, E, R>(
  { decider: model, commands }: Commanded<C, S, E, R>,
  { minLength = 0, maxLength }: Bounds = { maxLength: 12 },
): fc.Arbitrary<ReadonlyArray<C>> => {
  const grow = (dice: Dice): ReadonlyArray<Made<C>> => {
    const decider = fresh(model)
    const length = Math.max(dice.random.nextInt(minLength, maxLength), dice.random.nextInt(minLength, maxLength))
    const made: Array<Made<C>> = []
    let more = afterword
    let place = begin(decider)
    while (made.length < length && place !== undefined && more > 0) {
      const drawn = draw({ decider, commands }, place, dice)
      if (drawn === undefined) break
      made.push(drawn.made)
      if (place.over) more--
      place = next(drawn.step)
    }
    return made
  }
  const adapt = (made: ReadonlyArray<Made<C>>): ReadonlyArray<Made<C>> => {
    if (typeof commands !== "function") return made
    const decider = fresh(model)
    let place = begin(decider)
    return made.map((each) => {
      if (place === undefined) return each
      const again = remake(commands, place, each)
      place = next(take(decider, again.operation.value, place))
      return again
    })
  }
  return growing({ grow, adapt }, minLength)
}
