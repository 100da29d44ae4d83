import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { fast, type Server, start } from "../../postgres/server.ts"
import { reading, writing } from "./everything.ts"
import { explain, explaining, growing } from "./explained.ts"
import { query } from "./raw.ts"

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
  INSERT INTO everfold.kind SELECT k, CASE k % 2 WHEN 1 THEN 'Account' ELSE 'Order' END, 'Type' || k / 2
    FROM generate_series(1, 40) k;
  INSERT INTO everfold.event (position, stream, version, recorded_at, schema_version, kind, id, correlation_id, encoding,
      tags, digest, link, body)
    SELECT p, CASE p % 2 WHEN 0 THEN 'Account-' ELSE 'Order-' END || p / 20, 1 + p % 20 / 2, 1.7e12 + p, 1, 1 + p % 40,
      gen_random_uuid(), 'c' || p, 'json', ARRAY['common' || p % 10, 'rare' || p], '', sha256(int8send(p)),
      convert_to('{"data":{"amount":1,"text":"' || repeat('x', 100) || '"}}', 'UTF8')
    FROM generate_series(1, ${count}) p;
  INSERT INTO everfold.tag SELECT unnest(tags), position FROM everfold.event;
  INSERT INTO everfold.command SELECT 'command ' || position, position, ARRAY[id], ARRAY[stream] FROM everfold.event
    WHERE position % 2 = 0;
`

/** The layer's own connections have the mode of their database. */
const growingWork = async (mode: string): Promise<ReadonlyArray<string>> => {
  await query(`ALTER DATABASE postgres SET plan_cache_mode = ${mode}`, [], server.url)
  const work = Effect.provide(Effect.andThen(reading, writing), Postgres.layer({ url: server.url }))
  const explained = await explain(server, () => Effect.runPromise(work))
  expect(explained.length).toBeGreaterThan(50)
  return growing(explained)
}

/** No further than its stream is long. */
const inStream = (growing: string): boolean => growing.includes("WHERE e.stream = $1 ")

describe("no statement's work grows with the store", () => {
  it.each([
    ["when it is empty", 0, false],
    ["when it is small and new", 200, false],
    ["when it is small", 200, true],
    ["when it was filled just now", 100_000, false],
    ["when it is large", 100_000, true],
  ])("%s", async (_, count, analyzed) => {
    await query(fill(count), [], server.url)
    if (analyzed) await query("ANALYZE", [], server.url)
    expect(await growingWork("force_generic_plan")).toEqual([])
    // Without prepared statements each is planned anew, for what the store is by then.
    if (count < 1000) return
    expect((await growingWork("force_custom_plan")).filter((one) => !inStream(one))).toEqual([])
  })
})
