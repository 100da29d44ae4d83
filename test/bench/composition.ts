/**
 * What composing costs: each combinator against the same written by hand. Pure, so nothing else is measured. A product,
 * a combination and a batch by hand are one model each; the others put the same parts together in code of their own.
 */
import { Decider, Prism, ProcessManager } from "everfold"
import type { Either } from "fp-ts/lib/Either.js"
import { isLeft, left, right } from "fp-ts/lib/Either.js"
import { compare, type Figure, type Subject, type Work } from "./measure.ts"

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
interface Move {
  readonly _tag: "Move"
  readonly amount: number
}
interface Place {
  readonly _tag: "Place"
  readonly quantity: number
}
interface Switch {
  readonly _tag: "Switch"
  readonly on: boolean
}
interface Account {
  readonly balance: number
  readonly movements: number
}

const account = Decider.make({
  initial: { balance: 0, movements: 0 },
  decide: ({ amount }: Move, { balance }: Account): Either<Overdrawn, ReadonlyArray<Moved>> =>
    balance + amount < 0 ? left("Overdrawn") : right([{ _tag: "Moved", amount }]),
  evolve: ({ balance, movements }: Account, { amount }: Moved): Account => ({
    balance: balance + amount,
    movements: movements + 1,
  }),
})
const parts = {
  account,
  stock: Decider.make({
    initial: 0,
    decide: ({ quantity }: Place, _stock: number): Either<never, ReadonlyArray<Placed>> =>
      right([{ _tag: "Placed", quantity }]),
    evolve: (stock: number, { quantity }: Placed): number => stock + quantity,
  }),
  lamp: Decider.make({
    initial: false,
    decide: ({ on }: Switch, lamp: boolean): Either<never, ReadonlyArray<Switched>> =>
      right(on === lamp ? [] : [{ _tag: "Switched", on }]),
    evolve: (_lamp: boolean, { on }: Switched): boolean => on,
  }),
}

type Wrapped = Decider.ProductCommand<typeof parts>
type WrappedEvent = Decider.ProductEvent<typeof parts>
type State = Decider.ProductState<typeof parts>
const initial: State = { account: account.initial, stock: 0, lamp: false }

/** As one would write it who never heard of products: everything spelled out in two switches. */
const wrappedByHand: Decider.Decider<Wrapped, State, WrappedEvent, Overdrawn> = {
  initial,
  decide: ({ _tag, command }, state) => {
    switch (_tag) {
      case "account":
        return state.account.balance + command.amount < 0
          ? left("Overdrawn")
          : right([{ _tag: "account", event: { _tag: "Moved", amount: command.amount } }])
      case "stock":
        return right([{ _tag: "stock", event: { _tag: "Placed", quantity: command.quantity } }])
      case "lamp":
        return right(command.on === state.lamp ? [] : [{ _tag: "lamp", event: { _tag: "Switched", on: command.on } }])
    }
  },
  evolve: ({ account, stock, lamp }, { _tag, event }) => {
    switch (_tag) {
      case "account":
        return {
          account: { balance: account.balance + event.amount, movements: account.movements + 1 },
          stock,
          lamp,
        }
      case "stock":
        return { account, stock: stock + event.quantity, lamp }
      case "lamp":
        return { account, stock, lamp: event.on }
    }
  },
  isTerminal: () => false,
}

type Command = Move | Place | Switch
type Event = Moved | Placed | Switched
const plainByHand: Decider.Decider<Command, State, Event, Overdrawn> = {
  initial,
  decide: (command, state) => {
    switch (command._tag) {
      case "Move":
        return state.account.balance + command.amount < 0
          ? left("Overdrawn")
          : right([{ _tag: "Moved", amount: command.amount }])
      case "Place":
        return right([{ _tag: "Placed", quantity: command.quantity }])
      case "Switch":
        return right(command.on === state.lamp ? [] : [{ _tag: "Switched", on: command.on }])
    }
  },
  evolve: ({ account, stock, lamp }, event) => {
    switch (event._tag) {
      case "Moved":
        return {
          account: { balance: account.balance + event.amount, movements: account.movements + 1 },
          stock,
          lamp,
        }
      case "Placed":
        return { account, stock: stock + event.quantity, lamp }
      case "Switched":
        return { account, stock, lamp: event.on }
    }
  },
  isTerminal: () => false,
}
const combined = Decider.combine(parts, {
  commands: { Move: "account", Place: "stock", Switch: "lamp" },
  events: { Moved: "account", Placed: "stock", Switched: "lamp" },
})

/** The account in a world with lamps. */
const adapted = Decider.adapt(Prism.tagged<Command>()("Move"), Prism.tagged<Event>()("Moved"))(account)
const adaptedByHand: typeof adapted = {
  ...account,
  decide: (command, state) => (command._tag === "Move" ? account.decide(command, state) : right([])),
  evolve: (state, event) => (event._tag === "Moved" ? account.evolve(state, event) : state),
}

const many = Decider.many<number>()(account)
const manyByHand: typeof many = {
  initial: new Map(),
  decide: ({ key, command }, state) => {
    const decision = account.decide(command, state.get(key) ?? account.initial)
    return isLeft(decision) ? decision : right(decision.right.map((event) => ({ key, event })))
  },
  evolve: (state, { key, event }) => {
    const next = new Map(state)
    next.set(key, account.evolve(state.get(key) ?? account.initial, event))
    return next
  },
  isTerminal: () => false,
}

const batch = Decider.batch(account)
const batchByHand: typeof batch = {
  ...account,
  decide: (commands, from) => {
    const events: Array<Moved> = []
    let { balance } = from
    for (const { amount } of commands) {
      if (balance + amount < 0) return left("Overdrawn")
      balance += amount
      events.push({ _tag: "Moved", amount })
    }
    return right(events)
  },
}

/** Of every movement in, a tenth goes out again. */
const tithe = ProcessManager.make({
  initial: 0,
  evolve: (_last: number, { amount }: Moved): number => amount,
  react: (last): ReadonlyArray<Move> => (last >= 10 ? [{ _tag: "Move", amount: -Math.floor(last / 10) }] : []),
  pending: (last): ReadonlyArray<Move> => (last >= 10 ? [{ _tag: "Move", amount: -Math.floor(last / 10) }] : []),
})
const orchestrated = Decider.orchestrate(tithe, 10)(account)
/** What a movement of this amount asks for; 0 where it asks for nothing. */
const asksFor = (amount: number): number => (amount >= 10 ? -Math.floor(amount / 10) : 0)
/** Both parts put together by hand, the process in a loop. */
const orchestratedByHand: typeof orchestrated = {
  initial: { decider: account.initial, process: 0 },
  decide: (command, { decider }) => {
    const events: Array<Moved> = []
    let state = decider
    for (let { amount } = command; amount !== 0; amount = asksFor(amount)) {
      const decision = account.decide({ _tag: "Move", amount }, state)
      if (isLeft(decision)) return decision
      for (const event of decision.right) {
        events.push(event)
        state = account.evolve(state, event)
      }
    }
    return right(events)
  },
  evolve: ({ decider }, event) => ({ decider: account.evolve(decider, event), process: event.amount }),
  isTerminal: () => false,
}
/** As one model that never knew of parts. */
const orchestratedAsOne: typeof orchestrated = {
  initial: { decider: account.initial, process: 0 },
  decide: (command, { decider }) => {
    const events: Array<Moved> = []
    let { balance } = decider
    for (let { amount } = command; amount !== 0; amount = asksFor(amount)) {
      if (balance + amount < 0) return left("Overdrawn")
      balance += amount
      events.push({ _tag: "Moved", amount })
    }
    return right(events)
  },
  evolve: ({ decider: { balance, movements } }, { amount }) => ({
    decider: { balance: balance + amount, movements: movements + 1 },
    process: amount,
  }),
  isTerminal: () => false,
}

/** Some are rejected, and some decide nothing. */
const commands: ReadonlyArray<Command> = Array.from({ length: 997 }, (_, i): Command => {
  if (i % 3 === 0) return { _tag: "Move", amount: i % 21 === 0 ? -1_000_000 : i }
  return i % 3 === 1 ? { _tag: "Place", quantity: i } : { _tag: "Switch", on: i % 5 < 3 }
})
const wrapped = commands.map((command): Wrapped => {
  if (command._tag === "Move") return { _tag: "account", command }
  return command._tag === "Place" ? { _tag: "stock", command } : { _tag: "lamp", command }
})
const moves = commands.filter((command) => command._tag === "Move").filter(({ amount }) => amount !== 0)
const keyed = (keys: number) => moves.map((command, i) => ({ key: i % keys, command }))
const batches = moves.map((_, i) => moves.slice(i, i + 5))

const play = <C, S, E, R>(model: Decider.Decider<C, S, E, R>, commands: ReadonlyArray<C>, steps: number): S => {
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

const shown = (state: unknown): string =>
  JSON.stringify(state, (_, value: unknown) => (value instanceof Map ? [...value] : value))

/** A combinator against the same by hand; both must come to the same state. */
const against = <C, S, E, R>(
  name: string,
  byHand: Decider.Decider<C, S, E, R>,
  composed: Decider.Decider<C, S, E, R>,
  commands: ReadonlyArray<C>,
  { steps = 500_000, asOne }: { readonly steps?: number; readonly asOne?: Decider.Decider<C, S, E, R> } = {},
): Promise<ReadonlyArray<Figure>> => {
  const expected = shown(play(byHand, commands, steps))
  const subject = (name: string, model: Decider.Decider<C, S, E, R>): Subject => ({
    name,
    writers: 1,
    round: () => {
      const start = performance.now()
      const state = play(model, commands, steps)
      const seconds = (performance.now() - start) / 1000
      if (shown(state) !== expected) throw new Error(`${name} came to another state`)
      return { perSecond: steps / seconds, latencies: new Float64Array() }
    },
  })
  const subjects = [
    subject(`${name} by hand`, byHand),
    subject(`Decider.${name}`, composed),
    ...(asOne === undefined ? [] : [subject(`${name} as one model by hand`, asOne)]),
  ]
  return compare("composition", subjects, { rounds: 9, warmUp: 3 })
}

const works = {
  product: () => against("product", wrappedByHand, Decider.product(parts), wrapped),
  combine: () => against("combine", plainByHand, combined, commands),
  adapt: () => against("adapt", adaptedByHand, adapted, commands),
  many: () => against("many", manyByHand, many, keyed(10)),
  "many, 300 keys": () => against("many, 300 keys", manyByHand, many, keyed(300), { steps: 20_000 }),
  batch: () => against("batch", batchByHand, batch, batches),
  orchestrate: () => against("orchestrate", orchestratedByHand, orchestrated, moves, { asOne: orchestratedAsOne }),
}

export const work: Work = {
  about: "commands decided and evolved a second, each combinator against the same model by hand",
  goals: Object.keys(works).map((name) => ({
    subject: `Decider.${name}`,
    writers: 1,
    atLeast: 0.5,
    of: "the same by hand",
  })),
  run: async () => {
    const figures: Array<Figure> = []
    for (const run of Object.values(works)) figures.push(...(await run()))
    return figures
  },
}
