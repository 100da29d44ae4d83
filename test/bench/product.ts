/** What composing costs: a product of three deciders against the same model written as one. Pure, so nothing else. */
import { Decider } from "everfold"
import type { Either } from "fp-ts/lib/Either.js"
import { isLeft, left, right } from "fp-ts/lib/Either.js"
import { compare, type Subject, type Work } from "./measure.ts"

const steps = 500_000

type Overdrawn = "Overdrawn"
interface Moved {
  readonly _tag: "Moved"
  readonly amount: number
}
interface Placed {
  readonly _tag: "Placed"
  readonly quantity: number
}
interface Switched {
  readonly _tag: "Switched"
  readonly on: boolean
}
interface Account {
  readonly balance: number
  readonly movements: number
}

const parts = {
  account: Decider.make({
    initial: { balance: 0, movements: 0 },
    decide: (amount: number, { balance }: Account): Either<Overdrawn, ReadonlyArray<Moved>> =>
      balance + amount < 0 ? left("Overdrawn") : right([{ _tag: "Moved", amount }]),
    evolve: ({ balance, movements }: Account, { amount }: Moved): Account => ({
      balance: balance + amount,
      movements: movements + 1,
    }),
  }),
  stock: Decider.make({
    initial: 0,
    decide: (quantity: number, _stock: number): Either<never, ReadonlyArray<Placed>> =>
      right([{ _tag: "Placed", quantity }]),
    evolve: (stock: number, { quantity }: Placed): number => stock + quantity,
  }),
  lamp: Decider.make({
    initial: false,
    decide: (on: boolean, lamp: boolean): Either<never, ReadonlyArray<Switched>> =>
      right(on === lamp ? [] : [{ _tag: "Switched", on }]),
    evolve: (_lamp: boolean, { on }: Switched): boolean => on,
  }),
}

const composed = Decider.product(parts)
type Command = Decider.ProductCommand<typeof parts>
type State = Decider.ProductState<typeof parts>
type Event = Decider.ProductEvent<typeof parts>
type Model = Decider.Decider<Command, State, Event, Overdrawn>

/** As one would write it who never heard of products: everything spelled out in two switches. */
const byHand: Model = {
  initial: { account: { balance: 0, movements: 0 }, stock: 0, lamp: false },
  decide: (command, state) => {
    switch (command._tag) {
      case "account":
        return state.account.balance + command.command < 0
          ? left("Overdrawn")
          : right([{ _tag: "account", event: { _tag: "Moved", amount: command.command } }])
      case "stock":
        return right([{ _tag: "stock", event: { _tag: "Placed", quantity: command.command } }])
      case "lamp":
        return right(
          command.command === state.lamp ? [] : [{ _tag: "lamp", event: { _tag: "Switched", on: command.command } }],
        )
    }
  },
  evolve: (state, event) => {
    switch (event._tag) {
      case "account": {
        const { balance, movements } = state.account
        const account = { balance: balance + event.event.amount, movements: movements + 1 }
        return { account, stock: state.stock, lamp: state.lamp }
      }
      case "stock":
        return { account: state.account, stock: state.stock + event.event.quantity, lamp: state.lamp }
      case "lamp":
        return { account: state.account, stock: state.stock, lamp: event.event.on }
    }
  },
  isTerminal: () => false,
}

/** Some are rejected, and some decide nothing. */
const commands: ReadonlyArray<Command> = Array.from({ length: 997 }, (_, i): Command => {
  if (i % 3 === 0) return { _tag: "account", command: i % 21 === 0 ? -1_000_000 : i }
  return i % 3 === 1 ? { _tag: "stock", command: i } : { _tag: "lamp", command: i % 5 < 3 }
})

const play = (model: Model): State => {
  let state = model.initial
  for (let done = 0; done < steps; ) {
    for (const command of commands) {
      const decision = model.decide(command, state)
      if (!isLeft(decision)) for (const event of decision.right) state = model.evolve(state, event)
      if (++done === steps) break
    }
  }
  return state
}

const expected = JSON.stringify(play(byHand))

const subject = (name: string, model: Model): Subject => ({
  name,
  writers: 1,
  round: () => {
    const start = performance.now()
    const state = play(model)
    const seconds = (performance.now() - start) / 1000
    if (JSON.stringify(state) !== expected) throw new Error(`${name} came to another state`)
    return { perSecond: steps / seconds, latencies: new Float64Array() }
  },
})

export const work: Work = {
  about: "commands decided and evolved a second: Decider.product of three, against one model by hand",
  goals: [{ subject: "Decider.product", writers: 1, atLeast: 0.5, of: "one model by hand" }],
  run: () =>
    compare("product", [subject("one model by hand", byHand), subject("Decider.product", composed)], {
      rounds: 9,
      warmUp: 3,
    }),
}
