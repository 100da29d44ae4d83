import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import { EventStore, Repository } from "../../../src/core/index.ts"
import { AccountEvent, Accounts, atTime, counted, deposit, inMemory, through } from "./support.ts"

const accounts = Repository.make(Accounts)

describe("the state at a time", () => {
  const told = (...times: ReadonlyArray<number>) =>
    Effect.forEach(times, (time, n) => accounts.execute("ada", deposit(10 ** n)).pipe(atTime(time)))
  const balanceAt = (at: number | Date) =>
    Effect.map(accounts.load("ada", { at }), (found) =>
      Option.getOrUndefined(Option.map(found, ({ state }) => state.balance)),
    )

  it("is after every event at or before it", async () => {
    const balances = await inMemory(
      Effect.andThen(told(100, 200, 200, 300), Effect.forEach([99, 100, 150, 200, 299.5, 300, 1e15], balanceAt)),
    )
    expect(balances).toEqual([undefined, 1, 1, 111, 111, 1111, 1111])
  })

  it("takes a Date for its milliseconds", async () => {
    const balances = await inMemory(
      Effect.andThen(told(100, 200), Effect.forEach([new Date(99), new Date(150)], balanceAt)),
    )
    expect(balances).toEqual([undefined, 1])
  })

  it("is the longest prefix where the clock jumped back: nothing is seen before what it follows", async () => {
    const balances = await inMemory(
      Effect.andThen(told(100, 500, 200, 300, 600), Effect.forEach([100, 200, 300, 499, 500, 599, 600], balanceAt)),
    )
    expect(balances).toEqual([1, 1, 1, 1, 1111, 1111, 11111])
  })

  it("before 1970 is a time like others", async () => {
    const balances = await inMemory(Effect.andThen(told(-200, -100), Effect.forEach([-201, -200, 0], balanceAt)))
    expect(balances).toEqual([undefined, 1, 11])
  })

  it("is found over more than one page, also where the page ends with it", async () => {
    const many = (n: number, time: number) =>
      accounts
        .transact("ada", () => right([0, Array.from({ length: n }, () => AccountEvent.Deposited({ amount: 1 }))]))
        .pipe(atTime(time))
    const balances = await inMemory(
      Effect.gen(function* () {
        yield* many(1000, 100)
        yield* many(1000, 200)
        yield* many(1, 300)
        return yield* Effect.forEach([99, 100, 200, 300], balanceAt)
      }),
    )
    expect(balances).toEqual([undefined, 1000, 2000, 2001])
  })
})

describe("rehydrating", () => {
  it.each([999, 1000, 1001, 2000])("folds %d events, page by page", async (n) => {
    const [state, version] = await inMemory(
      Effect.gen(function* () {
        yield* accounts.transact("ada", () =>
          right([0, Array.from({ length: n }, () => AccountEvent.Deposited({ amount: 1 }))]),
        )
        const fresh = Repository.make(Accounts)
        const loaded = Option.getOrThrow(yield* fresh.load("ada"))
        const before = Option.getOrThrow(yield* fresh.load("ada", { version: n - 1 }))
        expect(before.version).toBe(n - 1)
        return [loaded.state.balance, loaded.version]
      }),
    )
    expect([state, version]).toEqual([n, n])
  })

  it("of a version reads no event beyond it", async () => {
    const read = await inMemory(
      Effect.gen(function* () {
        yield* Effect.forEach(Array.from({ length: 20 }), () => accounts.execute("ada", deposit(1)))
        const { calls, store } = counted(yield* EventStore)
        yield* Effect.provideService(accounts.load("ada", { version: 7 }), EventStore, store)
        return calls.read
      }),
    )
    expect(read).toBe(7)
  })

  it("stops at what was tampered with, and says where", async () => {
    const errors = await inMemory(
      Effect.gen(function* () {
        yield* Effect.forEach([1, 2, 3], (n) => accounts.execute("ada", deposit(n)))
        const tampering = (store: EventStore["Service"]) =>
          EventStore.of({
            ...store,
            readStream: (stream, range) =>
              Effect.map(store.readStream(stream, range), (events) =>
                events.map((event) =>
                  event.version === 2 ? { ...event, body: Buffer.from('{"data":{"amount":1000}}') } : event,
                ),
              ),
          })
        const fresh = Repository.make(Accounts)
        return yield* Effect.all([
          Effect.flip(fresh.load("ada")),
          Effect.flip(fresh.execute("ada", deposit(1))),
          Effect.flip(fresh.load("ada", { version: 3 })),
          Effect.flip(fresh.load("ada", { at: Date.now() })),
        ]).pipe(through(tampering))
      }),
    )
    for (const error of errors) {
      expect(error).toMatchObject({
        _tag: "IntegrityViolation",
        stream: { category: "Account", id: "ada" },
        version: 2,
        position: 2,
        reason: "its digest does not match its content",
      })
    }
  })
})
