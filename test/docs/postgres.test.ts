/** What docs/postgres.md says in SQL and in the words of messages; its TypeScript runs with the other examples. */
import { globSync, readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EventStore } from "../../src/core/port/EventStore.ts"
import { Postgres } from "../../src/interpreters/postgres/index.ts"
import { event, uuid, write } from "../interpreters/commits.ts"
import { outcomes, reading, writing } from "../interpreters/postgres/everything.ts"
import { other, query } from "../interpreters/postgres/raw.ts"
import { fast, type Server, start } from "../postgres/server.ts"

const page = readFileSync("docs/postgres.md", "utf8")
const blocks = [...page.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql = ""]) => sql)
const roles = { writer: "bank", reader: "bank_reports" }

const block = (what: string): string => {
  const found = blocks.filter((sql) => sql.includes(what))
  expect(found, what).toHaveLength(1)
  return found[0] ?? ""
}

const run = Effect.runPromise
const stream = (category: string, id: string) => ({ category, id })

describe("the SQL of the page", () => {
  let server: Server
  const layer = (role: string) => Postgres.layer({ url: other(server.url, { role }), migrate: false })
  beforeAll(async () => {
    server = await start({ settings: fast })
    const { url } = server
    await run(Postgres.migrate({ url }))
    for (const role of Object.values(roles)) await query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`, [], url)
    const two = (a: ReturnType<typeof stream>, n: number) =>
      write(a, [event(a, uuid(n)), event(a, uuid(n + 1), { tags: ["t"] })])
    const commits = [
      two(stream("Loan", "moby-dick"), 1),
      two(stream("Member", "ada"), 3),
      two(stream("Loan", "emma"), 5),
    ]
    const work = EventStore.use((store) => Effect.forEach(commits, (commit) => store.commit(commit)))
    await run(Effect.provide(work, Postgres.layer({ url })))
  })
  afterAll(() => server.stop())

  it("grants what Postgres.grants does, and that is enough", async () => {
    const grants = block("GRANT USAGE")
    expect(grants).toBe(Postgres.grants(roles))
    await query(grants, [], server.url)
    expect(await run(Effect.provide(Effect.andThen(reading, writing), layer(roles.writer)))).toEqual(outcomes)
    await run(Effect.provide(reading, layer(roles.reader)))
  })

  it("answers people's questions", async () => {
    const [first = "", second = ""] = block("everfold.log WHERE stream").split("\n\n")
    expect(await query(first, [], other(server.url, { role: roles.reader }))).toMatchObject([
      { version: "1", type: "Deposited", data: { amount: 1 } },
      { version: "2" },
    ])
    expect(await query(second, [], server.url)).toHaveLength(1)
  })

  it("forgets old commands, and nothing else", async () => {
    await query(block("DELETE FROM everfold.command"), [], server.url)
    expect(await run(Effect.provide(writing, layer(roles.writer)))).toEqual(outcomes)
  })

  it("shows some readers some streams, in order, with all of their events, and writers everything", async () => {
    await query(block("ROW LEVEL SECURITY"), [], server.url)
    expect(await run(Effect.provide(Effect.andThen(reading, writing), layer(roles.writer)))).toEqual(outcomes)
    const seen = Effect.gen(function* () {
      const store = yield* EventStore
      const page = yield* store.readAll({ after: 0, limit: 100 })
      const pages = [
        yield* store.readAll({ after: 0, limit: 2 }),
        yield* store.readAll({ after: 2, limit: 100 }),
        yield* store.readAll({ after: 0, limit: 100, filter: { items: [{ tags: ["t"] }] } }),
        yield* store.readAll({
          after: 0,
          limit: 100,
          filter: { items: [{ category: "Member" }, { category: "Account" }] },
        }),
      ]
      return {
        head: yield* store.head,
        all: page.events.map(({ stream, version, position }) => [stream.id, version, position]),
        pages: pages.map(({ events }) => events.map(({ position }) => position)),
        others: yield* store.readStream(stream("Member", "ada")),
        streams: (yield* store.streams({ category: "Member", limit: 10 })).length,
      }
    })
    const loans = [
      ["moby-dick", 1, 1],
      ["moby-dick", 2, 2],
      ["emma", 1, 5],
      ["emma", 2, 6],
    ]
    expect(await run(Effect.provide(seen, layer(roles.reader)))).toEqual({
      head: 6,
      all: loans,
      pages: [[1, 2], [5, 6], [2, 6], []],
      others: [],
      streams: 0,
    })
    const tags = await query(
      "SELECT position FROM everfold.tag ORDER BY 1",
      [],
      other(server.url, { role: roles.reader }),
    )
    expect(tags).toEqual([{ position: "2" }, { position: "6" }])
    await expect(query("SELECT FROM everfold.log", [], other(server.url, { role: roles.reader }))).rejects.toThrow(
      "denied",
    )
    expect((await run(Effect.provide(seen, layer(roles.writer)))).all.length).toBeGreaterThan(6)
  })
})

describe("a message that the page explains", () => {
  const sources = globSync("src/interpreters/postgres/**/*.{ts,sql}").map((file) => readFileSync(file, "utf8"))
  /** PostgreSQL's own. */
  const foreign = [
    "permission denied for",
    "during recovery",
    "prepared statement",
    "too many clients",
    "connection slots",
    "lock timeout",
  ]
  const [, table = ""] = /^\| the message has.*\n.*\n((?:\|.*\n)*)/m.exec(page) ?? []
  const messages = table
    .split("\n")
    .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text))

  it.each(messages.filter((text) => !foreign.includes(text)))("is one of ours: %s", (text) => {
    const [before = "", after = ""] = text.split("does not exist: ")
    expect(sources.some((source) => source.includes(after || before))).toBe(true)
  })

  it("is in the table", () => expect(messages.length).toBeGreaterThan(20))
})
