import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import type { QueryItem } from "../../../src/core/event/Query.ts"
import * as Query from "../../../src/core/event/Query.ts"
import type { StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { account, event, uuid, write } from "../commits.ts"
import { inFolder, run } from "./support.ts"

const size = 12_000
const stream = (n: number) => account(`s${n % 5}`)

/** Two tags that take turns and meet once, near the end; a type that is there once. */
const fill = Effect.gen(function* () {
  const store = yield* EventStore
  for (let start = 0; start < size; start += 500) {
    const to = stream(start / 500)
    const events = Array.from({ length: 500 }, (_, i) => {
      const n = start + i
      const tags = n === size - 100 ? ["even", "odd"] : [n % 2 === 0 ? "even" : "odd"]
      return event(to, uuid(n), { tags, type: n === 7000 ? "Rare" : "Deposited" })
    })
    yield* store.commit(write(to, events))
  }
  return store
})

const items: ReadonlyArray<QueryItem> = [
  { tags: ["even", "odd"] },
  { types: ["Rare"] },
  { types: ["Rare"], tags: ["odd"] },
  { stream: stream(3), tags: ["odd"] },
  { category: "Account", types: ["Rare", "Deposited"], tags: ["even"] },
  { tags: ["none"] },
]

it("finds in a long log what a query means, and lets timers fire meanwhile", async () => {
  await inFolder(async (folder) => {
    await run(
      join(folder, "store.db"),
      Effect.gen(function* () {
        const store = yield* fill
        const { events: log } = yield* store.readAll({ after: 0, limit: Number.POSITIVE_INFINITY })
        expect(log.length).toBe(size)
        const show = (events: ReadonlyArray<StoredEvent>) => events.map(({ position }) => position)
        for (const item of items) {
          const filter = Query.make(item)
          const meant = log.filter(Query.matches(filter))
          let fired = 0
          const timer = setInterval(() => fired++, 1)
          const page = yield* store.readAll({ after: 0, limit: Number.POSITIVE_INFINITY, filter })
          clearInterval(timer)
          expect([show(page.events), page.scannedTo]).toEqual([show(meant), size])
          if (item.tags?.length === 2) expect(fired).toBeGreaterThan(2)
          const tail = yield* store.readAll({ after: 3000, upTo: 9000, limit: 3, filter })
          const within = meant.filter(({ position }) => position > 3000 && position <= 9000).slice(0, 3)
          expect([show(tail.events), tail.scannedTo]).toEqual([show(within), within[2]?.position ?? 9000])
        }
      }),
    )
  })
})

it("fails a condition over a long range with its first match, and sees what was recorded since it looked", async () => {
  await inFolder(async (folder) => {
    await run(
      join(folder, "store.db"),
      Effect.gen(function* () {
        const store = yield* fill
        const to = account("new")
        let id = size
        const attempt = (item: QueryItem, after: number) => {
          const condition = { failIfMatch: Query.make(item), after }
          return Effect.match(store.commit({ ...write(to, [event(to, uuid(id++), { tags: ["new"] })]), condition }), {
            onFailure: (error) => (error._tag === "ConditionFailed" ? error.position : error._tag),
            onSuccess: () => "recorded" as const,
          })
        }
        expect(yield* attempt({ tags: ["even", "odd"] }, 0)).toBe(size - 99)
        expect(yield* attempt({ types: ["Rare"] }, 0)).toBe(7001)
        expect(yield* attempt({ types: ["Rare"] }, 7001)).toBe("recorded")
        expect(yield* attempt({ stream: stream(3) }, 10_000)).toBe(11_501)
        // All look before any of them is recorded; one is.
        const together = yield* Effect.forEach(
          [1, 2, 3, 4],
          () => attempt({ tags: ["new"], stream: account("new") }, size + 1),
          { concurrency: "unbounded" },
        )
        expect(together).toEqual(["recorded", size + 2, size + 2, size + 2])
        const long = yield* Effect.forEach([1, 2], () => attempt({ tags: ["never", "odd"] }, 0), {
          concurrency: "unbounded",
        })
        expect(long).toEqual(["recorded", "recorded"])
      }),
    )
  })
})

it("sees, of two long looks at the same time, the event that one of them records", async () => {
  await inFolder(async (folder) => {
    await run(
      join(folder, "store.db"),
      Effect.gen(function* () {
        const store = yield* fill
        const to = account("claim")
        const claim = (n: number) =>
          Effect.match(
            store.commit({
              ...write(to, [event(to, uuid(size + n), { tags: ["claim"] })]),
              condition: { failIfMatch: Query.make({ tags: ["claim"] }, { types: ["Gone"] }), after: 0 },
            }),
            {
              onFailure: (error) => (error._tag === "ConditionFailed" ? error.position : error._tag),
              onSuccess: () => "recorded",
            },
          )
        const outcomes = yield* Effect.forEach([1, 2, 3], claim, { concurrency: "unbounded" })
        expect(outcomes).toEqual(["recorded", size + 1, size + 1])
      }),
    )
  })
})
