/** A tally that can be closed, for the tests of this room. */
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import * as Decider from "../../../src/core/domain/Decider.ts"

export type Command = { readonly _tag: "Add"; readonly by: number } | { readonly _tag: "Close" }
export type Event = { readonly _tag: "Added"; readonly by: number } | { readonly _tag: "Closed" }
export interface State {
  readonly total: number
  readonly open: boolean
}

export const tally = Decider.make({
  initial: { total: 0, open: true },
  decide: (command: Command, state: State) => {
    if (!state.open) return Decider.reject("closed")
    if (command._tag === "Close") return Decider.accept({ _tag: "Closed" })
    if (command.by < 0) return Decider.reject({ negative: command.by })
    return command.by === 0
      ? Decider.accept()
      : Decider.accept({ _tag: "Added", by: command.by }, { _tag: "Added", by: 1 })
  },
  evolve: (state: State, event: Event): State =>
    event._tag === "Added" ? { ...state, total: state.total + event.by } : { ...state, open: false },
  isTerminal: (state) => !state.open,
})

export const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ _tag: fc.constant("Add" as const), by: fc.integer({ min: -3, max: 9 }) }),
  fc.constant({ _tag: "Close" } as const),
)

/** Every decision on the way, and whether the story is over after it. */
export const replay = <C, S, E, R>(decider: Decider.Decider<C, S, E, R>, given: ReadonlyArray<C>) => {
  let state = decider.initial
  return given.map((command) => {
    const decision = decider.decide(command, state)
    if (!isLeft(decision)) state = Decider.fold(decider)(decision.right, state)
    return { decision, over: decider.isTerminal(state) }
  })
}
