import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import { Aggregate, EventMapper, EventStore, Repository, StoreUnavailable } from "../../../src/core/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"
import { at } from "../support.ts"
import {
  AccountEvent,
  Accounts,
  account,
  behind,
  close,
  committing,
  counted,
  deposit,
  inMemory,
  NotOpen,
  none,
  Overdrawn,
  open,
  through,
  touch,
  withdraw,
} from "./support.ts"

const accounts = Repository.make(Accounts)
const uncached = Repository.make(Accounts, { cache: 0 })

describe("executing a command", () => {
  it("answers state, version, position and events after it", async () => {
    const results = await inMemory(
      Effect.gen(function* () {
        const other = yield* accounts.execute("bob", open("Bob"))
        const opened = yield* accounts.execute("ada", open("Ada"))
        const paid = yield* accounts.execute("ada", deposit(5))
        return [other, opened, paid]
      }),
    )
    expect(results[0]).toMatchObject({ version: 1, position: 1 })
    expect(results[1]).toEqual({
      state: { owner: "Ada", balance: 0, closed: false },
      version: 1,
      position: 2,
      events: [{ _tag: "Opened", owner: "Ada", currency: "EUR" }],
      repeated: false,
      value: undefined,
    })
    expect(results[2]).toMatchObject({ state: { balance: 5 }, version: 2, position: 3 })
  })

  it("fails with the model's own rejection", async () => {
    const [absent, overdrawn] = await inMemory(
      Effect.gen(function* () {
        const absent = yield* Effect.flip(accounts.execute("ada", withdraw(1)))
        yield* accounts.execute("ada", open("Ada"))
        yield* accounts.execute("ada", deposit(3))
        return [absent, yield* Effect.flip(accounts.execute("ada", withdraw(4)))]
      }),
    )
    expect(absent).toBeInstanceOf(NotOpen)
    expect(overdrawn).toEqual(new Overdrawn(3))
  })

  it("records nothing for a decision without events, and answers where the stream stands", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        const before = yield* accounts.execute("ada", touch)
        yield* accounts.execute("ada", open("Ada"))
        yield* accounts.execute("bob", open("Bob"))
        const after = yield* accounts.execute("ada", touch)
        return { before, after, head: yield* EventStore.use((store) => store.head) }
      }),
    )
    expect(result.before).toMatchObject({ state: none, version: 0, position: 0, events: [] })
    expect(result.after).toMatchObject({ version: 1, position: 1, events: [], repeated: false })
    expect(result.head).toBe(2)
  })

  it.each(["", "a\nb", "x".repeat(513), "\ud800"])("refuses the id %j", async (id) => {
    const errors = await inMemory(
      Effect.all([
        Effect.flip(accounts.execute(id, touch)),
        Effect.flip(accounts.transact(id, () => right([0, []]))),
        Effect.flip(accounts.load(id)),
        Effect.flip(accounts.load(id, { version: 1 })),
        Effect.flip(accounts.exists(id)),
        Effect.flip(Stream.runCollect(accounts.history(id))),
        Effect.flip(Repository.transactAll({ a: accounts.stream(id) }, () => right([0, {}]))),
      ]),
    )
    for (const error of errors) expect(error).toMatchObject({ _tag: "InvalidInput" })
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses to expect version %d", async (expected) => {
    const error = await inMemory(Effect.flip(accounts.execute("ada", touch, { expected })))
    expect(error).toMatchObject({ _tag: "InvalidInput", what: `expected version ${expected} is not an integer from 0` })
  })

  it.each(["", "é".repeat(257), "\ud800"])("refuses the command id %j", async (commandId) => {
    const error = await inMemory(Effect.flip(accounts.execute("ada", touch, { commandId })))
    expect(error).toMatchObject({ _tag: "InvalidInput" })
  })

  it("goes on after a rejection, a fault and a conflict as if nothing had been", async () => {
    const versions = await inMemory(
      Effect.gen(function* () {
        yield* Effect.flip(accounts.execute("ada", withdraw(1)))
        yield* Effect.flip(accounts.execute("ada", deposit(Number.NaN)))
        yield* Effect.flip(accounts.execute("ada", touch, { expected: 7 }))
        const { version, state } = yield* accounts.execute("ada", deposit(1))
        return [version, state.balance]
      }),
    )
    expect(versions).toEqual([1, 1])
  })

  it("keeps what two stores hold apart", async () => {
    const once = Effect.map(accounts.execute("ada", deposit(1)), ({ state }) => state.balance)
    const world = Layer.mergeAll(Memory.layer, EventMapper.plain)
    const run = () => Effect.runPromise(Effect.provide(once, world))
    expect([await run(), await run()]).toEqual([1, 1])
  })
})

describe("an expected version", () => {
  it("is met or conflicts, without a retry", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"), { expected: 0 })
        yield* accounts.execute("ada", deposit(1), { expected: 1 })
        const stale = yield* Effect.flip(accounts.execute("ada", deposit(1), { expected: 1 }))
        const ahead = yield* Effect.flip(accounts.execute("ada", deposit(1), { expected: 3 }))
        return { stale, ahead, now: yield* accounts.load("ada") }
      }),
    )
    expect(result.stale).toMatchObject({
      _tag: "VersionConflict",
      stream: { category: "Account", id: "ada" },
      expected: { _tag: "Exact", version: 1 },
      actual: 2,
    })
    expect(result.ahead).toMatchObject({ _tag: "VersionConflict", actual: 2 })
    expect(Option.getOrThrow(result.now).state.balance).toBe(1)
  })

  it("is seen against what another writer recorded behind the cache", async () => {
    const error = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* uncached.execute("ada", deposit(1))
        return yield* Effect.flip(accounts.execute("ada", deposit(1), { expected: 1 }))
      }),
    )
    expect(error).toMatchObject({ _tag: "VersionConflict", actual: 2 })
  })

  it("that only another writer has reached is met though the cache is behind", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* uncached.execute("ada", deposit(1))
        return yield* accounts.execute("ada", deposit(2), { expected: 2 })
      }),
    )
    expect(result).toMatchObject({ version: 3, state: { balance: 3 } })
  })

  it("of 0 needs no read, where nothing tells otherwise", async () => {
    const calls = await inMemory(
      Effect.gen(function* () {
        const { store, calls } = counted(yield* EventStore)
        yield* through(() => store)(uncached.execute("ada", open("Ada"), { expected: 0 }))
        return calls
      }),
    )
    expect(calls).toEqual({ commits: 1, reads: 0, read: 0 })
  })

  it("of 0 is told of a stream that exists, also where its model would refuse the command on a new one", async () => {
    const errors = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* accounts.execute("ada", deposit(1))
        return yield* Effect.forEach([open("Ada"), withdraw(1), touch], (command) =>
          Effect.flip(uncached.execute("ada", command, { expected: 0 })),
        )
      }),
    )
    for (const error of errors) expect(error).toMatchObject({ _tag: "VersionConflict", actual: 2 })
  })

  it("lets one of many at the same version win", async () => {
    const exits = await inMemory(
      Effect.forEach(
        Array.from({ length: 20 }, (_, n) => n),
        (n) => Effect.exit(accounts.execute("ada", deposit(n), { expected: 0 })),
        { concurrency: "unbounded" },
      ),
    )
    expect(exits.filter(Exit.isSuccess).length).toBe(1)
  })
})

describe("a use case of its own", () => {
  it("answers its value beside what it came to", async () => {
    const result = await inMemory(
      accounts.transact("ada", (state) => right([`was ${state.balance}`, [AccountEvent.Deposited({ amount: 5 })]])),
    )
    expect(result).toMatchObject({ value: "was 0", version: 1, state: { balance: 5 } })
  })

  it("rejects with its own type and records nothing", async () => {
    const [error, head] = await inMemory(
      Effect.gen(function* () {
        const error = yield* Effect.flip(accounts.transact("ada", () => left("no" as const)))
        return [error, yield* EventStore.use((store) => store.head)]
      }),
    )
    expect([error, head]).toEqual(["no", 0])
  })

  it("waits its turn together with commands", async () => {
    const balances = await inMemory(
      Effect.all(
        [
          accounts.execute("ada", deposit(1)),
          accounts.transact("ada", ({ balance }) => right([balance, [AccountEvent.Deposited({ amount: balance })]])),
          accounts.execute("ada", deposit(1)),
        ],
        { concurrency: "unbounded" },
      ),
    )
    expect(balances.map(({ state }) => state.balance)).toEqual([1, 2, 3])
  })
})

describe("loading", () => {
  const told = Effect.gen(function* () {
    yield* accounts.execute("ada", open("Ada"))
    yield* accounts.execute("ada", deposit(5))
    yield* accounts.execute("ada", withdraw(2))
  })

  it("finds nothing where there is no stream", async () => {
    const found = await inMemory(
      Effect.all([
        accounts.load("ada"),
        accounts.load("ada", { version: 1 }),
        accounts.load("ada", { at: Date.now() }),
      ]),
    )
    expect(found).toEqual([Option.none(), Option.none(), Option.none()])
    expect(await inMemory(accounts.exists("ada"))).toBe(false)
  })

  it("finds the state now and at every version that was", async () => {
    const balances = await inMemory(
      Effect.andThen(
        told,
        Effect.forEach([undefined, 1, 2, 3], (version) =>
          Effect.map(accounts.load("ada", version === undefined ? undefined : { version }), (found) =>
            Option.map(found, ({ state, version, position }) => [state.balance, version, position]),
          ),
        ),
      ),
    )
    expect(balances.map(Option.getOrThrow)).toEqual([
      [3, 3, 3],
      [0, 1, 1],
      [5, 2, 2],
      [3, 3, 3],
    ])
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("refuses version %d", async (version) => {
    const error = await inMemory(Effect.andThen(told, Effect.flip(accounts.load("ada", { version }))))
    expect(error).toMatchObject({ _tag: "InvalidInput", what: `version ${version} is not an integer from 1` })
  })

  it.each([4, Number.MAX_SAFE_INTEGER])("does not find version %d, beyond the last", async (version) => {
    const error = await inMemory(Effect.andThen(told, Effect.flip(accounts.load("ada", { version }))))
    expect(error).toMatchObject({ _tag: "NotFound", version, latest: 3 })
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, new Date("never")])("refuses the time %s", async (at) => {
    const error = await inMemory(Effect.flip(accounts.load("ada", { at })))
    expect(error).toMatchObject({ _tag: "InvalidInput" })
  })

  it("does not find what is terminal, now or then, and its history it does", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        yield* told
        yield* accounts.execute("ada", close)
        return {
          now: yield* accounts.load("ada"),
          exists: yield* accounts.exists("ada"),
          atEnd: yield* accounts.load("ada", { version: 4 }),
          before: yield* accounts.load("ada", { version: 3 }),
          history: yield* Stream.runCollect(accounts.history("ada")),
          ids: yield* Stream.runCollect(accounts.ids),
          more: yield* accounts.execute("ada", deposit(1)),
        }
      }),
    )
    expect([result.now, result.exists, result.atEnd]).toEqual([Option.none(), false, Option.none()])
    expect(Option.getOrThrow(result.before).state.balance).toBe(3)
    expect(result.history.map(({ event }) => event._tag)).toEqual(["Opened", "Deposited", "Withdrawn", "Closed"])
    expect(result.ids).toEqual(["ada"])
    // The model decides what a closed account still takes.
    expect(result.more.version).toBe(5)
  })

  it("sees at once what another writer recorded", async () => {
    const balances = await inMemory(
      Effect.gen(function* () {
        yield* told
        const seen = [Option.getOrThrow(yield* accounts.load("ada")).state.balance]
        yield* uncached.execute("ada", deposit(100))
        seen.push(Option.getOrThrow(yield* accounts.load("ada")).state.balance)
        return seen
      }),
    )
    expect(balances).toEqual([3, 103])
  })
})

describe("the cache", () => {
  it("cannot be seen where another mapper writes behind it", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        const behind = (amount: number) =>
          Effect.provide(accounts.execute("ada", deposit(amount)), Layer.fresh(EventMapper.plain))
        yield* behind(5)
        const rejectedNoMore = yield* accounts.execute("ada", withdraw(5))
        yield* behind(1)
        const touched = yield* accounts.execute("ada", touch)
        yield* Effect.provide(accounts.execute("ada", withdraw(1)), Layer.fresh(EventMapper.plain))
        const overdrawn = yield* Effect.flip(accounts.execute("ada", withdraw(1)))
        return { rejectedNoMore, touched, overdrawn }
      }),
    )
    expect(result.rejectedNoMore).toMatchObject({ version: 3, state: { balance: 0 } })
    expect(result.touched).toMatchObject({ version: 4, state: { balance: 1 } })
    expect(result.overdrawn).toEqual(new Overdrawn(0))
  })

  it("answers as no cache at all answers, with any writers in any order", async () => {
    const tiny = Repository.make(Accounts, { cache: 1 })
    const play = (mine: typeof accounts) =>
      inMemory(
        Effect.gen(function* () {
          const answers: Array<unknown> = []
          const other = Repository.make(Accounts)
          for (let i = 0; i < 120; i++) {
            const id = `s${(i * 7) % 5}`
            const command = [open("O"), deposit(i % 4), withdraw(i % 9), touch][(i * 11) % 4] ?? touch
            const repository = i % 3 === 0 ? other : mine
            const options = i % 10 === 9 ? { commandId: `k${i % 4}-${id}` } : i % 13 === 5 ? { expected: i % 6 } : {}
            answers.push(yield* Effect.exit(repository.execute(id, command, options)))
            if (i % 4 === 0) answers.push(yield* mine.load(id), yield* mine.exists(id))
          }
          return answers
        }).pipe(
          Effect.map((answers) =>
            // Links hold random ids.
            JSON.parse(JSON.stringify(answers, (key, value) => (key === "link" ? undefined : value))),
          ),
        ),
      )
    const expected = await play(uncached)
    expect(await play(Repository.make(Accounts))).toEqual(expected)
    expect(await play(tiny)).toEqual(expected)
  })

  it("makes a command on a known stream cost one round trip", async () => {
    const trips = await inMemory(
      Effect.gen(function* () {
        const { calls, store } = counted(yield* EventStore)
        const total = Effect.sync(() => calls.commits + calls.reads)
        return yield* Effect.all([
          Effect.andThen(accounts.execute("ada", open("Ada")), total),
          Effect.andThen(accounts.execute("ada", deposit(1)), total),
          Effect.andThen(Effect.flip(accounts.execute("ada", withdraw(2))), total),
        ]).pipe(Effect.provideService(EventStore, store))
      }),
    )
    // The first reads and writes, the second only writes, a refusal only confirms.
    expect(trips).toEqual([2, 3, 4])
  })

  it("holds the streams that are used now, and lets go of those that were used before", async () => {
    const misses = await inMemory(
      Effect.gen(function* () {
        const some = Repository.make(Accounts, { cache: 32 })
        const { calls, store } = counted(yield* EventStore)
        const pass = (turn: number) =>
          Effect.gen(function* () {
            const before = calls.reads
            yield* Effect.forEach(Array(30).keys(), (n) => some.execute(`${turn}-${n}`, deposit(1)))
            return calls.reads - before
          })
        const turn = (turn: number) => Effect.all([pass(turn), pass(turn), pass(turn)])
        return yield* Effect.provideService(Effect.forEach([1, 2, 3], turn), EventStore, store)
      }),
    )
    expect(misses).toEqual([1, 2, 3].map(() => [30, 0, 0]))
  })

  it("starts anew on a stream that became shorter: a restored backup", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        const stores: Array<EventStore["Service"]> = [yield* EventStore]
        const restored = yield* Effect.provide(
          Effect.gen(function* () {
            yield* uncached.execute("ada", open("Ada"))
            return yield* EventStore
          }),
          Layer.fresh(Memory.layer),
        )
        const current = EventStore.of({
          ...restored,
          commit: (commit) => at(stores, -1).commit(commit),
          readStream: (stream, range) => at(stores, -1).readStream(stream, range),
        })
        const run = <A, E>(effect: Effect.Effect<A, E, Repository.Needs>) =>
          Effect.provideService(effect, EventStore, current)
        yield* run(Effect.forEach([1, 2, 3], (n) => accounts.execute("ada", deposit(n))))
        stores.push(restored)
        return yield* run(accounts.execute("ada", deposit(10)))
      }),
    )
    expect(result).toMatchObject({ version: 2, state: { owner: "Ada", balance: 10 } })
  })
})

describe("history", () => {
  it("is every event with what was recorded about it, over more than one page", async () => {
    const events = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("bob", open("Bob"))
        yield* accounts.transact("ada", () =>
          right([0, Array.from({ length: 2001 }, (_, n) => AccountEvent.Deposited({ amount: n }))]),
        )
        return yield* Stream.runCollect(accounts.history("ada"))
      }),
    )
    expect(events.length).toBe(2001)
    expect(events.map(({ event }) => ("amount" in event ? event.amount : -1))).toEqual(
      Array.from({ length: 2001 }, (_, n) => n),
    )
    expect(at(events, 2000)).toMatchObject({
      version: 2001,
      position: 2002,
      stream: { category: "Account", id: "ada" },
      type: "Deposited",
      schemaVersion: 1,
      index: 0,
    })
  })

  it("is empty where there is no stream", async () => {
    expect(await inMemory(Stream.runCollect(accounts.history("nobody")))).toEqual([])
  })
})

describe("the ids of a category", () => {
  it("are all of them, each once, over more than one page", async () => {
    const Other = Repository.make(Aggregate.make({ category: "Accounts", decider: account, events: AccountEvent }))
    const ids = await inMemory(
      Effect.gen(function* () {
        yield* Effect.forEach(
          Array.from({ length: 2500 }, (_, n) => n),
          (n) => uncached.execute(`${n}-é`, deposit(1)),
        )
        yield* Other.execute("stranger", deposit(1))
        yield* uncached.execute("7-é", deposit(1))
        return yield* Stream.runCollect(accounts.ids)
      }),
    )
    expect(ids.length).toBe(2500)
    expect(new Set(ids)).toEqual(new Set(Array.from({ length: 2500 }, (_, n) => `${n}-é`)))
  })

  it("are exactly one page where there are a thousand", async () => {
    const ids = await inMemory(
      Effect.andThen(
        Effect.forEach(
          Array.from({ length: 1000 }, (_, n) => n),
          (n) => uncached.execute(`${n}`, deposit(1)),
        ),
        Stream.runCollect(accounts.ids),
      ),
    )
    expect(new Set(ids).size).toBe(1000)
  })
})

describe("a store that fails", () => {
  const down = new StoreUnavailable({ what: "it is off", retryable: true, cause: "test" })

  it("fails the command with what it says, and the next one works", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        const failing = committing((commit, go, before) => (before === 1 ? Effect.fail(down) : go(commit)))
        return yield* Effect.gen(function* () {
          yield* accounts.execute("ada", open("Ada"))
          const error = yield* Effect.flip(accounts.execute("ada", deposit(1)))
          return { error, next: yield* accounts.execute("ada", deposit(2)) }
        }).pipe(through(failing))
      }),
    )
    expect(result.error).toBe(down)
    expect(result.next).toMatchObject({ version: 2, state: { balance: 2 } })
  })

  it("fails a load in the middle of its reads, and leaves no half state behind", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        yield* uncached.transact("ada", () =>
          right([0, Array.from({ length: 2500 }, () => AccountEvent.Deposited({ amount: 1 }))]),
        )
        let reads = 0
        const failing = (store: EventStore["Service"]) =>
          EventStore.of({
            ...store,
            readStream: (stream, range) => (++reads === 2 ? Effect.fail(down) : store.readStream(stream, range)),
          })
        const mine = Repository.make(Accounts)
        return yield* Effect.gen(function* () {
          const load = yield* Effect.flip(mine.load("ada"))
          const found = yield* mine.load("ada")
          reads = 0
          const others = Repository.make(Accounts)
          const execute = yield* Effect.flip(others.execute("ada", deposit(1)))
          reads = 0
          const history = yield* Effect.flip(Stream.runCollect(others.history("ada")))
          return { load, found, execute, history, executed: yield* others.execute("ada", deposit(1)) }
        }).pipe(through(failing))
      }),
    )
    expect([result.load, result.execute, result.history]).toEqual([down, down, down])
    expect(Option.getOrThrow(result.found).state.balance).toBe(2500)
    expect(result.executed.state.balance).toBe(2501)
  })

  it("that dies takes the command with it and nothing else", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        const dying = committing((commit, go, before) => (before === 0 ? Effect.die("a bug of the store") : go(commit)))
        return yield* Effect.gen(function* () {
          const exit = yield* Effect.exit(accounts.execute("ada", deposit(1)))
          return { exit, next: yield* accounts.execute("ada", deposit(2)) }
        }).pipe(through(dying))
      }),
    )
    expect(result.exit).toEqual(Exit.die("a bug of the store"))
    expect(result.next).toMatchObject({ version: 1, state: { balance: 2 } })
  })
})

describe("a conflict with another process", () => {
  it("is decided again on the newer state", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        const racing = (store: EventStore["Service"]) =>
          committing((commit, go, before) =>
            before < 3 ? Effect.andThen(behind(store, "ada", before + 1), go(commit)) : go(commit),
          )(store)
        return yield* through(racing)(
          accounts.transact("ada", ({ balance }) => right([balance, [AccountEvent.Withdrawn({ amount: balance })]])),
        )
      }),
    )
    expect(result).toMatchObject({ version: 5, value: 6, state: { balance: 0 } })
  })

  it("ends as a conflict where the schedule ends", async () => {
    const impatient = Repository.make(Accounts, { retry: Schedule.recurs(2) })
    const [error, head] = await inMemory(
      Effect.gen(function* () {
        const always = (store: EventStore["Service"]) =>
          committing((commit, go, before) => Effect.andThen(behind(store, "ada", before + 1), go(commit)))(store)
        const error = yield* Effect.flip(impatient.execute("ada", deposit(1))).pipe(through(always))
        return [error, yield* EventStore.use((store) => store.head)]
      }),
    )
    expect(error).toMatchObject({ _tag: "VersionConflict" })
    // The first try, the one at once, and two by the schedule: four times another process was faster.
    expect(head).toBe(4)
  })
})
