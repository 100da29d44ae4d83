import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import {
  Aggregate,
  Cipher,
  CommandContext,
  CommandRepeated,
  CommitUnknown,
  Compression,
  Decider,
  EventIdReused,
  EventMapper,
  EventStore,
  Hash,
  KeyMissing,
  Repository,
  type Snapshots,
  StoreUnavailable,
} from "../../../src/core/index.ts"
import { at } from "../support.ts"
import {
  type Account,
  AccountEvent,
  Accounts,
  account,
  behind,
  type Command,
  committing,
  counted,
  deposit,
  inMemory,
  Overdrawn,
  open,
  through,
  touch,
  withdraw,
} from "./support.ts"

const make = () => Repository.make(Accounts)
const head = EventStore.use((store) => store.head)
/** All in one batch: they come while a command before them still reads. */
const together = <A, E, R>(
  accounts: ReturnType<typeof make>,
  effects: ReadonlyArray<Effect.Effect<A, E, R>>,
): Effect.Effect<ReadonlyArray<A>, E, R | Repository.Needs> =>
  Effect.gen(function* () {
    const latch = yield* Latch.make()
    const waiting = (store: EventStore["Service"]) =>
      EventStore.of({
        ...store,
        readStream: (stream, range) => Effect.andThen(latch.await, store.readStream(stream, range)),
      })
    return yield* Effect.gen(function* () {
      const before = yield* Effect.forkChild(accounts.execute("ada", touch))
      yield* Effect.yieldNow
      const fibers = yield* Effect.forEach(effects, (effect) => Effect.forkChild(effect))
      yield* Effect.sleep(5)
      yield* latch.open
      yield* Effect.ignore(Fiber.join(before))
      return yield* Effect.forEach(fibers, (fiber) => Fiber.join(fiber))
    }).pipe(through(waiting))
  })

describe("commands that wait for one stream", () => {
  it("are a thousand in few commits, each with its own answer in its turn", async () => {
    const accounts = make()
    const { answers, commits } = await inMemory(
      Effect.gen(function* () {
        const { calls, store } = counted(yield* EventStore)
        const commands = Array.from({ length: 1000 }, () => accounts.execute("ada", deposit(1)))
        const answers = yield* Effect.provideService(together(accounts, commands), EventStore, store)
        return { answers, commits: calls.commits }
      }),
    )
    expect(answers.map(({ version, position, state }) => [version, position, state.balance])).toEqual(
      Array.from({ length: 1000 }, (_, n) => [n + 1, n + 1, n + 1]),
    )
    // 256 at a time.
    expect(commits).toBe(4)
  })

  it("are answered each for itself: accepted, rejected, empty, conflicting, faulty", async () => {
    const accounts = make()
    const exits = await inMemory(
      Effect.gen(function* () {
        const exits = yield* together(
          accounts,
          [
            accounts.execute("ada", open("Ada")),
            accounts.execute("ada", withdraw(1)),
            accounts.execute("ada", deposit(Number.NaN)),
            accounts.execute("ada", deposit(5), { expected: 1 }),
            accounts.execute("ada", touch),
            accounts.execute("ada", deposit(5), { expected: 1 }),
            accounts.execute("ada", withdraw(2), { commandId: "k" }),
          ].map(Effect.exit),
        )
        const events = yield* Stream.runCollect(accounts.history("ada"))
        return { exits, events }
      }),
    )
    const value = (i: number) => Exit.isSuccess(at(exits.exits, i)) && at(exits.exits, i)
    const error = (i: number) => Option.getOrUndefined(Exit.findErrorOption(at(exits.exits, i)))
    expect(value(0)).toMatchObject({ value: { version: 1, position: 1 } })
    expect(error(1)).toEqual(new Overdrawn(0))
    expect(error(2)).toMatchObject({ _tag: "EncodeFailed", type: "Deposited", path: "data.amount" })
    expect(value(3)).toMatchObject({ value: { version: 2, position: 2 } })
    expect(value(4)).toMatchObject({ value: { version: 2, position: 2, events: [] } })
    expect(error(5)).toMatchObject({ _tag: "VersionConflict", actual: 2 })
    expect(value(6)).toMatchObject({ value: { version: 3, position: 3, state: { balance: 3 } } })
    expect(exits.events.map(({ event }) => event._tag)).toEqual(["Opened", "Deposited", "Withdrawn"])
  })

  it("keep each its own correlation and metadata", async () => {
    const accounts = make()
    const events = await inMemory(
      Effect.gen(function* () {
        yield* together(
          accounts,
          ["a", "b", "c"].map((name) =>
            accounts
              .execute("ada", deposit(1))
              .pipe(CommandContext.correlate(name), CommandContext.annotate({ user: name })),
          ),
        )
        return yield* Stream.runCollect(accounts.history("ada"))
      }),
    )
    expect(events.map(({ correlationId, metadata }) => [correlationId, metadata])).toEqual([
      ["a", { user: "a" }],
      ["b", { user: "b" }],
      ["c", { user: "c" }],
    ])
  })

  it.each([
    new EventIdReused({ id: "01890a5d-ac96-774b-bcce-b302099a8057" }),
    new StoreUnavailable({ what: "recording too much", retryable: false, cause: "test" }),
  ])("are recorded alone where they cannot be together: %s", async (fault) => {
    const accounts = make()
    const single = committing((commit, go) =>
      (commit.writes[0]?.events.length ?? 0) > 1 ? Effect.fail(fault) : go(commit),
    )
    const commands = Array.from({ length: 3 }, () => accounts.execute("ada", deposit(1)))
    const answers = await inMemory(together(accounts, commands).pipe(through(single)))
    expect(answers.map(({ version }) => version)).toEqual([1, 2, 3])
  })

  it("are recorded alone where one of them is what the store never takes", async () => {
    const accounts = make()
    const exits = await inMemory(
      together(
        accounts,
        ["fine", "é".repeat(300), "fine too"].map((name) =>
          Effect.exit(accounts.execute("ada", deposit(1)).pipe(CommandContext.correlate(name))),
        ),
      ),
    )
    expect(exits.map(Exit.isSuccess)).toEqual([true, false, true])
    expect(Option.getOrThrow(Exit.findErrorOption(at(exits, 1)))).toMatchObject({ _tag: "InvalidInput" })
    expect(exits[2]).toMatchObject({ value: { version: 2 } })
  })
})

describe("a key that is missing", () => {
  it("fails the command whose event it was to seal, and none that waits with it", async () => {
    const missing = (keyId: string) => Effect.fail(new KeyMissing({ keyId, where: "it" }))
    const partly = Layer.succeed(Cipher, {
      keyFor: (sealable) => (sealable.kind === "event" && sealable.type === "Withdrawn" ? "lost" : undefined),
      seal: missing,
      open: missing,
    })
    const mapper = Layer.fresh(EventMapper.layer).pipe(Layer.provide([partly, Compression.none, Hash.sha256]))
    const accounts = make()
    const exits = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        return yield* together(accounts, [
          Effect.exit(accounts.execute("ada", deposit(5))),
          Effect.exit(accounts.execute("ada", withdraw(1))),
          Effect.exit(accounts.execute("ada", deposit(2))),
        ])
      }).pipe(Effect.provide(mapper)),
    )
    expect(exits.map(Exit.isSuccess)).toEqual([true, false, true])
    expect(Option.getOrUndefined(Exit.findErrorOption(at(exits, 1)))).toMatchObject({
      _tag: "KeyMissing",
      keyId: "lost",
    })
    expect(exits[2]).toMatchObject({ value: { version: 3, state: { balance: 7 } } })
  })
})

describe("a command id", () => {
  const twice = (id: string, command: Command, between: Effect.Effect<unknown, unknown, Repository.Needs>) => {
    const accounts = make()
    return inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        const first = yield* accounts.execute("ada", command, { commandId: id })
        yield* between
        const again = yield* accounts.execute("ada", command, { commandId: id })
        return { first, again, head: yield* head }
      }),
    )
  }

  it("answers again what the command came to, though the stream has moved on", async () => {
    const { first, again, head } = await twice("k", deposit(5), make().execute("ada", deposit(100)))
    expect(again).toEqual({ ...first, repeated: true })
    expect(first).toMatchObject({ repeated: false, version: 2, position: 2, state: { balance: 5 } })
    expect(head).toBe(3)
  })

  it("answers again what a command that recorded nothing came to", async () => {
    const { first, again, head } = await twice("k", touch, make().execute("ada", deposit(100)))
    expect(again).toEqual({ ...first, repeated: true })
    expect(again).toMatchObject({ version: 1, events: [], state: { balance: 0 } })
    expect(head).toBe(2)
  })

  it("of a command that recorded nothing on a stream that is not there yet is known too", async () => {
    const accounts = make()
    const again = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", touch, { commandId: "k" })
        yield* accounts.execute("ada", deposit(1))
        return yield* accounts.execute("ada", touch, { commandId: "k" })
      }),
    )
    expect(again).toMatchObject({ repeated: true, version: 0, state: { balance: 0 } })
  })

  it("in the middle of a batch that recorded nothing answers again where it stood, not where the batch ended", async () => {
    const accounts = make()
    const { first, again } = await inMemory(
      Effect.gen(function* () {
        const [, first] = yield* together(accounts, [
          accounts.execute("ada", deposit(1)),
          accounts.execute("ada", touch, { commandId: "k" }),
          accounts.execute("ada", deposit(2)),
        ])
        return { first, again: yield* accounts.execute("ada", touch, { commandId: "k" }) }
      }),
    )
    expect(again).toEqual({ ...first, repeated: true })
  })

  it("in the middle of a batch answers again what the command came to", async () => {
    const accounts = make()
    const { first, again } = await inMemory(
      Effect.gen(function* () {
        const [, first] = yield* together(accounts, [
          accounts.execute("ada", deposit(1)),
          accounts.execute("ada", deposit(5), { commandId: "k" }),
          accounts.execute("ada", deposit(2)),
        ])
        return { first, again: yield* make().execute("ada", deposit(5), { commandId: "k" }) }
      }),
    )
    expect(first).toMatchObject({ version: 2, state: { balance: 6 } })
    expect(again).toEqual({ ...first, repeated: true })
  })

  it("twice at once is carried out once", async () => {
    const accounts = make()
    const { answers, position } = await inMemory(
      Effect.gen(function* () {
        const answers = yield* together(accounts, [
          accounts.execute("ada", deposit(5), { commandId: "k" }),
          accounts.execute("ada", deposit(5), { commandId: "k" }),
          accounts.execute("ada", deposit(1)),
          accounts.execute("ada", deposit(5), { commandId: "k" }),
        ])
        return { answers, position: yield* head }
      }),
    )
    expect(answers.map(({ repeated, state }) => [repeated, state.balance])).toEqual([
      [false, 5],
      [true, 5],
      [false, 6],
      [true, 5],
    ])
    expect(position).toBe(2)
  })

  it("is known though the model would refuse the command now", async () => {
    const accounts = make()
    const { first, again } = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* accounts.execute("ada", deposit(5))
        const first = yield* accounts.execute("ada", withdraw(5), { commandId: "k" })
        // The answer was lost: the caller asks again, as command ids are there for.
        return { first, again: yield* accounts.execute("ada", withdraw(5), { commandId: "k" }) }
      }),
    )
    expect(again).toEqual({ ...first, repeated: true })
  })

  it("is known though what the model decides now cannot be written", async () => {
    const accounts = make()
    const [first, again] = await inMemory(
      Effect.all([
        accounts.execute("ada", deposit(5), { commandId: "k" }),
        accounts.execute("ada", deposit(Number.NaN), { commandId: "k" }),
      ]),
    )
    expect(again).toEqual({ ...first, repeated: true })
  })

  it("is known though the model would decide nothing now", async () => {
    const accounts = make()
    const { first, again } = await inMemory(
      Effect.gen(function* () {
        const first = yield* accounts.execute("ada", open("Ada"), { commandId: "k" })
        return { first, again: yield* accounts.execute("ada", open("Ada"), { commandId: "k" }) }
      }),
    )
    expect(again).toEqual({ ...first, repeated: true })
  })

  it("of another command is that command: the first wins", async () => {
    const accounts = make()
    const again = await inMemory(
      Effect.andThen(
        accounts.execute("ada", deposit(5), { commandId: "k" }),
        accounts.execute("ada", deposit(7), { commandId: "k" }),
      ),
    )
    expect(again).toMatchObject({ repeated: true, events: [{ amount: 5 }], state: { balance: 5 } })
  })

  it("that recorded events on another stream is an error that tells them", async () => {
    const accounts = make()
    const { error, position } = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", deposit(5), { commandId: "k" })
        yield* accounts.execute("bob", deposit(1))
        const error = yield* Effect.flip(accounts.execute("bob", deposit(5), { commandId: "k" }))
        return { error, position: yield* head }
      }),
    )
    expect(error).toMatchObject({ _tag: "CommandRepeated", id: "k", committed: { position: 1 } })
    expect(position).toBe(2)
  })

  it("that recorded nothing on another stream is an error too, not an answer for this one", async () => {
    const accounts = make()
    const exit = await inMemory(
      Effect.andThen(
        accounts.execute("ada", touch, { commandId: "k" }),
        Effect.exit(accounts.execute("bob", deposit(5), { commandId: "k" })),
      ),
    )
    expect(Option.getOrUndefined(Exit.findErrorOption(exit))).toMatchObject({ _tag: "CommandRepeated" })
  })

  it("that a broken store tells of, and that nobody sent, ends in a defect and not in a circle", async () => {
    const committed = { repeated: true, position: 1, streams: [] }
    const lying = committing(() => Effect.fail(new CommandRepeated({ id: "other", events: [], committed })))
    const exit = await inMemory(Effect.exit(make().execute("ada", deposit(5), { commandId: "k" })).pipe(through(lying)))
    expect(Exit.isFailure(exit) && String(Cause.squash(exit.cause))).toContain("answered for command other")
  })

  it("of a rejected command is not recorded, and may be tried again", async () => {
    const accounts = make()
    const again = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* Effect.flip(accounts.execute("ada", withdraw(1), { commandId: "k" }))
        yield* accounts.execute("ada", deposit(1))
        return yield* accounts.execute("ada", withdraw(1), { commandId: "k" })
      }),
    )
    expect(again).toMatchObject({ repeated: false, state: { balance: 0 } })
  })

  it("is found again over more than one page of later events", async () => {
    const accounts = make()
    const again = await inMemory(
      Effect.gen(function* () {
        yield* accounts.transact("ada", () =>
          right([0, Array.from({ length: 1500 }, () => AccountEvent.Deposited({ amount: 1 }))]),
        )
        yield* accounts.execute("ada", deposit(5), { commandId: "k" })
        yield* accounts.transact("ada", () =>
          right([0, Array.from({ length: 2500 }, () => AccountEvent.Deposited({ amount: 1 }))]),
        )
        return yield* make().execute("ada", deposit(5), { commandId: "k" })
      }),
    )
    expect(again).toMatchObject({ repeated: true, version: 1501, position: 1501, state: { balance: 1505 } })
  })

  it("that comes again before anything else happened reads no more than its own events", async () => {
    const accounts = make()
    const again = await inMemory(
      Effect.gen(function* () {
        const { calls, store } = counted(yield* EventStore)
        return yield* Effect.gen(function* () {
          yield* Effect.forEach(Array.from({ length: 100 }), () => accounts.execute("ada", deposit(1)))
          const first = yield* accounts.execute("ada", deposit(5), { commandId: "k" })
          calls.read = 0
          const again = yield* accounts.execute("ada", deposit(5), { commandId: "k" })
          return { first, again, read: calls.read }
        }).pipe(Effect.provideService(EventStore, store))
      }),
    )
    expect(again.again).toEqual({ ...again.first, repeated: true })
    expect(again.read).toBe(1)
  })

  it("of a command that recorded nothing leaves the stream at the position of its last event", async () => {
    const accounts = make()
    const loaded = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", deposit(1))
        yield* accounts.execute("bob", deposit(1))
        yield* accounts.execute("ada", touch, { commandId: "k" })
        return yield* accounts.load("ada")
      }),
    )
    expect(Option.getOrThrow(loaded).position).toBe(1)
  })

  it("comes before an expected version that has passed", async () => {
    const accounts = make()
    const exit = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", deposit(5), { commandId: "k", expected: 0 })
        return yield* Effect.exit(accounts.execute("ada", deposit(5), { commandId: "k", expected: 0 }))
      }),
    )
    expect(exit).toMatchObject({ _tag: "Success", value: { repeated: true, version: 1 } })
  })

  it("seeds the correlation of a root command", async () => {
    const accounts = make()
    const [event] = await inMemory(
      Effect.andThen(
        accounts.execute("ada", deposit(5), { commandId: "k" }),
        Stream.runCollect(accounts.history("ada")),
      ),
    )
    expect(event?.correlationId).toBe("k")
  })
})

describe("a rejection", () => {
  it("is confirmed against another writer before it is answered", async () => {
    const accounts = make()
    const result = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        const store = yield* EventStore
        yield* behind(store, "ada", 5)
        return yield* accounts.execute("ada", withdraw(5))
      }),
    )
    expect(result).toMatchObject({ version: 3, state: { balance: 0 } })
  })

  it("of an event that cannot be written is confirmed likewise", async () => {
    const accounts = make()
    const share = (state: Account) =>
      right([state.balance, [AccountEvent.Withdrawn({ amount: 10 / state.balance })]] as const)
    const result = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* behind(yield* EventStore, "ada", 5)
        return yield* accounts.transact("ada", share)
      }),
    )
    expect(result).toMatchObject({ value: 5, version: 3, state: { balance: 3 } })
  })

  it("in a batch with recorded commands stands on the state that these leave", async () => {
    const accounts = make()
    const result = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* behind(yield* EventStore, "ada", 5)
        return yield* together(accounts, [
          Effect.exit(accounts.execute("ada", withdraw(6))),
          Effect.exit(accounts.execute("ada", deposit(1))),
          Effect.exit(accounts.execute("ada", withdraw(6))),
        ])
      }),
    )
    expect(Option.getOrThrow(Exit.findErrorOption(at(result, 0)))).toEqual(new Overdrawn(5))
    expect(result[2]).toMatchObject({ value: { state: { balance: 0 } } })
  })
})

describe("an unknown outcome", () => {
  const lost = new CommitUnknown({ cause: "the line is dead" })

  it.each([1, 3])("%d times after it was recorded is resolved: recorded once", async (times) => {
    const accounts = make()
    const { answers, events } = await inMemory(
      Effect.gen(function* () {
        const flaky = committing((commit, go, before) =>
          before < times ? Effect.andThen(go(commit), Effect.fail(lost)) : go(commit),
        )
        const answers = yield* together(accounts, [
          accounts.execute("ada", deposit(1)),
          accounts.execute("ada", deposit(2), { commandId: "k" }),
          accounts.execute("ada", touch, { commandId: "l" }),
        ]).pipe(through(flaky))
        return { answers, events: yield* Stream.runCollect(accounts.history("ada")) }
      }),
    )
    expect(answers).toMatchObject([
      { version: 1, position: 1, repeated: false, state: { balance: 1 } },
      { version: 2, position: 2, repeated: false, state: { balance: 3 } },
      { version: 2, position: 2, repeated: false },
    ])
    expect(events.length).toBe(2)
  })

  it("before it was recorded is resolved by recording it", async () => {
    const accounts = make()
    const { answer, position } = await inMemory(
      Effect.gen(function* () {
        const flaky = committing((commit, go, before) => (before === 0 ? Effect.fail(lost) : go(commit)))
        const answer = yield* accounts.execute("ada", deposit(1)).pipe(through(flaky))
        return { answer, position: yield* head }
      }),
    )
    expect(answer).toMatchObject({ version: 1, repeated: false })
    expect(position).toBe(1)
  })

  it("that was recorded, with others writing meanwhile, is resolved as it was", async () => {
    const accounts = make()
    const { answer, next } = await inMemory(
      Effect.gen(function* () {
        const flaky = (store: EventStore["Service"]) =>
          committing((commit, go, before) =>
            before === 0
              ? go(commit).pipe(Effect.andThen(behind(store, "ada", 7)), Effect.andThen(Effect.fail(lost)))
              : go(commit),
          )(store)
        return yield* Effect.gen(function* () {
          const answer = yield* accounts.execute("ada", deposit(1))
          return { answer, next: yield* accounts.execute("ada", deposit(1)) }
        }).pipe(through(flaky))
      }),
    )
    expect(answer).toMatchObject({ version: 1, position: 1, state: { balance: 1 } })
    expect(next).toMatchObject({ version: 3, position: 3, state: { balance: 9 } })
  })

  it("stays unknown where the store is away afterwards, and nothing is told that may be wrong", async () => {
    const accounts = make()
    const away = new StoreUnavailable({ what: "it is off", retryable: false, cause: "test" })
    const error = await inMemory(
      Effect.gen(function* () {
        const flaky = committing((commit, go, before) =>
          before === 0 ? Effect.andThen(go(commit), Effect.fail(lost)) : before < 3 ? Effect.fail(away) : go(commit),
        )
        return yield* Effect.exit(accounts.execute("ada", deposit(1))).pipe(through(flaky))
      }),
    )
    // Asked again until the store is there, which knows it.
    expect(error).toMatchObject({ _tag: "Success", value: { version: 1 } })
  })
})

describe("a test's clock, which stands still", () => {
  const recordedAt = EventStore.use((store) => store.readStream({ category: "Account", id: "ada" })).pipe(
    Effect.map((events) => events.map((event) => event.recordedAt)),
  )
  const onTestClock = <A, E>(effect: Effect.Effect<A, E, EventStore | EventMapper | Snapshots>) =>
    inMemory(Effect.andThen(TestClock.setTime(17), effect).pipe(Effect.provide(TestClock.layer())))

  it("stops no command that others get ahead of, and says when it is recorded", async () => {
    const overtaken = (store: EventStore["Service"]) =>
      committing((commit, go, before) => {
        const first = before < 4 ? behind(store, "ada", before) : Effect.void
        return Effect.andThen(first, go(commit))
      })(store)
    const times = await onTestClock(
      Effect.andThen(make().execute("ada", deposit(1)).pipe(through(overtaken)), recordedAt),
    )
    expect(times.at(-1)).toBe(17)
  })

  it("stops no command whose outcome is unknown", async () => {
    const lost = committing((commit, go, before) =>
      before < 4 ? Effect.fail(new CommitUnknown({ cause: "the connection ended" })) : go(commit),
    )
    const times = await onTestClock(Effect.andThen(make().execute("ada", deposit(1)).pipe(through(lost)), recordedAt))
    expect(times).toEqual([17])
  })
})

describe("many commands that are given again", () => {
  it("read the stream once between them", async () => {
    const accounts = make()
    const read = await inMemory(
      Effect.gen(function* () {
        const keys = Array.from({ length: 50 }, (_, n) => `k${n}`)
        const give = (commandId: string) => accounts.execute("ada", deposit(1), { commandId })
        yield* Effect.forEach(Array.from({ length: 100 }), () => accounts.execute("ada", deposit(1)))
        const first = yield* Effect.forEach(keys, give)
        const { calls, store } = counted(yield* EventStore)
        const again = yield* together(accounts, keys.map(give)).pipe(Effect.provideService(EventStore, store))
        expect(again).toEqual(first.map((executed) => ({ ...executed, repeated: true })))
        return calls.read
      }),
    )
    // The stream twice, to fold it now and as it was, and each command's own event twice.
    expect(read).toBeLessThanOrEqual(150 + 2 * 50 + 150)
  })
})

describe("many commands, some given again", () => {
  it.each([
    ["the model accepts them again", deposit(1)],
    ["the model refuses them now", withdraw(1000)],
  ])("ask the store for each of them once, where %s", async (_, command) => {
    const accounts = make()
    const calls = { commits: 0, asked: 0 }
    const counting = (store: EventStore["Service"]): EventStore["Service"] => ({
      ...store,
      commit: (commit) => {
        calls.commits++
        return store.commit(commit)
      },
      command: (id) => {
        calls.asked++
        return store.command(id)
      },
    })
    const give = (command: Command, i: number) => accounts.execute("ada", command, { commandId: `k${i}` })
    const answers = await inMemory(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        const first = yield* Effect.forEach(Array.from({ length: 50 }), (_, i) => Effect.exit(give(deposit(1), i)))
        const all = Array.from({ length: 100 }, (_, i) => Effect.exit(give(command, 99 - i)))
        return { first, again: yield* together(accounts, all).pipe(through(counting)) }
      }),
    )
    expect(answers.again.slice(50)).toEqual(
      answers.first.toReversed().map(Exit.map((first) => ({ ...first, repeated: true }))),
    )
    // Those that are new are refused, and asked for, when the others are answered already.
    expect(calls.asked).toBeLessThanOrEqual(150)
    expect(calls.commits).toBeLessThanOrEqual(3)
  })
})

describe("interruption", () => {
  /** A store whose first commit waits for the latch. */
  const gated = (latch: Latch.Latch, entered: Latch.Latch) =>
    committing((commit, go, before) =>
      before === 0 ? Effect.andThen(Effect.andThen(entered.open, latch.await), go(commit)) : go(commit),
    )

  it("of a command that waits takes it out of the queue; nothing is recorded of it", async () => {
    const accounts = make()
    const result = await inMemory(
      Effect.gen(function* () {
        const latch = yield* Latch.make()
        const entered = yield* Latch.make()
        return yield* Effect.gen(function* () {
          const first = yield* Effect.forkChild(accounts.execute("ada", deposit(1)))
          yield* entered.await
          const waiting = yield* Effect.forkChild(accounts.execute("ada", deposit(10)))
          const last = yield* Effect.forkChild(accounts.execute("ada", deposit(100)))
          yield* Effect.yieldNow
          yield* Fiber.interrupt(waiting)
          yield* latch.open
          return [yield* Fiber.join(first), yield* Fiber.join(last)]
        }).pipe(through(gated(latch, entered)))
      }),
    )
    expect(result.map(({ state }) => state.balance)).toEqual([1, 101])
  })

  it("of a command in flight waits for what becomes of it", async () => {
    const accounts = make()
    const result = await inMemory(
      Effect.gen(function* () {
        const latch = yield* Latch.make()
        const entered = yield* Latch.make()
        return yield* Effect.gen(function* () {
          const flying = yield* Effect.forkChild(accounts.execute("ada", deposit(1)))
          yield* entered.await
          const interrupting = yield* Effect.forkChild(Fiber.interrupt(flying))
          yield* Effect.sleep(5)
          const before = interrupting.pollUnsafe() === undefined
          yield* latch.open
          yield* Fiber.join(interrupting)
          return { before, head: yield* head, next: yield* accounts.execute("ada", deposit(10)) }
        }).pipe(through(gated(latch, entered)))
      }),
    )
    expect(result.before).toBe(true)
    expect(result.head).toBe(1)
    expect(result.next).toMatchObject({ version: 2, state: { balance: 11 } })
  })

  it("of a command that meets a conflict gives it up: it is not decided again, and those beside it are", async () => {
    const accounts = make()
    const recorded = await inMemory(
      Effect.gen(function* () {
        const store = yield* EventStore
        const latch = yield* Latch.make()
        const entered = yield* Latch.make()
        /** The second commit waits for the latch, and finds that somebody else was faster. */
        const contested = committing((commit, go, before) =>
          before === 1
            ? entered.open.pipe(
                Effect.andThen(latch.await),
                Effect.andThen(behind(store, "ada", 1000)),
                Effect.andThen(go(commit)),
              )
            : Effect.andThen(Effect.yieldNow, go(commit)),
        )
        return yield* Effect.gen(function* () {
          yield* Effect.forkChild(accounts.execute("ada", deposit(1)))
          const left = yield* Effect.forkChild(accounts.execute("ada", deposit(10)))
          const beside = yield* Effect.forkChild(accounts.execute("ada", deposit(100)))
          yield* entered.await
          const interrupting = yield* Effect.forkChild(Fiber.interrupt(left))
          yield* Effect.sleep(5)
          yield* latch.open
          yield* Fiber.join(interrupting)
          yield* Fiber.join(beside)
          return yield* Stream.runCollect(accounts.history("ada"))
        }).pipe(through(contested))
      }),
    )
    expect(recorded.map(({ event }) => "amount" in event && event.amount)).toEqual([1, 1000, 100])
  })

  it("in any moment records a command once or not at all, and blocks nobody", async () => {
    const accounts = make()
    const { succeeded, balance } = await inMemory(
      Effect.gen(function* () {
        const slow = committing((commit, go) => Effect.andThen(Effect.yieldNow, go(commit)))
        return yield* Effect.gen(function* () {
          const fibers = yield* Effect.forEach(
            Array.from({ length: 300 }, (_, n) => n),
            (n) =>
              Effect.forkChild(
                Effect.andThen(
                  Effect.forEach(Array.from({ length: n % 7 }), () => Effect.yieldNow),
                  accounts.execute("ada", deposit(1)),
                ),
              ),
          )
          yield* Effect.forEach(fibers, (fiber, n) =>
            n % 3 === 0
              ? Effect.forkChild(
                  Effect.andThen(
                    Effect.forEach(Array.from({ length: n % 11 }), () => Effect.yieldNow),
                    Fiber.interrupt(fiber),
                  ),
                )
              : Effect.void,
          )
          const exits = yield* Effect.forEach(fibers, Fiber.await)
          const { state } = yield* accounts.execute("ada", touch)
          const recorded = (yield* Stream.runCollect(accounts.history("ada"))).length
          expect(recorded).toBe(state.balance)
          return { succeeded: exits.filter(Exit.isSuccess).length, balance: state.balance }
        }).pipe(through(slow))
      }),
    )
    expect(succeeded).toBeGreaterThanOrEqual(200)
    expect(balance).toBeGreaterThanOrEqual(succeeded)
    expect(balance).toBeLessThanOrEqual(300)
  })
})

describe("a model that throws", () => {
  const broken = (at: "decide" | "evolve" | "isTerminal") =>
    Repository.make(
      Aggregate.make({
        category: "Account",
        events: AccountEvent,
        decider: Decider.make({
          initial: account.initial,
          decide: (command: Command, state: Account) => {
            if (at === "decide" && command._tag === "Deposit" && command.amount === 13) throw new Error("unlucky")
            return account.decide(command, state)
          },
          evolve: (state: Account, event: AccountEvent): Account => {
            if (at === "evolve" && event._tag === "Deposited" && event.amount === 13) throw new Error("unlucky")
            return account.evolve(state, event)
          },
          isTerminal: () => {
            if (at === "isTerminal") throw new Error("unlucky")
            return false
          },
        }),
      }),
    )

  it.each(["decide", "evolve"] as const)("in %s fails its own command only, and says where", async (during) => {
    const accounts = broken(during)
    const exits = await inMemory(
      together(accounts, [
        Effect.exit(accounts.execute("ada", deposit(1))),
        Effect.exit(accounts.execute("ada", deposit(13))),
        Effect.exit(accounts.execute("ada", deposit(2))),
      ]),
    )
    expect(Option.getOrThrow(Exit.findErrorOption(at(exits, 1)))).toMatchObject({
      _tag: "DeciderThrew",
      stream: { category: "Account", id: "ada" },
      version: 1,
      during,
      cause: new Error("unlucky"),
    })
    expect(exits[2]).toMatchObject({ value: { version: 2, state: { balance: 3 } } })
  })

  it("in evolve on a recorded event fails every load, at the version before it", async () => {
    const accounts = broken("evolve")
    const result = await inMemory(
      Effect.gen(function* () {
        yield* make().execute("ada", deposit(1))
        yield* make().execute("ada", deposit(13))
        return {
          load: yield* Effect.flip(accounts.load("ada")),
          execute: yield* Effect.flip(accounts.execute("ada", touch)),
          before: yield* accounts.load("ada", { version: 1 }),
          transact: yield* Effect.flip(Repository.transactAll({ a: accounts.stream("ada") }, () => right([0, {}]))),
        }
      }),
    )
    for (const error of [result.load, result.execute, result.transact]) {
      expect(error).toMatchObject({ _tag: "DeciderThrew", version: 1, during: "evolve" })
    }
    expect(Option.isSome(result.before)).toBe(true)
  })

  it("in isTerminal fails loads and not commands", async () => {
    const accounts = broken("isTerminal")
    const result = await inMemory(
      Effect.gen(function* () {
        const executed = yield* accounts.execute("ada", deposit(1))
        return {
          executed,
          load: yield* Effect.flip(accounts.load("ada")),
          old: yield* Effect.flip(accounts.load("ada", { version: 1 })),
        }
      }),
    )
    expect(result.executed.version).toBe(1)
    expect(result.load).toMatchObject({ _tag: "DeciderThrew", version: 1, during: "isTerminal" })
    expect(result.old).toMatchObject({ _tag: "DeciderThrew", version: 1, during: "isTerminal" })
  })

  it("in a use case of its own is told likewise", async () => {
    const error = await inMemory(
      Effect.flip(
        make().transact("ada", () => {
          throw new Error("unlucky")
        }),
      ),
    )
    expect(error).toMatchObject({ _tag: "DeciderThrew", version: 0, during: "decide" })
  })
})

describe("ids that are not new", () => {
  const known = committing((commit, go) => Effect.map(go(commit), (committed) => ({ ...committed, repeated: true })))

  it("are told, and not taken for a command that was recorded", async () => {
    const error = await inMemory(Effect.flip(make().execute("ada", deposit(1))).pipe(through(known)))
    expect(error).toMatchObject({ _tag: "EventIdReused" })
  })

  it("are told of a transaction likewise", async () => {
    const ada = make().stream("ada")
    const moved = Repository.transactAll({ ada }, () => right([0, { ada: [AccountEvent.Deposited({ amount: 1 })] }]))
    const error = await inMemory(Effect.flip(moved).pipe(through(known)))
    expect(error).toMatchObject({ _tag: "EventIdReused" })
  })
})

describe("what a store answers", () => {
  it("that no program's commit can mean is a defect", async () => {
    const accounts = make()
    const exit = await inMemory(
      Effect.gen(function* () {
        const mapper = yield* EventMapper
        expect(mapper.hash).toBe("sha256")
        const odd = committing(() =>
          Effect.fail(new CommitUnknown({ cause: 1 })).pipe(Effect.catchTag("CommitUnknown", () => Effect.die("odd"))),
        )
        return yield* Effect.exit(accounts.execute("ada", deposit(1))).pipe(through(odd))
      }),
    )
    expect(exit).toEqual(Exit.die("odd"))
  })
})
