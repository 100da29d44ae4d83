import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Position } from "../../../src/core/event/Commit.ts"
import type * as Query from "../../../src/core/event/Query.ts"
import * as Database from "../../../src/interpreters/postgres/Database.ts"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import * as Reads from "../../../src/interpreters/postgres/Reads.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { account } from "../commits.ts"
import { query } from "./raw.ts"

const url = await serverUrl()
type Read = ReturnType<typeof Reads.make>

const reading = <A, E>(schema: string, use: (reads: Read, database: Database.Database) => Effect.Effect<A, E>) =>
  Effect.runPromise(
    Effect.scoped(Effect.flatMap(Database.make({ url, schema }), (database) => use(Reads.make(database), database))),
  )

/** Events by the server itself, of streams of so many each; every thousandth has the tag "rare", of a type of its own. */
const filled = async (count: number, each: number): Promise<string> => {
  const schema = freshSchema()
  await Effect.runPromise(Postgres.migrate({ url, schema }))
  await query(`
    INSERT INTO ${schema}.kind VALUES (1, 'Account', 'Deposited'), (2, 'Account', 'Closed');
    INSERT INTO ${schema}.event (position, stream, version, recorded_at, schema_version, kind, id, correlation_id, encoding,
        tags, digest, link, body)
      SELECT p, 'Account-' || 1 + (p - 1) / ${each}, 1 + (p - 1) % ${each}, p, 1, CASE p % 1000 WHEN 0 THEN 2 ELSE 1 END,
        gen_random_uuid(), 'c', 'json', CASE p % 1000 WHEN 0 THEN ARRAY['rare'] END, sha256('a'), sha256('b'), '{}'
      FROM generate_series(1, ${count}) p;
    INSERT INTO ${schema}.tag SELECT unnest(tags), position FROM ${schema}.event;
    ANALYZE ${schema}.event;
  `)
  return schema
}

const positions = (events: ReadonlyArray<{ readonly position: Position }>) => events.map(({ position }) => position)
const rare: Query.Query = { items: [{ tags: ["rare"], types: ["Closed"] }] }
const never: Query.Query = { items: [{ tags: ["rare"], types: ["Deposited"] }] }

describe("a long read", () => {
  const count = 300_000
  let schema = ""
  beforeAll(async () => {
    schema = await filled(count, count)
  })
  afterAll(() => query(`DROP SCHEMA ${schema} CASCADE`))

  it("of one stream leaves others their turns", async () => {
    const { events, turns } = await reading(schema, (reads) =>
      Effect.gen(function* () {
        let turns = 0
        yield* Effect.forkScoped(
          Effect.forever(
            Effect.andThen(
              Effect.sync(() => turns++),
              Effect.sleep("1 millis"),
            ),
          ),
        )
        return { events: yield* reads.readStream(account("1")), turns }
      }).pipe(Effect.scoped),
    )
    expect(events).toHaveLength(count)
    expect(events.at(-1)).toMatchObject({ stream: account("1"), version: count, position: count, type: "Closed" })
    // It takes a second or so, and the loop has a turn every ten milliseconds of it; without pauses, two or three in all.
    expect(turns).toBeGreaterThan(20)
  })

  it("for what is rare, or never there, goes on in pieces until the end", async () => {
    const expected = Array.from({ length: count / 1000 }, (_, i) => (i + 1) * 1000)
    await reading(schema, (reads) =>
      Effect.gen(function* () {
        const all = yield* reads.readAll({ after: 0, filter: rare, limit: 1_000_000 })
        expect(positions(all.events)).toEqual(expected)
        expect(all.scannedTo).toBe(count)
        const some = yield* reads.readAll({ after: 150_500, filter: rare, limit: 100 })
        expect(positions(some.events)).toEqual(expected.slice(150, 250))
        expect(some.scannedTo).toBe(250_000)
        const none = yield* reads.readAll({ after: 0, filter: never, limit: 10 })
        expect(none).toEqual({ events: [], scannedTo: count })
        const until = yield* reads.readAll({ after: 0, filter: never, upTo: 250_001, limit: 10 })
        expect(until.scannedTo).toBe(250_001)
        const beyond = yield* reads.readAll({ after: count + 5, filter: rare, limit: 10 })
        expect(beyond).toEqual({ events: [], scannedTo: count + 5 })
      }),
    )
  })
})

describe("a kind of event", () => {
  it("that another process brought is learned, by whichever read meets it first", async () => {
    const schema = await filled(5, 5)
    await reading(schema, (reads) =>
      Effect.gen(function* () {
        expect((yield* reads.readAll({ after: 0, limit: 10 })).events).toHaveLength(5)
        yield* Effect.promise(() =>
          query(`
            INSERT INTO ${schema}.kind VALUES (3, 'Account', 'Opened');
            UPDATE ${schema}.event SET kind = 3 WHERE position > 2`),
        )
        const types = ["Deposited", "Deposited", "Opened", "Opened", "Opened"]
        expect((yield* reads.readStream(account("1"))).map(({ type }) => type)).toEqual(types)
        const found = yield* reads.readAll({ after: 0, limit: 10, filter: { items: [{ types: ["Opened"] }] } })
        expect(positions(found.events)).toEqual([3, 4, 5])
      }),
    )
  })
})

describe("what no store can hold", () => {
  it("is found nowhere, and never shown to the server", async () => {
    const schema = await filled(5, 5)
    const asked = (filter: Query.QueryItem) => ({ after: 0, limit: 10, filter: { items: [filter] } })
    const odd = ["\0", "1\0", "\ud800", "", "x".repeat(513)]
    await reading(schema, (reads) =>
      Effect.gen(function* () {
        for (const text of [...odd, "1\n"]) expect(yield* reads.readStream(account(text))).toEqual([])
        for (const text of odd) {
          for (const item of [{ tags: [text] }, { types: [text] }, { stream: account(text) }, { category: text }]) {
            expect(yield* reads.readAll(asked(item))).toEqual({ events: [], scannedTo: 5 })
          }
          expect(yield* reads.streams({ category: text, limit: 10 })).toEqual([])
        }
        const either = yield* reads.readAll(asked({ types: ["\0", "Deposited"] }))
        expect(either.events).toHaveLength(5)
        for (const after of ["\0", "0\0", "\ud800".slice(1)]) {
          expect(yield* reads.streams({ category: "Account", after, limit: 10 })).toHaveLength(1)
        }
        expect(yield* reads.streams({ category: "Account", after: "1\0", limit: 10 })).toEqual([])
      }),
    )
  })

  it("is a category with a hyphen, though a stream of another one is written alike", async () => {
    const schema = await filled(5, 5)
    await query(`UPDATE ${schema}.event SET stream = 'Account-a-1'`)
    await reading(schema, (reads) =>
      Effect.gen(function* () {
        expect(yield* reads.readStream(account("a-1"))).toHaveLength(5)
        const other = { category: "Account-a", id: "1" }
        expect(yield* reads.readStream(other)).toEqual([])
        expect(yield* reads.streams({ category: "Account-a", limit: 10 })).toEqual([])
        const filter = { items: [{ stream: other }, { category: "Account-a" }] }
        expect(yield* reads.readAll({ after: 0, filter, limit: 10 })).toEqual({ events: [], scannedTo: 5 })
      }),
    )
  })
})

describe("tables that somebody changed", () => {
  it.each([
    ["an event of no kind", "UPDATE event SET kind = 9 WHERE position = 3", /kind 9, which is not among the kinds/],
    [
      "a stream of another category",
      "UPDATE event SET stream = 'Order-1'",
      /a stream of category Account was expected/,
    ],
    ["a number beyond all others", "UPDATE event SET schema_version = 9007199254740993", /an integer was expected/],
    ["a link that is too long", "UPDATE event SET link = decode(repeat('00', 65), 'hex')", /65 bytes were found/],
    ["a cause without a stream", "UPDATE event SET cause_id = id", /a text was expected and NULL was found/],
    ["a list in a list of tags", "UPDATE event SET tags = '{{a},{b}}'", /a list of texts was expected/],
  ])("are told as damage: %s", async (_, change, what) => {
    const schema = await filled(5, 5)
    await query(change.replace("UPDATE ", `UPDATE ${schema}.`))
    const error = await reading(schema, (reads) => Effect.flip(reads.readAll({ after: 0, limit: 10 })))
    expect(error).toMatchObject({ _tag: "StoreUnavailable", retryable: false, what: "reading the log" })
    expect(error.message).toMatch(what)
  })

  it("are read as they are where events are gone", async () => {
    const schema = await filled(10, 5)
    await query(`DELETE FROM ${schema}.event WHERE position IN (2, 3, 9, 10)`)
    await reading(schema, (reads) =>
      Effect.gen(function* () {
        const first = yield* reads.readAll({ after: 0, limit: 3 })
        expect([positions(first.events), first.scannedTo]).toEqual([[1, 4, 5], 5])
        const second = yield* reads.readAll({ after: 5, limit: 5 })
        expect([positions(second.events), second.scannedTo]).toEqual([[6, 7, 8], 8])
        expect(positions(yield* reads.readStream(account("1"), { direction: "backwards", limit: 3 }))).toEqual([
          5, 4, 1,
        ])
      }),
    )
  })
})
