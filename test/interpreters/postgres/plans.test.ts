import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Commit } from "../../../src/core/event/Commit.ts"
import type { Query } from "../../../src/core/event/Query.ts"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { append, appendStatement } from "../../../src/interpreters/postgres/parameters.ts"
import { fast, type Server, start } from "../../postgres/server.ts"
import { account, event, write } from "../commits.ts"
import { explain, explaining, growing } from "./explained.ts"
import { type Raw, raw } from "./raw.ts"

let server: Server
beforeAll(async () => {
  server = await start({ settings: { ...fast, ...explaining } })
  await Effect.runPromise(Postgres.migrate({ url: server.url }))
})
afterAll(() => server.stop())

/** Events of 40 kinds: streams of ten, a common tag, a rare one, and a command for every other. */
const fill = (count: number): string => `
  TRUNCATE everfold.hash, everfold.kind, everfold.event, everfold.tag, everfold.command, everfold.checkpoint;
  INSERT INTO everfold.hash (algorithm) VALUES ('sha256');
  INSERT INTO everfold.kind SELECT k, CASE k % 2 WHEN 0 THEN 'Account' ELSE 'Order' END, 'Type' || k / 2
    FROM generate_series(0, 39) k;
  INSERT INTO everfold.event (position, stream, version, recorded_at, schema_version, kind, id, correlation_id, encoding,
      tags, digest, link, body)
    SELECT p, CASE p % 2 WHEN 0 THEN 'Account-' ELSE 'Order-' END || p / 20, 1 + p % 20 / 2, 1.7e12 + p, 1, p % 40,
      gen_random_uuid(), 'c' || p, 'json', ARRAY['common' || p % 10, 'rare' || p], '', sha256(int8send(p)),
      convert_to('{"data":{"amount":1,"text":"' || repeat('x', 100) || '"}}', 'UTF8')
    FROM generate_series(1, ${count}) p;
  INSERT INTO everfold.tag SELECT unnest(tags), position FROM everfold.event;
  INSERT INTO everfold.command SELECT 'command ' || position, position, ARRAY[id], ARRAY[stream] FROM everfold.event
    WHERE position % 2 = 0;
`

const queries: ReadonlyArray<Query> = [
  { items: [{}] },
  { items: [{ category: "Account" }] },
  { items: [{ types: ["Type1", "Type2"] }] },
  { items: [{ tags: ["common1"] }] },
  { items: [{ tags: ["common1", "rare41"] }] },
  { items: [{ tags: ["common1"], category: "Order", types: ["Type1"] }] },
  { items: [{ stream: { category: "Account", id: "3" } }] },
  { items: [{ stream: { category: "Account", id: "3" }, types: ["Type1"] }] },
  { items: [{ tags: ["nowhere"] }, { types: ["Nowhere"] }, { stream: { category: "Account", id: "none" } }] },
]

const text = (parameters: Readonly<Record<string, string | number | null>>): Array<string | null> =>
  Object.values(parameters).map((value) => (value === null ? null : String(value)))

/** One of each thing that the functions do. */
const work = async (one: Raw): Promise<void> => {
  const stream = account(crypto.randomUUID())
  const ids = [crypto.randomUUID(), crypto.randomUUID()]
  const [first = "", second = ""] = ids
  const commit: Commit = {
    ...write(stream, [event(stream, first, { tags: ["common1", "x"] }), event(stream, second, { type: "Type1" })]),
    commands: [{ id: first, events: ids }],
    checkpoint: { consumer: first, upstream: "u", partition: 0, epoch: 0, from: 0, to: 5 },
    condition: { failIfMatch: queries.at(-1) ?? { items: [] }, after: 0 },
  }
  const [answer] = await one.query(appendStatement, text(append([commit])))
  expect(answer).toMatchObject({ refused: "" })
  for (const { items } of queries) {
    const query = JSON.stringify(items)
    await one.query("SELECT * FROM everfold.matching($1::text::jsonb, 0, 1000000, 50)", [query])
    await one.query(`SELECT * FROM everfold.facts_1($1::text::uuid[], ARRAY[$2], ARRAY[$3], $2, 'u', 0, $4, 0)`, [
      `{${ids.join()}}`,
      first,
      `Account-${stream.id}`,
      query,
    ])
  }
}

const growingWork = (mode: string): Promise<ReadonlyArray<string>> =>
  raw(async (one) => {
    await one.query(`SET plan_cache_mode = ${mode}`)
    return growing(await explain(server, () => work(one)))
  }, server.url)

describe("no statement's work grows with the store", () => {
  it.each([
    ["when it is empty", 0, false],
    ["when it is small and new", 200, false],
    ["when it is small", 200, true],
    ["when it was filled just now", 100_000, false],
    ["when it is large", 100_000, true],
  ])("%s", async (_, count, analyzed) => {
    await raw((one) => one.query(fill(count)), server.url)
    if (analyzed) await raw((one) => one.query("ANALYZE"), server.url)
    expect(await growingWork("force_generic_plan")).toEqual([])
    expect(await growingWork("force_custom_plan")).toEqual([])
  })
})
