import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import { EventStore, Query, Repository, StoreUnavailable, Subscription } from "../../../src/core/index.ts"
import { AccountEvent, Accounts, behind, deposit, inMemory, through } from "./support.ts"

const accounts = Repository.make(Accounts)
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)
const many = (n: number) =>
  accounts.transact("many", () => right([0, upTo(n).map((amount) => AccountEvent.Deposited({ amount }))]))

describe("catching up", () => {
  it.each([0, 1, 499, 500, 501, 1200])("is all of %d events, and ends", async (n) => {
    const positions = await inMemory(
      Effect.gen(function* () {
        if (n > 0) yield* many(n)
        return (yield* Stream.runCollect(Subscription.catchUp())).map(({ position }) => position)
      }),
    )
    expect(positions).toEqual(upTo(n))
  })

  it("starts after a position and passes what the filter drops", async () => {
    const positions = await inMemory(
      Effect.gen(function* () {
        yield* many(700)
        yield* accounts.execute("ada", deposit(1))
        yield* many(700)
        yield* accounts.execute("ada", deposit(1))
        const filter = Query.make({ stream: { category: "Account", id: "ada" } })
        const all = yield* Stream.runCollect(Subscription.catchUp({ filter }))
        const rest = yield* Stream.runCollect(Subscription.catchUp({ filter, after: 701 }))
        const beyond = yield* Stream.runCollect(Subscription.catchUp({ after: 5000 }))
        return [all, rest, beyond].map((events) => events.map(({ position }) => position))
      }),
    )
    expect(positions).toEqual([[701, 1402], [1402], []])
  })
})

describe("following", () => {
  it("gives each event once and in order, with writers all the while", async () => {
    const positions = await inMemory(
      Effect.gen(function* () {
        yield* many(600)
        const following = yield* Effect.forkChild(
          Stream.runCollect(
            Subscription.stored().pipe(
              Stream.map(({ position }) => position),
              Stream.take(1400),
            ),
          ),
        )
        const store = yield* EventStore
        yield* Effect.forEach(
          upTo(8),
          (writer) =>
            Effect.forEach(upTo(100), (n) =>
              Effect.andThen(
                n % 3 === 0 ? Effect.sleep(0) : Effect.yieldNow,
                behind(store, `w${writer}`, writer * 1000 + n),
              ),
            ),
          { concurrency: "unbounded", discard: true },
        )
        return yield* Fiber.join(following)
      }),
    )
    expect(positions).toEqual(upTo(1400))
  })

  it("slowly is not lost either: it is pulled", async () => {
    const positions = await inMemory(
      Effect.gen(function* () {
        const following = yield* Effect.forkChild(
          Stream.runCollect(
            Subscription.stored().pipe(
              Stream.mapEffect(({ position }) =>
                Effect.as(position % 10 === 0 ? Effect.sleep(1) : Effect.yieldNow, position),
              ),
              Stream.take(200),
            ),
          ),
        )
        yield* Effect.forEach(upTo(200), () => Effect.andThen(accounts.execute("ada", deposit(1)), Effect.yieldNow))
        return yield* Fiber.join(following)
      }),
    )
    expect(positions).toEqual(upTo(200))
  })

  it("resumes after any position without a gap or a repeat", async () => {
    const positions = await inMemory(
      Effect.gen(function* () {
        yield* many(50)
        const seen: Array<number> = []
        while (seen.length < 50) {
          const next = yield* Stream.runCollect(
            Subscription.stored({ after: seen.at(-1) ?? 0 }).pipe(Stream.take(Math.min(7, 50 - seen.length))),
          )
          seen.push(...next.map(({ position }) => position))
        }
        return seen
      }),
    )
    expect(positions).toEqual(upTo(50))
  })

  it("decodes events and keeps to its filter", async () => {
    const amounts = await inMemory(
      Effect.gen(function* () {
        const filter = Query.make({ category: "Account", types: ["Deposited"] })
        const following = yield* Effect.forkChild(
          Stream.runCollect(Subscription.events(AccountEvent, { filter }).pipe(Stream.take(3))),
        )
        yield* accounts.execute("ada", { _tag: "Open", owner: "Ada" })
        yield* Effect.forEach([1, 2, 3], (n) => Effect.andThen(accounts.execute("ada", deposit(n)), Effect.sleep(1)))
        return (yield* Fiber.join(following)).map(({ event, position }) => [
          "amount" in event && event.amount,
          position,
        ])
      }),
    )
    expect(amounts).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ])
  })

  it("fails with what the store says, and what cannot be read", async () => {
    const away = new StoreUnavailable({ what: "off", retryable: true, cause: "test" })
    const errors = await inMemory(
      Effect.gen(function* () {
        const store = yield* EventStore
        yield* behind(store, "ada", 1)
        const failing = through((store) => EventStore.of({ ...store, readAll: () => Effect.fail(away) }))
        const odd = through((store) =>
          EventStore.of({
            ...store,
            readAll: (range) =>
              Effect.map(store.readAll(range), ({ events, scannedTo }) => ({
                events: events.map((event) => ({ ...event, type: "Stolen" })),
                scannedTo,
              })),
          }),
        )
        return yield* Effect.all([
          Effect.flip(Stream.runDrain(Subscription.stored())).pipe(failing),
          Effect.flip(Stream.runDrain(Subscription.catchUp())).pipe(failing),
          Effect.flip(Stream.runDrain(Subscription.events(AccountEvent))).pipe(odd),
        ])
      }),
    )
    expect(errors).toMatchObject([
      { _tag: "StoreUnavailable" },
      { _tag: "StoreUnavailable" },
      { _tag: "IntegrityViolation", version: 1 },
    ])
  })
})
