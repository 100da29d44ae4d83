/**
 * Deciders, process managers, views and policies as tables: any behaviour that four states, three commands and three
 * events can have. They are plain data, so that they shrink and can be read.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"
import { left, right } from "fp-ts/lib/Either.js"
import { none, some } from "fp-ts/lib/Option.js"
import type { Decider } from "../../core/domain/Decider.ts"
import type { Prism } from "../../core/domain/Prism.ts"
import type { ProcessManager } from "../../core/domain/ProcessManager.ts"
import type { View } from "../../core/domain/View.ts"

const states = 4
const commands = 3
const events = 3

/** A table is asked with any integer, and so are deciders that prisms and other translations lead to. */
const at = <A>(row: ReadonlyArray<A>, index: number): A => {
  const found = row[((index % row.length) + row.length) % row.length]
  if (found === undefined) throw new Error(`A table of ${row.length} rows was asked for row ${index}.`)
  return found
}

const table = <A>(
  rows: number,
  columns: number,
  cell: fc.Arbitrary<A>,
): fc.Arbitrary<ReadonlyArray<ReadonlyArray<A>>> =>
  fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows })

const state = fc.nat(states - 1)

/** Where a fold starts, and the state after each event in each state. */
export interface Fold {
  readonly initial: number
  readonly evolve: ReadonlyArray<ReadonlyArray<number>>
}

const fold: fc.Arbitrary<Fold> = fc.record(
  { initial: state, evolve: table(states, events, state) },
  { noNullPrototype: true },
)

/** What a command decides in a state: a rejection, or events. */
export type Cell = { readonly reject: number } | { readonly events: ReadonlyArray<number> }

/** A decider. */
export interface Model extends Fold {
  readonly decide: ReadonlyArray<ReadonlyArray<Cell>>
  readonly terminal: ReadonlyArray<boolean>
}

const cell: fc.Arbitrary<Cell> = fc.oneof(
  { withCrossShrink: true },
  {
    weight: 3,
    arbitrary: fc.record({ events: fc.array(fc.nat(events - 1), { maxLength: 2 }) }, { noNullPrototype: true }),
  },
  { weight: 1, arbitrary: fc.record({ reject: fc.nat(1) }, { noNullPrototype: true }) },
)

/** A process manager: what each event asks for in each state. */
export interface Process extends Fold {
  readonly react: ReadonlyArray<ReadonlyArray<ReadonlyArray<number>>>
}

/** @category arbitraries @since 0.1.0 */
export const model: fc.Arbitrary<Model> = fc
  .tuple(fold, table(commands, states, cell), fc.array(fc.boolean(), { minLength: states, maxLength: states }))
  .map(([folded, decide, terminal]) => ({ ...folded, decide, terminal }))

/** @category arbitraries @since 0.1.0 */
export const process: fc.Arbitrary<Process> = fc
  .tuple(fold, table(states, events, fc.array(fc.nat(commands - 1), { maxLength: 2 })))
  .map(([folded, react]) => ({ ...folded, react }))

/** @category arbitraries @since 0.1.0 */
export const view: fc.Arbitrary<Fold> = fold

/** What each event is answered with. @category arbitraries @since 0.1.0 */
export const policy: fc.Arbitrary<ReadonlyArray<ReadonlyArray<number>>> = fc.array(
  fc.array(fc.nat(commands - 1), { maxLength: 2 }),
  { minLength: events, maxLength: events },
)

/** @category arbitraries @since 0.1.0 */
export const command: fc.Arbitrary<number> = fc.nat(commands - 1)

/** @category arbitraries @since 0.1.0 */
export const event: fc.Arbitrary<number> = fc.nat(events - 1)

/** @category arbitraries @since 0.1.0 */
export const history: fc.Arbitrary<ReadonlyArray<number>> = fc.array(event, { maxLength: 6 })

/** @category conversions @since 0.1.0 */
export const toView = ({ initial, evolve }: Fold): View<number, number> => ({
  initial,
  evolve: (state, event) => at(at(evolve, state), event),
})

/** @category conversions @since 0.1.0 */
export const toDecider = (model: Model): Decider<number, number, number, number> => ({
  ...toView(model),
  decide: (command, state) => {
    const cell = at(at(model.decide, command), state)
    return "reject" in cell ? left(cell.reject) : right(cell.events)
  },
  isTerminal: (state) => at(model.terminal, state),
})

/** It owes nothing that it did not ask for just now: `pending` is for laws of process managers themselves. */
export const toProcess = (process: Process): ProcessManager<number, number, number> => ({
  ...toView(process),
  react: (state, event) => at(at(process.react, state), event),
  pending: () => [],
  isTerminal: () => false,
})

/** @category conversions @since 0.1.0 */
export const toPolicy =
  (table: ReadonlyArray<ReadonlyArray<number>>) =>
  (event: number): ReadonlyArray<number> =>
    at(table, event)

/** `n ↦ factor × n + offset`, which has a left inverse where the factor is not 0. */
export interface Line {
  readonly factor: number
  readonly offset: number
}

/** @category arbitraries @since 0.1.0 */
export const line: fc.Arbitrary<Line> = fc.record(
  { factor: fc.integer({ min: 1, max: 3 }), offset: fc.integer({ min: -2, max: 4 }) },
  { noNullPrototype: true },
)

/** @category conversions @since 0.1.0 */
export const along =
  ({ factor, offset }: Line) =>
  (n: number): number =>
    factor * n + offset

/** The left inverse of `along`, on all integers. @category conversions @since 0.1.0 */
export const back =
  ({ factor, offset }: Line) =>
  (n: number): number =>
    Math.floor((n - offset) / factor)

/** Picks the numbers on a line. @category conversions @since 0.1.0 */
export const on = (chosen: Line): Prism<number, number> => ({
  getOption: (n) => (along(chosen)(back(chosen)(n)) === n ? some(back(chosen)(n)) : none),
  reverseGet: along(chosen),
})
