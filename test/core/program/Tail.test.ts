import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import { EventStore, type Query, Repository, StoreUnavailable, Subscription } from "../../../src/core/index.ts"
import * as Tail from "../../../src/core/program/Tail.ts"
import * as Interleaving from "../../../src/laws/Interleaving.ts"
import { AccountEvent, Accounts, behind, deposit, inMemory, through } from "./support.ts"

const accounts = Repository.make(Accounts)
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)
const many = (n: number) =>
  accounts.transact("many", () => right([0, upTo(n).map((amount) => AccountEvent.Deposited({ amount }))]))

/** The store, and what is asked of it. */
const watched = () => {
  const asked = { own: 0, tail: 0, heads: 0, following: 0 }
  const layer = through((store) =>
    EventStore.of({
      ...store,
      head: Effect.suspend(() => {
        asked.heads++
        return store.head
      }),
      readAll: (range) => {
        if (range.filter === undefined) asked.tail++
        else asked.own++
        return store.readAll(range)
      },
      changes: Stream.unwrap(
        Effect.as(
          Effect.acquireRelease(
            Effect.sync(() => asked.following++),
            () => Effect.sync(() => asked.following--),
          ),
          store.changes,
        ),
      ),
    }),
  )
  return { asked, layer }
}

/** Follows from now on; what is got is pushed, each in so many milliseconds. */
const follow = (options: Subscription.Options, got: Array<number>, slow = 0) =>
  Effect.forkChild(
    Stream.runForEach(Subscription.stored(options), ({ position }) =>
      Effect.andThen(
        Effect.sync(() => got.push(position)),
        slow === 0 ? Effect.void : Effect.sleep(slow),
      ),
    ),
  )

const until = Effect.fnUntraced(function* (condition: () => boolean) {
  for (let turns = 0; turns < 2000 && !condition(); turns++) yield* Effect.sleep(1)
})

describe("many who follow", () => {
  it("cost one read for an event, however many they are", async () => {
    const { asked, layer } = watched()
    const all = upTo(300).map((): Array<number> => [])
    await inMemory(
      Effect.gen(function* () {
        yield* many(20)
        const fibers = yield* Effect.forEach(all, (got) => follow({ after: 20 }, got))
        yield* until(() => asked.tail > 0)
        const before = { ...asked }
        for (const n of upTo(30)) {
          yield* accounts.execute("ada", deposit(1))
          yield* until(() => all.every((got) => got.length === n))
        }
        expect(asked.own).toBe(before.own)
        expect(asked.tail - before.tail).toBeLessThanOrEqual(30)
        expect(asked).toMatchObject({ heads: 1, following: 1 })
        yield* Fiber.interruptAll(fibers)
        expect(asked.following).toBe(0)
      }).pipe(layer),
    )
    for (const got of all) expect(got).toEqual(upTo(30).map((n) => n + 20))
  })

  it("look at each event once", async () => {
    let looks = 0
    const filter: Query.Query = {
      get items() {
        looks++
        return [{ types: ["Unheard"] }]
      },
    }
    await inMemory(
      Effect.gen(function* () {
        const { asked, layer } = watched()
        yield* Effect.gen(function* () {
          yield* follow({ filter }, [])
          yield* until(() => asked.tail > 0)
          looks = 0
          yield* many(40)
          yield* Effect.sleep(5)
        }).pipe(layer)
      }),
    )
    expect(looks).toBe(40)
  })

  it("go on when the one who came first goes", async () => {
    const { asked, layer } = watched()
    const got: Array<number> = []
    await inMemory(
      Effect.gen(function* () {
        const first = yield* follow({}, [])
        yield* until(() => asked.tail > 0)
        yield* follow({}, got)
        yield* Effect.yieldNow
        yield* Fiber.interrupt(first)
        expect(asked.following).toBe(1)
        yield* many(3)
        yield* until(() => got.length === 3)
        expect(asked.heads).toBe(1)
      }).pipe(layer),
    )
    expect(got).toEqual([1, 2, 3])
    expect(asked.following).toBe(0)
  })

  it("begin with a new reader after the last one has gone", async () => {
    const { asked, layer } = watched()
    await inMemory(
      Effect.gen(function* () {
        for (const n of upTo(5)) {
          const got: Array<number> = []
          const fiber = yield* follow({ after: n - 1 }, got)
          yield* accounts.execute("ada", deposit(1))
          yield* until(() => got.length > 0)
          expect(got).toEqual([n])
          // Nobody waits for the one who goes, before the next one comes.
          yield* Effect.forkChild(Fiber.interrupt(fiber))
        }
        yield* until(() => asked.following === 0)
      }).pipe(layer),
    )
    expect(asked).toMatchObject({ heads: 5, following: 0 })
  })

  it("are not misled by one who begins beyond the end", async () => {
    const { layer } = watched()
    const [beyond, others]: [Array<number>, Array<number>] = [[], []]
    await inMemory(
      Effect.gen(function* () {
        yield* many(3)
        yield* follow({ after: 5 }, beyond)
        yield* Effect.sleep(1)
        yield* follow({ after: 1.5 }, others)
        yield* many(4)
        yield* until(() => others.length === 6)
      }).pipe(layer),
    )
    expect([beyond, others]).toEqual([
      [6, 7],
      [2, 3, 4, 5, 6, 7],
    ])
  })

  it.each([
    ["events", { page: 10, events: 20, bytes: 1_000_000 }],
    ["bytes", { page: 10, events: 1_000, bytes: 1_000 }],
  ])("read for themselves once they are behind more %s than are kept", async (_, bounds) => {
    const { asked, layer } = watched()
    const [fast, slow]: [Array<number>, Array<number>] = [[], []]
    await inMemory(
      Effect.gen(function* () {
        yield* follow({}, fast)
        yield* follow({}, slow, 20)
        yield* until(() => asked.tail > 0)
        const before = asked.own
        yield* accounts.execute("ada", deposit(1))
        yield* many(99)
        yield* until(() => fast.length === 100)
        expect(asked.own).toBe(before)
        expect(slow.length).toBeLessThan(10)
        yield* until(() => asked.own > before)
        expect(asked.own).toBeGreaterThan(before)
      }).pipe(layer, Effect.provideService(Tail.Bounds, bounds)),
    )
    expect(fast).toEqual(upTo(100))
    expect(slow).toEqual(upTo(slow.length))
  })

  it("are not read ahead of", async () => {
    const { asked, layer } = watched()
    await inMemory(
      Effect.gen(function* () {
        const got: Array<number> = []
        yield* follow({}, got, 1_000)
        yield* until(() => asked.tail > 0)
        const before = asked.tail
        yield* Effect.forEach(upTo(20), () => Effect.andThen(accounts.execute("ada", deposit(1)), Effect.sleep(1)))
        expect(got).toEqual([1])
        expect(asked.tail - before).toBe(1)
      }).pipe(layer),
    )
  })

  it("are all told what the matter is, and may come back", async () => {
    const away = new StoreUnavailable({ what: "off", retryable: true, cause: "test" })
    let failures = 0
    const [errors, got]: [Array<string>, Array<number>] = [[], []]
    const flaky = through((store) =>
      EventStore.of({
        ...store,
        readAll: (range) =>
          Effect.suspend(() => (failures > 0 && failures-- > 0 ? Effect.fail(away) : store.readAll(range))),
      }),
    )
    await inMemory(
      Effect.gen(function* () {
        const following = Stream.suspend(() => Subscription.stored({ after: got.length })).pipe(
          Stream.runForEach(({ position }) => Effect.sync(() => got.push(position))),
          Effect.tapError(({ _tag }) => Effect.sync(() => errors.push(_tag))),
        )
        yield* Effect.forkChild(Effect.retry(following, { times: 1 }))
        yield* Effect.forkChild(Effect.ignore(following))
        yield* Effect.forkChild(Effect.ignore(following))
        // Until all have come to the end, and wait there.
        yield* Effect.sleep(200)
        failures = 1
        yield* many(2)
        yield* until(() => got.length === 2)
      }).pipe(flaky),
    )
    expect(errors).toEqual(["StoreUnavailable", "StoreUnavailable", "StoreUnavailable"])
    expect(got).toEqual([1, 2])
  })
})

it("loses nobody, wherever one is held up on the way from looking to waiting", async () => {
  const missed: Array<number> = []
  for (const at of upTo(700)) {
    const all: [Array<number>, Array<number>, Array<number>] = [[], [], []]
    await inMemory(
      Effect.gen(function* () {
        const store = yield* EventStore
        for (const got of all) yield* follow({}, got)
        for (const n of upTo(2)) yield* Effect.andThen(behind(store, "ada", n), Effect.yieldNow)
        for (let turns = 0; turns < 50; turns++) yield* Effect.yieldNow
      }).pipe(Interleaving.run([{ at, behind: 8 }])),
    )
    if (all.some((got) => got.length < 2)) missed.push(at)
  }
  expect(missed).toEqual([])
})
