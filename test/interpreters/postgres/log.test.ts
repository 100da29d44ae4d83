import * as Effect from "effect/Effect"
import { beforeAll, describe, expect, it } from "vitest"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { query, raw } from "./raw.ts"

const url = await serverUrl()
const schema = freshSchema()

beforeAll(async () => {
  await Effect.runPromise(Postgres.migrate({ url, schema }))
  await query(`INSERT INTO ${schema}.kind VALUES (1, 'Account', 'Opened')`)
})

let position = 0

/** Records an event behind the library's back, and answers its row of the view. */
const shown = async (body: Uint8Array | string, encoding = "json", recordedAt = 1_700_000_000_123) => {
  position++
  await query(
    `INSERT INTO ${schema}.event (position, stream, version, recorded_at, schema_version, kind, id, correlation_id, encoding,
       digest, link, body)
     VALUES ($1::bigint, 'Account-ada-1', $1::bigint, $2::bigint, 1, 1, gen_random_uuid(), 'c', $3, '', 'abc', decode($4, 'hex'))`,
    [String(position), String(recordedAt), encoding, Buffer.from(body).toString("hex")],
  )
  const [row] = await query(`SELECT * FROM ${schema}.log WHERE position = ${position}`)
  return row ?? {}
}

describe("the view for people", () => {
  it("spells an event out", async () => {
    const { id, ...row } = await shown('{"data":{"amount":1},"meta":{"by":"ada"}}')
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(row).toEqual({
      position: String(position),
      stream: "Account-ada-1",
      version: String(position),
      type: "Opened",
      schema_version: "1",
      tags: [],
      recorded_at: new Date(1_700_000_000_123),
      correlation_id: "c",
      cause_id: null,
      cause_stream: null,
      cause_position: null,
      encoding: "json",
      body: { data: { amount: 1 }, meta: { by: "ada" } },
      link: "616263",
    })
  })

  it.each([
    ["a NUL, which jsonb cannot hold", '{"data":{"text":"a\\u0000b"}}'],
    ["half of a character", '{"data":{"text":"\\ud800"}}'],
    ["half of a character before another escape", '{"data":{"text":"\\ud800\\u0041"}}'],
    ["broken UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)],
    ["UTF-8 of a surrogate", Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ["a NUL byte", Uint8Array.of(0x22, 0x00, 0x22)],
    ["a number beyond numeric", '{"data":{"amount":1e200000}}'],
    ["a number far beyond that", `{"data":{"amount":1e${"9".repeat(400)}}}`],
    ["depth", "[".repeat(1_000_000) + "]".repeat(1_000_000)],
    ["depth that does not end", "[".repeat(1_000_000)],
    ["what is no JSON", "hello"],
    ["nothing", ""],
    ["two values", "1 2"],
  ])("leaves a body out for %s, and shows the rest", async (_, body) => {
    const row = await shown(body)
    expect(row).toMatchObject({ position: String(position), type: "Opened", body: null })
  })

  it.each(["json+deflate", "json+aes256gcm:2026", "json+zstd:1+aes256gcm:k", "", "JSON", "text"])(
    "leaves out what is encoded as %j, also where it would be JSON",
    async (encoding) => expect((await shown("{}", encoding)).body).toBe(null),
  )

  it.each([
    ["a number of many digits", `{"data":${"9".repeat(10_000)}}`],
    ["a small number", '{"data":1e-5000}'],
    ["names with a meaning elsewhere", '{"data":{"__proto__":1,"constructor":2}}'],
    ["a name twice", '{"data":1,"data":2}'],
    ["null", "null"],
    ["characters beyond the first plane, and escapes", '"🐎 \\ud83d\\udc0e \\" \\\\ \\n"'],
    ["a depth that people can still read", "[".repeat(1000) + "]".repeat(1000)],
  ])("shows a body with %s", async (_, body) => {
    await shown(body)
    const [row] = await query(`SELECT body IS NOT NULL AS shown FROM ${schema}.log WHERE position = ${position}`)
    expect(row).toEqual({ shown: true })
  })

  it.each([
    [0, "1970-01-01T00:00:00.000Z"],
    [-1, "1969-12-31T23:59:59.999Z"],
    [8_640_000_000_000_000, "+275760-09-13T00:00:00.000Z"],
  ])("shows the time %i", async (time, text) => {
    const { recorded_at } = await shown("{}", "json", time)
    const [row] = await query(
      `SELECT recorded_at AT TIME ZONE 'UTC' AS at FROM ${schema}.log WHERE position = ${position}`,
    )
    expect(recorded_at instanceof Date || String(row?.at).includes("275760")).toBe(true)
    if (recorded_at instanceof Date && time < 1e12) expect(recorded_at.toISOString()).toBe(text)
  })

  it.each([Number.MIN_SAFE_INTEGER, -210_866_803_200_001])(
    "leaves out the time %i, before PostgreSQL's own",
    async (time) => expect((await shown("{}", "json", time)).recorded_at).toBe(null),
  )

  it("shows the last moments that there can be", async () => {
    await shown("{}", "json", Number.MAX_SAFE_INTEGER)
    const [row] = await query(
      `SELECT extract(year FROM recorded_at) AS year FROM ${schema}.log WHERE position = ${position}`,
    )
    expect(Number(row?.year)).toBe(287_396)
  })

  it("can be read to the end whatever it holds, with a small stack too", async () => {
    await raw(async (one) => {
      await one.query("SET max_stack_depth = '100kB'")
      expect(
        await one.query(`SELECT count(*)::integer AS count, count(body)::integer > 0 AS some FROM ${schema}.log`),
      ).toEqual([{ count: position, some: true }])
    })
  })

  it("can be cancelled while it reads", async () => {
    await raw(async (one) => {
      await one.query("SET statement_timeout = '50ms'")
      const endless = `SELECT count(body) FROM ${schema}.log, generate_series(1, 1000000)`
      await expect(one.query(endless)).rejects.toThrow(/statement timeout/)
    })
  })
})
