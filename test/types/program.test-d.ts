// What must not compile stands under @ts-expect-error: the checker of Effects would report it once more.
// @effect-diagnostics floatingEffect:off missingEffectContext:off
/** What a user writes (API.md), and what must not compile. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import { left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { expectTypeOf } from "vitest"
import {
  Aggregate,
  Cipher,
  type Compression,
  Compression as Compressions,
  Decider,
  EventCodec,
  EventMapper,
  type EventStore,
  Hash,
  type Keys,
  type KeysInvalid,
  Repository,
  type SealableEvent,
  type Snapshots,
} from "../../src/core/index.ts"
import { Zstd } from "../../src/interpreters/compression/index.ts"
import { AesGcm, KeyRing } from "../../src/interpreters/crypto/index.ts"
import { Memory } from "../../src/interpreters/memory/index.ts"

const AccountEvent = EventCodec.make({
  Opened: EventCodec.version(t.type({ owner: t.string })).pipe(
    EventCodec.upcast(t.type({ owner: t.string, currency: t.string }), (v1) => ({ ...v1, currency: "EUR" })),
  ),
  Deposited: t.type({ amount: t.number }),
  Withdrawn: t.type({ amount: t.number }),
  Closed: t.type({}),
})
type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>

class NotOpen {
  readonly _tag = "NotOpen"
}
class Overdrawn {
  readonly _tag = "Overdrawn"
  readonly balance: number
  constructor(balance: number) {
    this.balance = balance
  }
}

type Account =
  | { readonly _tag: "None" }
  | { readonly _tag: "Open"; readonly balance: number }
  | { readonly _tag: "Closed" }
type AccountCommand =
  | { readonly _tag: "Open"; readonly owner: string }
  | { readonly _tag: "Deposit"; readonly amount: number }
  | { readonly _tag: "Withdraw"; readonly amount: number }
  | { readonly _tag: "Close" }
const none: Account = { _tag: "None" }

const account = Decider.make({
  initial: none,
  decide: (command: AccountCommand, state: Account) => {
    switch (command._tag) {
      case "Open":
        return Decider.accept(AccountEvent.Opened({ owner: command.owner, currency: "EUR" }))
      case "Deposit":
        return Decider.accept(AccountEvent.Deposited({ amount: command.amount }))
      case "Withdraw":
        return state._tag !== "Open"
          ? Decider.reject(new NotOpen())
          : state.balance < command.amount
            ? Decider.reject(new Overdrawn(state.balance))
            : Decider.accept(AccountEvent.Withdrawn({ amount: command.amount }))
      case "Close":
        return Decider.accept(AccountEvent.Closed())
    }
  },
  evolve: (state: Account, event: AccountEvent): Account => {
    switch (event._tag) {
      case "Opened":
        return { _tag: "Open", balance: 0 }
      case "Deposited":
        return state._tag === "Open" ? { ...state, balance: state.balance + event.amount } : state
      case "Withdrawn":
        return state._tag === "Open" ? { ...state, balance: state.balance - event.amount } : state
      case "Closed":
        return { _tag: "Closed" }
    }
  },
  isTerminal: (state) => state._tag === "Closed",
})
expectTypeOf(account).toEqualTypeOf<Decider.Decider<AccountCommand, Account, AccountEvent, NotOpen | Overdrawn>>()

const AccountState = t.union([
  t.type({ _tag: t.literal("None") }),
  t.type({ _tag: t.literal("Open"), balance: t.number }),
  t.type({ _tag: t.literal("Closed") }),
])
const Accounts = Aggregate.make({
  category: "Account",
  decider: account,
  events: AccountEvent,
  snapshot: { state: AccountState, every: 100 },
})
const accounts = Repository.make(Accounts)

// What `execute` needs and may fail with.
const opened = accounts.execute("ada", { _tag: "Open", owner: "Ada" })
type Failure = Effect.Error<typeof opened>
expectTypeOf<Effect.Services<typeof opened>>().toEqualTypeOf<EventStore | EventMapper | Snapshots>()
expectTypeOf<Extract<Failure, NotOpen | Overdrawn>>().toEqualTypeOf<NotOpen | Overdrawn>()
expectTypeOf<Failure["_tag"]>().toEqualTypeOf<
  | "NotOpen"
  | "Overdrawn"
  | "VersionConflict"
  | "InvalidInput"
  | "EventIdReused"
  | "CommandRepeated"
  | "EncodeFailed"
  | "CommitUnknown"
  | "StoreUnavailable"
  | "IntegrityViolation"
  | "DecodeFailed"
  | "KeyMissing"
  | "OpenFailed"
  | "DeciderThrew"
>()

const program = Effect.gen(function* () {
  const { state, events } = yield* opened
  expectTypeOf(state).toEqualTypeOf<Account>()
  expectTypeOf(events).toEqualTypeOf<ReadonlyArray<AccountEvent>>()
  const paid = accounts.execute("ada", { _tag: "Withdraw", amount: 5 }).pipe(
    Effect.catchTag("Overdrawn", (rejected) => {
      expectTypeOf(rejected).toEqualTypeOf<Overdrawn>()
      return Effect.succeed(rejected.balance)
    }),
  )
  expectTypeOf<Extract<Effect.Error<typeof paid>, { _tag: "Overdrawn" }>>().toEqualTypeOf<never>()
  expectTypeOf<Extract<Effect.Error<typeof paid>, { _tag: "NotOpen" }>>().toEqualTypeOf<NotOpen>()
  yield* paid
  return yield* accounts.load("ada", { version: 1 })
})
expectTypeOf<Effect.Success<typeof program>>().toEqualTypeOf<Option.Option<Repository.Loaded<Account>>>()

// @ts-expect-error a command that the model does not have
accounts.execute("ada", { _tag: "Steal" })
// @ts-expect-error an option that there is not
accounts.execute("ada", { _tag: "Close" }, { commandID: "k" })
// @ts-expect-error neither a version nor a time
accounts.load("ada", {})
// @ts-expect-error a snapshot of another state
Aggregate.make({ category: "Account", decider: account, events: AccountEvent, snapshot: { state: t.string, every: 1 } })
// @ts-expect-error a codec of other events
Aggregate.make({ category: "Account", decider: account, events: EventCodec.make({ Opened: t.type({}) }) })

// Everything in its place compiles; a port that is left out does not.
const Live = Layer.mergeAll(Memory.layer, EventMapper.plain)
expectTypeOf<Effect.Services<ReturnType<typeof provided>>>().toEqualTypeOf<never>()
const provided = () => program.pipe(Effect.provide(Live))
void (() => Effect.runPromise(provided()))
// @ts-expect-error no store
void (() => Effect.runPromise(program.pipe(Effect.provide(EventMapper.plain))))
// @ts-expect-error no mapper
void (() => Effect.runPromise(program.pipe(Effect.provide(Memory.layer))))

const Sealed = EventMapper.layer.pipe(
  Layer.provide([AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("k")))), Zstd.layer, Hash.sha256]),
)
void (() => Effect.runPromise(program.pipe(Effect.provide(Layer.mergeAll(Memory.layer, Sealed)))))
const Unsealed = EventMapper.layer.pipe(Layer.provide([Compressions.none, Hash.sha256]))
expectTypeOf<Layer.Services<typeof Unsealed>>().toEqualTypeOf<Cipher>()
// @ts-expect-error no cipher
void (() => Effect.runPromise(program.pipe(Effect.provide(Layer.mergeAll(Memory.layer, Unsealed)))))
expectTypeOf<Layer.Services<typeof EventMapper.layer>>().toEqualTypeOf<Cipher | Compression | Hash>()

// A cipher for only some events needs what the cipher needs, and its predicate sees events only.
const some = AesGcm.layer.pipe(
  Cipher.only((event) => {
    expectTypeOf(event).toEqualTypeOf<SealableEvent>()
    return event.type !== "Rated"
  }),
)
expectTypeOf(some).toEqualTypeOf<Layer.Layer<Cipher, never, Keys>>()
expectTypeOf(some.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("k"))))).toEqualTypeOf<
  Layer.Layer<Cipher, KeysInvalid>
>()
// @ts-expect-error a layer of no cipher
Zstd.layer.pipe(Cipher.only(() => true))
// @ts-expect-error a predicate that answers later
AesGcm.layer.pipe(Cipher.only(async () => true))
const Some = EventMapper.layer.pipe(Layer.provide([some, Zstd.layer, Hash.sha256]))
// @ts-expect-error no keys
void (() => Effect.runPromise(program.pipe(Effect.provide(Layer.mergeAll(Memory.layer, Some)))))

// A use case of its own: value and rejections are inferred, also several kinds.
const used = accounts.transact("ada", (state) =>
  state._tag === "None"
    ? left("absent" as const)
    : state._tag === "Closed"
      ? left(new NotOpen())
      : right([state.balance, [AccountEvent.Closed()]] as const),
)
expectTypeOf<Effect.Success<typeof used>["value"]>().toEqualTypeOf<number>()
expectTypeOf<Extract<Effect.Error<typeof used>, "absent" | NotOpen>>().toEqualTypeOf<"absent" | NotOpen>()
// @ts-expect-error an event that the model does not have
accounts.transact("ada", () => right([0, [{ _tag: "Stolen" }]] as const))

// Several streams: states and events by name.
const StockEvent = EventCodec.make({ Moved: t.type({ by: t.number }) })
const stocks = Repository.make(
  Aggregate.make({
    category: "Stock",
    events: StockEvent,
    decider: Decider.make({
      initial: 0,
      decide: (by: number, _n: number) => Decider.accept(StockEvent.Moved({ by })),
      evolve: (n: number, event: EventCodec.TypeOf<typeof StockEvent>): number => n + event.by,
    }),
  }),
)
const both = { buyer: accounts.stream("ada"), goods: stocks.stream("tea") }
const bought = Repository.transactAll(both, ({ buyer, goods }) => {
  expectTypeOf(buyer).toEqualTypeOf<Account>()
  expectTypeOf(goods).toEqualTypeOf<number>()
  if (buyer._tag !== "Open") return left(new NotOpen())
  return right([`${goods}`, { buyer: [AccountEvent.Withdrawn({ amount: 1 })], goods: [StockEvent.Moved({ by: -1 })] }])
})
expectTypeOf<Effect.Success<typeof bought>["value"]>().toEqualTypeOf<string>()
expectTypeOf<Extract<Effect.Error<typeof bought>, NotOpen>>().toEqualTypeOf<NotOpen>()
// @ts-expect-error an event of the other stream's model
Repository.transactAll(both, () => right([0, { goods: [AccountEvent.Closed()] }] as const))
// @ts-expect-error a state that there is not
Repository.transactAll(both, ({ seller }) => right([seller, {}] as const))
