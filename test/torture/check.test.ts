/** The checks of the torture can fail: what each is there for is made by hand. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper, EventStore, Repository } from "everfold"
import { Sqlite } from "everfold/sqlite"
import { afterAll, beforeEach, expect, it } from "vitest"
import { check } from "./check.ts"
import { Accounts } from "./model.ts"
import { nameOf, operation } from "./operations.ts"
import type { Saw, Told } from "./report.ts"
import type { Evidence } from "./torture.ts"

const folder = mkdtempSync(join(tmpdir(), "everfold-check-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const lane = "lane"
/** Deposits of one event each, of the lane. */
const deposits = Array.from({ length: 500 }, (_, serial) => ({ serial, task: operation(lane, serial) })).flatMap(
  ({ serial, task }) => (task.kind === "deposit" && task.amounts.length === 1 ? [{ serial, task }] : []),
)
let filename = ""
let evidence: Evidence
let files = 0

/** Two deposits on the stream of the first, and one elsewhere in between: all is well. */
beforeEach(async () => {
  filename = join(folder, `${files++}.db`)
  const [first] = deposits
  const second = deposits.find(({ serial, task }) => task.stream === first?.task.stream && serial !== first.serial)
  const other = deposits.find(({ task }) => task.stream !== first?.task.stream)
  if (first === undefined || second === undefined || other === undefined)
    throw new Error("the lane has too few deposits")
  const accounts = Repository.make(Accounts)
  const told: Array<Told> = []
  const steady: Array<Saw> = []
  const program = Effect.gen(function* () {
    for (const [i, { serial, task }] of [first, second, other].entries()) {
      const command = { _tag: "Deposit", op: nameOf(lane, serial), amounts: task.amounts } as const
      const { version, position, state } = yield* accounts.execute(task.stream, command)
      const answer = { told: "recorded", stream: task.stream, version, position, repeated: false } as const
      told.push({ ...answer, amounts: task.amounts, state, lane, serial, start: i, end: i + 0.5, done: true })
    }
    const { events } = yield* EventStore.use((store) => store.readAll({ after: 0, limit: 10 }))
    for (const { position, id } of events) steady.push({ told: "saw", position, id, at: position })
  })
  await Effect.runPromise(program.pipe(Effect.provide(Layer.mergeAll(Sqlite.layer({ filename }), EventMapper.plain))))
  evidence = {
    hits: new Map(),
    told,
    lost: [],
    steady,
    restless: steady,
    consumed: [],
    projected: [],
    looks: [],
    answered: [],
    faults: [],
  }
})

const tamper = (sql: string): void => {
  const database = new DatabaseSync(filename)
  database.exec(sql)
  database.close()
}
const verdict = async (changed: Partial<Evidence> = {}) => {
  const found = await check({ store: "sqlite", filename }, { ...evidence, ...changed })
  return Object.entries(found.verdict).flatMap(([kind, examples]) => (examples.length > 0 ? [kind] : []))
}

it("finds nothing where all is well", async () => {
  expect(await verdict()).toEqual([])
})

it("finds an acknowledged command that is not there", async () => {
  const [line] = evidence.told
  const missing = deposits.at(-1)?.serial ?? 0
  expect(line && (await verdict({ told: [...evidence.told, { ...line, serial: missing }] }))).toContain("lost")
})

it("finds answers that no order explains: each is true, and together they are not", async () => {
  const [first, second, other] = evidence.told
  if (first?.told !== "recorded" || second?.told !== "recorded" || other === undefined) throw new Error("too little")
  const { stream, state, version, position } = first
  const looked = { told: "loaded", stream, state, version, position, lane: "reader", done: true } as const
  const [late, meanwhile] = [second.end + 1, second.start + 0.1]
  expect(await verdict({ told: [...evidence.told, { ...looked, serial: 1, start: meanwhile, end: late }] })).toEqual([])
  expect(await verdict({ told: [...evidence.told, { ...looked, serial: 1, start: late, end: late + 1 }] })).toEqual([
    "untrue",
    "unserializable",
  ])
})

it("finds events that a follower skipped, saw twice or in another order", async () => {
  const [a, b, c] = evidence.steady
  if (a === undefined || b === undefined || c === undefined) throw new Error("it saw too little")
  expect(await verdict({ steady: [a, c] })).toEqual(["skipped"])
  expect(await verdict({ restless: [a, b] })).toEqual(["skipped"])
  expect(await verdict({ steady: [a, b, b, c] })).toEqual(["reordered"])
  expect(await verdict({ restless: [a, c, b] })).toEqual(["reordered"])
})

it("finds a position that is missing", async () => {
  tamper("DELETE FROM event WHERE position = 2")
  expect(await verdict()).toContain("holes")
})

it("finds a chain that does not verify", async () => {
  tamper("UPDATE event SET link = zeroblob(32) WHERE position = 3")
  expect(await verdict()).toContain("broken")
})
