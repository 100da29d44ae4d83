import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import {
  Aggregate,
  CommandContext,
  CommitUnknown,
  Decider,
  EventCodec,
  EventMapper,
  EventStore,
  Repository,
  Snapshots,
  StoreUnavailable,
} from "../../../src/core/index.ts"
import { at } from "../support.ts"
import { AccountEvent, Accounts, behind, committing, counted, deposit, inMemory, open, through } from "./support.ts"

const StockEvent = EventCodec.make({ Moved: t.type({ by: t.number }) })
type StockEvent = EventCodec.TypeOf<typeof StockEvent>
const Stocks = Aggregate.make({
  category: "Stock",
  events: StockEvent,
  decider: Decider.make({
    initial: 0,
    decide: (by: number, _n: number) => Decider.accept(StockEvent.Moved({ by })),
    evolve: (n: number, event: StockEvent): number => n + event.by,
  }),
})

const make = () => ({ accounts: Repository.make(Accounts), stocks: Repository.make(Stocks) })
const head = EventStore.use((store) => store.head)
const Moved = (by: number) => StockEvent.Moved({ by })

describe("a transaction over several streams", () => {
  it("of one aggregate records all that it decides, in one commit", async () => {
    const { stocks } = make()
    const result = await inMemory(
      Effect.gen(function* () {
        yield* stocks.execute("a", 10)
        const { calls, store } = counted(yield* EventStore)
        const moved = yield* Repository.transactAll(
          { from: stocks.stream("a"), to: stocks.stream("b") },
          ({ from, to }) => right([from + to, { from: [Moved(-4)], to: [Moved(1), Moved(3)] }]),
        ).pipe(Effect.provideService(EventStore, store))
        const states = yield* Effect.all([stocks.load("a"), stocks.load("b")])
        return { moved, states: states.map(Option.getOrThrow), commits: calls.commits }
      }),
    )
    expect(result.moved).toEqual({ value: 10, position: 4 })
    expect(result.states).toMatchObject([
      { state: 6, version: 2, position: 2 },
      { state: 4, version: 2, position: 4 },
    ])
    expect(result.commits).toBe(1)
  })

  it("leaves its streams' states to the commands after it", async () => {
    const { stocks } = make()
    const calls = await inMemory(
      Effect.gen(function* () {
        const { calls, store } = counted(yield* EventStore)
        yield* Effect.gen(function* () {
          yield* Repository.transactAll({ a: stocks.stream("a") }, () => right([0, { a: [Moved(1)] }]))
          calls.commits = calls.reads = 0
          yield* stocks.execute("a", 1)
        }).pipe(Effect.provideService(EventStore, store))
        return calls
      }),
    )
    expect(calls).toMatchObject({ commits: 1, reads: 0 })
  })

  it("of two aggregates sees each state by its name", async () => {
    const { accounts, stocks } = make()
    const result = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* accounts.execute("ada", deposit(9))
        const bought = yield* Repository.transactAll(
          { buyer: accounts.stream("ada"), goods: stocks.stream("tea") },
          ({ buyer, goods }) =>
            right([`${buyer.owner} ${goods}`, { buyer: [AccountEvent.Withdrawn({ amount: 9 })], goods: [Moved(-1)] }]),
        )
        return [bought, yield* accounts.load("ada"), yield* stocks.load("tea")]
      }),
    )
    expect(result[0]).toEqual({ value: "Ada 0", position: 4 })
    expect(result[1]).toMatchObject({ value: { state: { balance: 0 } } })
    expect(result[2]).toMatchObject({ value: { state: -1 } })
  })

  it("rejects with its own type and records nothing", async () => {
    const { stocks } = make()
    const result = await inMemory(
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          Repository.transactAll({ a: stocks.stream("a"), b: stocks.stream("b") }, () => left("no" as const)),
        )
        return [error, yield* head]
      }),
    )
    expect(result).toEqual(["no", 0])
  })

  it("asserts also the streams that it only read", async () => {
    const { stocks } = make()
    const result = await inMemory(
      Effect.gen(function* () {
        const racing = (store: EventStore["Service"]) =>
          committing((commit, go, before) =>
            before === 0 ? Effect.andThen(behind(store, "limit", 7), go(commit)) : go(commit),
          )(store)
        const { accounts } = make()
        return yield* Repository.transactAll({ limit: accounts.stream("limit"), a: stocks.stream("a") }, ({ limit }) =>
          right([limit.balance, { a: [Moved(limit.balance)] }]),
        ).pipe(through(racing))
      }),
    )
    expect(result).toEqual({ value: 7, position: 2 })
  })

  it("confirms a rejection against another writer, too", async () => {
    const { accounts } = make()
    const result = await inMemory(
      Effect.gen(function* () {
        const racing = (store: EventStore["Service"]) =>
          committing((commit, go, before) =>
            before === 0 ? Effect.andThen(behind(store, "ada", 7), go(commit)) : go(commit),
          )(store)
        return yield* Repository.transactAll({ a: accounts.stream("ada") }, ({ a }) =>
          a.balance < 7 ? left("poor" as const) : right(["rich" as const, {}]),
        ).pipe(through(racing))
      }),
    )
    expect(result.value).toBe("rich")
  })

  it("tells of no fault that comes of states that never stood together", async () => {
    const { stocks } = make()
    const moving = (n: number) =>
      Repository.transactAll({ a: stocks.stream("a"), b: stocks.stream("b") }, () =>
        right([0, { a: [Moved(n)], b: [Moved(-n)] }]),
      )
    const torn = (decide: (sum: number) => ReadonlyArray<StockEvent>) =>
      Effect.gen(function* () {
        yield* moving(1)
        const others = yield* EventStore
        const racing = (store: EventStore["Service"]) => {
          let reads = 0
          return EventStore.of({
            ...store,
            readStream: (stream, range) => {
              // Between the reads of the one stream and of the other.
              const meanwhile =
                ++reads === 2 ? Effect.orDie(Effect.provideService(again, EventStore, others)) : Effect.void
              return Effect.andThen(meanwhile, store.readStream(stream, range))
            },
          })
        }
        const again = Effect.provide(moving(1), EventMapper.plain).pipe(Effect.provide(Snapshots.none))
        return yield* Repository.transactAll(
          { a: make().stocks.stream("a"), b: make().stocks.stream("b") },
          ({ a, b }) => right([a + b, { a: decide(a + b) }]),
        ).pipe(through(racing), Effect.exit)
      })
    const throws = (sum: number) => {
      if (sum !== 0) throw new Error(`the sum is ${sum}`)
      return []
    }
    expect(await inMemory(torn(throws))).toEqual(Exit.succeed({ value: 0, position: 4 }))
    const unwritable = (sum: number) => (sum === 0 ? [] : [Moved(Number.NaN)])
    expect(await inMemory(torn(unwritable))).toEqual(Exit.succeed({ value: 0, position: 4 }))
  })

  it("in both orders at once never waits for itself", async () => {
    const { stocks } = make()
    const move = (from: string, to: string) =>
      Repository.transactAll({ from: stocks.stream(from), to: stocks.stream(to) }, () =>
        right([0, { from: [Moved(-1)], to: [Moved(1)] }]),
      )
    const result = await inMemory(
      Effect.gen(function* () {
        const slow = committing((commit, go) => Effect.andThen(Effect.sleep(1), go(commit)))
        yield* Effect.all(
          Array.from({ length: 30 }, (_, n) =>
            n % 3 === 0 ? stocks.execute("a", 0) : n % 2 === 0 ? move("a", "b") : move("b", "a"),
          ),
          { concurrency: "unbounded", discard: true },
        ).pipe(through(slow), Effect.timeout("10 seconds"))
        return yield* Effect.all([stocks.load("a"), stocks.load("b"), head])
      }),
    )
    expect(result[0]).toMatchObject({ value: { state: 0 } })
    expect(result[1]).toMatchObject({ value: { state: 0 } })
    expect(result[2]).toBe(50)
  })

  it("of other repositories of the same streams is decided again until it fits", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        const slow = committing((commit, go) => Effect.andThen(Effect.yieldNow, go(commit)))
        yield* Effect.all(
          Array.from({ length: 8 }, (_, n) => {
            const { stocks } = make()
            const names = n % 2 === 0 ? (["a", "b"] as const) : (["b", "a"] as const)
            return Repository.transactAll({ from: stocks.stream(names[0]), to: stocks.stream(names[1]) }, () =>
              right([0, { from: [Moved(-1)], to: [Moved(1)] }]),
            )
          }),
          { concurrency: "unbounded", discard: true },
        ).pipe(through(slow))
        return yield* head
      }),
    )
    expect(result).toBe(16)
  })

  it("is decided again under a test's clock too, and says when by it", async () => {
    const { accounts } = make()
    const overtaken = (store: EventStore["Service"]) =>
      committing((commit, go, before) => {
        const first = before < 4 ? behind(store, "ada", before) : Effect.void
        return Effect.andThen(first, go(commit))
      })(store)
    const events = await inMemory(
      Effect.gen(function* () {
        yield* TestClock.setTime(17)
        yield* Repository.transactAll({ ada: accounts.stream("ada") }, () =>
          right([0, { ada: [AccountEvent.Deposited({ amount: 1 })] }]),
        ).pipe(through(overtaken))
        return yield* EventStore.use((store) => store.readStream({ category: "Account", id: "ada" }))
      }).pipe(Effect.provide(TestClock.layer())),
    )
    expect(events.at(-1)?.recordedAt).toBe(17)
  })

  it("refuses a stream twice, no stream, and events for nobody", async () => {
    const { stocks } = make()
    const errors = await inMemory(
      Effect.all([
        Effect.flip(Repository.transactAll({ a: stocks.stream("a"), b: stocks.stream("a") }, () => right([0, {}]))),
        Effect.flip(Repository.transactAll({}, () => right([0, {}]))),
        Effect.flip(
          Repository.transactAll({ a: stocks.stream("a") }, () =>
            right([0, JSON.parse('{"z":[{"_tag":"Moved","by":1}]}')]),
          ),
        ),
      ]),
    )
    expect(errors.map((error) => ("what" in error ? error.what : error))).toEqual([
      "Stock-a takes part in the transaction twice",
      "the transaction has no participants",
      "z is not a participant of the transaction",
    ])
  })

  it("takes names that objects inherit for names like others", async () => {
    const { stocks } = make()
    const exit = await inMemory(
      Effect.exit(Repository.transactAll({ constructor: stocks.stream("a") }, () => right([0, {}]))),
    )
    expect(exit).toEqual(Exit.succeed({ value: 0, position: 0 }))
  })

  it("refuses events for nobody, also under a name that objects inherit", async () => {
    const { stocks } = make()
    const exit = await inMemory(
      Effect.exit(
        Repository.transactAll({ a: stocks.stream("a") }, () =>
          right([0, JSON.parse('{"toString":[{"_tag":"Moved","by":1}]}')]),
        ),
      ),
    )
    expect(Exit.isFailure(exit)).toBe(true)
  })

  it("records nothing where one event cannot be encoded or a model throws", async () => {
    const { stocks } = make()
    const result = await inMemory(
      Effect.gen(function* () {
        const encode = yield* Effect.flip(
          Repository.transactAll({ a: stocks.stream("a"), b: stocks.stream("b") }, () =>
            right([0, { a: [Moved(1)], b: [Moved(Number.NaN)] }]),
          ),
        )
        const decide = yield* Effect.flip(
          Repository.transactAll({ a: stocks.stream("a") }, () => {
            throw new Error("unlucky")
          }),
        )
        return { encode, decide, head: yield* head, next: yield* stocks.execute("a", 1) }
      }),
    )
    expect(result.encode).toMatchObject({ _tag: "EncodeFailed", stream: { id: "b" }, path: "data.by" })
    expect(result.decide).toMatchObject({ _tag: "DeciderThrew", during: "decide" })
    expect(result.head).toBe(0)
    expect(result.next.version).toBe(1)
  })

  it("that decides what is no Either is a model that throws", async () => {
    const { stocks } = make()
    const odd: ReadonlyArray<unknown> = [undefined, null, 7, { _tag: "Right" }, right(7), right([0, null])]
    const errors = await inMemory(
      Effect.forEach(odd, (decision) =>
        Effect.flip(
          Repository.transactAll({ a: stocks.stream("a") }, () => decision as ReturnType<typeof right<never>>),
        ),
      ),
    )
    expect(errors).toMatchObject(odd.map(() => ({ _tag: "DeciderThrew", during: "decide" })))
  })

  it("whose outcome is unknown is recorded once", async () => {
    const { stocks } = make()
    const result = await inMemory(
      Effect.gen(function* () {
        const flaky = committing((commit, go, before) =>
          before === 0 ? Effect.andThen(go(commit), Effect.fail(new CommitUnknown({ cause: "lost" }))) : go(commit),
        )
        const moved = yield* Repository.transactAll({ a: stocks.stream("a"), b: stocks.stream("b") }, () =>
          right([0, { a: [Moved(1)], b: [Moved(2)] }]),
        ).pipe(through(flaky))
        return { moved, head: yield* head, a: yield* stocks.execute("a", 10) }
      }),
    )
    expect(result.moved.position).toBe(2)
    expect(result.head).toBe(2)
    expect(result.a).toMatchObject({ state: 11, version: 2 })
  })

  it("passes on that the store is away, and ends as a conflict where the schedule ends", async () => {
    const { stocks } = make()
    const away = new StoreUnavailable({ what: "off", retryable: true, cause: "test" })
    const none = () => right([0, {}] as const)
    const result = await inMemory(
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          Repository.transactAll({ a: stocks.stream("a") }, none).pipe(through(committing(() => Effect.fail(away)))),
        )
        const { accounts } = make()
        const always = (store: EventStore["Service"]) =>
          committing((commit, go, before) => Effect.andThen(behind(store, "ada", before + 1), go(commit)))(store)
        const conflict = yield* Effect.flip(
          Repository.transactAll({ a: accounts.stream("ada") }, none, Schedule.recurs(2)).pipe(through(always)),
        )
        return { error, conflict, head: yield* head }
      }),
    )
    expect(result.error).toBe(away)
    expect(result.conflict).toMatchObject({ _tag: "VersionConflict" })
    expect(result.head).toBe(3)
  })

  it("shares correlation, cause and metadata among its events", async () => {
    const { stocks } = make()
    const cause = {
      id: "01900000-0000-7000-8000-000000000001",
      stream: { category: "A", id: "x" },
      position: 3,
      correlationId: "c",
    }
    const events = await inMemory(
      Effect.gen(function* () {
        const both = { a: stocks.stream("a"), b: stocks.stream("b") }
        yield* Repository.transactAll(both, () => right([0, { a: [Moved(1)], b: [Moved(2)] }])).pipe(
          CommandContext.annotate({ user: "u" }),
          CommandContext.causedBy(cause),
        )
        yield* Repository.transactAll(both, () => right([0, { a: [Moved(1)], b: [Moved(2)] }]))
        return [...(yield* Stream.runCollect(stocks.history("a"))), ...(yield* Stream.runCollect(stocks.history("b")))]
      }),
    )
    const [a1, a2, b1, b2] = events
    for (const event of [a1, b1]) {
      expect(event).toMatchObject({
        correlationId: "c",
        causation: { eventId: cause.id, stream: cause.stream, position: 3 },
        metadata: { user: "u" },
      })
    }
    expect(a2?.correlationId).toBe(b2?.correlationId)
    expect(a2?.correlationId).toMatch(/^[0-9a-f-]{36}$/)
  })

  it("that is interrupted in flight is recorded and kept, and holds nobody up", async () => {
    const { stocks } = make()
    const result = await inMemory(
      Effect.gen(function* () {
        const latch = yield* Latch.make()
        const entered = yield* Latch.make()
        const gated = committing((commit, go, before) =>
          before === 0 ? Effect.andThen(Effect.andThen(entered.open, latch.await), go(commit)) : go(commit),
        )
        return yield* Effect.gen(function* () {
          const flying = yield* Effect.forkChild(
            Repository.transactAll({ a: stocks.stream("a"), b: stocks.stream("b") }, () =>
              right([0, { a: [Moved(1)], b: [Moved(2)] }]),
            ),
          )
          yield* entered.await
          const waiting = yield* Effect.forkChild(stocks.execute("b", 10))
          const interrupting = yield* Effect.forkChild(Fiber.interrupt(flying))
          yield* Effect.sleep(3)
          yield* latch.open
          yield* Fiber.join(interrupting)
          return [yield* Fiber.join(waiting), yield* stocks.execute("a", 10)]
        }).pipe(through(gated))
      }),
    )
    expect(at(result, 0)).toMatchObject({ state: 12, version: 2 })
    expect(at(result, 1)).toMatchObject({ state: 11, version: 2 })
  })
})
