/** A model, stores that can be watched or made to fail, and worlds to run programs in. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as t from "io-ts"
import { any as anyVersion } from "../../../src/core/event/Commit.ts"
import {
  Aggregate,
  type Checkpoints,
  type Commit,
  type CommitError,
  Decider,
  EventCodec,
  EventMapper,
  EventStore,
  type Hash,
  type Snapshots,
} from "../../../src/core/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"
import { newEvent } from "../support.ts"

export const AccountEvent = EventCodec.make({
  Opened: EventCodec.version(t.type({ owner: t.string })).pipe(
    EventCodec.upcast(t.type({ owner: t.string, currency: t.string }), (v1) => ({ ...v1, currency: "EUR" })),
  ),
  Deposited: t.intersection([t.type({ amount: t.number }), t.partial({ note: t.string })]),
  Withdrawn: t.type({ amount: t.number }),
  Closed: t.type({}),
})
export type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>

export interface Account {
  readonly owner: string | null
  readonly balance: number
  readonly closed: boolean
}

export type Command =
  | { readonly _tag: "Open"; readonly owner: string }
  | { readonly _tag: "Deposit"; readonly amount: number }
  | { readonly _tag: "Withdraw"; readonly amount: number }
  | { readonly _tag: "Touch" }
  | { readonly _tag: "Close" }

export class NotOpen {
  readonly _tag = "NotOpen"
}
export class Overdrawn {
  readonly _tag = "Overdrawn"
  readonly balance: number
  constructor(balance: number) {
    this.balance = balance
  }
}

export const none: Account = { owner: null, balance: 0, closed: false }

export const account = Decider.make({
  initial: none,
  decide: (command: Command, state: Account) => {
    switch (command._tag) {
      case "Open":
        return state.owner === null
          ? Decider.accept(AccountEvent.Opened({ owner: command.owner, currency: "EUR" }))
          : Decider.accept()
      case "Deposit":
        return Decider.accept(AccountEvent.Deposited({ amount: command.amount }))
      case "Withdraw":
        if (state.owner === null) return Decider.reject(new NotOpen())
        return state.balance < command.amount
          ? Decider.reject(new Overdrawn(state.balance))
          : Decider.accept(AccountEvent.Withdrawn({ amount: command.amount }))
      case "Touch":
        return Decider.accept()
      case "Close":
        return Decider.accept(AccountEvent.Closed())
    }
  },
  evolve: (state: Account, event: AccountEvent): Account => {
    switch (event._tag) {
      case "Opened":
        return { ...state, owner: event.owner }
      case "Deposited":
        return { ...state, balance: state.balance + event.amount }
      case "Withdrawn":
        return { ...state, balance: state.balance - event.amount }
      case "Closed":
        return { ...state, closed: true }
    }
  },
  isTerminal: (state) => state.closed,
})

export const Accounts = Aggregate.make({ category: "Account", decider: account, events: AccountEvent })

export const State = t.type({ owner: t.union([t.string, t.null]), balance: t.number, closed: t.boolean })

export const Snapshotted = Aggregate.make({
  category: "Account",
  decider: account,
  events: AccountEvent,
  snapshot: { state: State, every: 10 },
})

export const open = (owner: string): Command => ({ _tag: "Open", owner })
export const deposit = (amount: number): Command => ({ _tag: "Deposit", amount })
export const withdraw = (amount: number): Command => ({ _tag: "Withdraw", amount })
export const touch: Command = { _tag: "Touch" }
export const close: Command = { _tag: "Close" }

export type World = EventStore | Checkpoints | Snapshots | EventMapper | Hash
type Store = EventStore["Service"]

/** Runs on a new store in memory with plain bodies. */
export const inMemory = <A, E>(
  effect: Effect.Effect<A, E, EventStore | Checkpoints | Snapshots | EventMapper>,
): Promise<A> => Effect.runPromise(Effect.provide(effect, Layer.mergeAll(Memory.layer, EventMapper.plain)))

/** Runs the effect on the store that `wrap` makes of the present one. */
export const through =
  (wrap: (store: Store) => Store) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | EventStore> =>
    Effect.flatMap(EventStore, (store) => Effect.provideService(effect, EventStore, EventStore.of(wrap(store))))

/** The same store, its calls counted. */
export const counted = (store: Store) => {
  const calls = { commits: 0, reads: 0, read: 0 }
  const wrapped: Store = EventStore.of({
    ...store,
    commit: (commit) => {
      calls.commits++
      return store.commit(commit)
    },
    readStream: (stream, range) =>
      Effect.map(store.readStream(stream, range), (events) => {
        calls.reads++
        calls.read += events.length
        return events
      }),
  })
  return { calls, store: wrapped }
}

/** A store whose commits go through `f`, which is told how many came before. */
export const committing =
  (f: (commit: Commit.Commit, go: Store["commit"], before: number) => Effect.Effect<Commit.Committed, CommitError>) =>
  (store: Store): Store => {
    let before = 0
    return EventStore.of({ ...store, commit: (commit) => Effect.suspend(() => f(commit, store.commit, before++)) })
  }

/** Records `Deposited` of `n` from outside: what another process would have written. */
export const behind = (store: Store, id: string, n: number): Effect.Effect<Commit.Committed> => {
  const stream = { category: "Account", id }
  const writes = [{ stream, expected: anyVersion, events: [newEvent(n, stream)] }]
  return Effect.orDie(store.commit({ hash: "sha256", writes }))
}

/** At this time by the clock, however it was before. */
export const atTime = (millis: number) => {
  const clock = Context.get(Context.empty(), Clock.Clock)
  return Effect.provideService(Clock.Clock, {
    ...clock,
    sleep: clock.sleep.bind(clock),
    currentTimeMillis: Effect.succeed(millis),
    currentTimeMillisUnsafe: () => millis,
  })
}
