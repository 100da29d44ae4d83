import { execFile } from "node:child_process"
import { join } from "node:path"
import { expect, it } from "vitest"

interface Result {
  readonly [what: string]: unknown
}

/** The last line that `npm run torture -- --json` prints, and its exit code. */
const torture = (store: string, ...args: ReadonlyArray<string>) =>
  run("main.ts", "--json", "--crashes", "0", "--writers", "2", "--lanes", "8", "--store", store, ...args)

const run = (
  script: string,
  ...args: ReadonlyArray<string>
): Promise<{ readonly result: Result; readonly code: number }> =>
  new Promise((resolve, reject) => {
    const command = ["--no-warnings", join(import.meta.dirname, script), ...args]
    const child = execFile(process.execPath, command, { timeout: 100_000 }, (_, stdout, stderr) => {
      const result: Result | undefined = JSON.parse(stdout.trim().split("\n").at(-1) || "null")
      if (result === null || result === undefined) reject(new Error(`it said nothing: ${stderr}`))
      else resolve({ result: { ...result, examples: stderr }, code: child.exitCode ?? -1 })
    })
  })

it("loses, doubles, tears and misreports nothing on SQLite while processes are killed", {
  timeout: 110_000,
}, async () => {
  const { result, code } = await torture("sqlite", "--seconds", "2")
  expect(result).toMatchObject({ violations: 0, examples: "" })
  // How much was done is for the machine to say; that it was something, and that processes died over it, is what counts.
  expect(result.kills).toBeGreaterThan(2)
  expect(result.acknowledged).toBeGreaterThan(0)
  expect(result.consumed).toBeGreaterThan(0)
  expect(result.projected).toBeGreaterThan(0)
  expect(result.activated).toBeGreaterThan(0)
  expect(result.answered).toBeGreaterThan(0)
  expect(code).toBe(0)
})

it("nor on PostgreSQL while its server, connections and processes fail", { timeout: 110_000 }, async () => {
  const { result, code } = await torture("postgres", "--seconds", "3")
  expect(result).toMatchObject({ violations: 0, examples: "" })
  expect(result.kills).toBeGreaterThan(0)
  expect(result.terminations).toBeGreaterThan(0)
  expect(result.unknownResolved).toBeGreaterThan(0)
  expect(result.acknowledged).toBeGreaterThan(0)
  expect(result.consumed).toBeGreaterThan(0)
  expect(result.projected).toBeGreaterThan(0)
  expect(result.activated).toBeGreaterThan(0)
  expect(result.answered).toBeGreaterThan(0)
  expect(code).toBe(0)
})

it("catches programs that decide without an expected version and without command ids", {
  timeout: 110_000,
}, async () => {
  const { result, code } = await torture("sqlite", "--seconds", "1", "--design", "naive")
  expect(result.repeated).toBeGreaterThan(0)
  expect(result.untrue).toBeGreaterThan(0)
  expect(result.unserializable).toBeGreaterThan(0)
  expect(code).toBe(1)
})

it("catches read models and processors whose checkpoint is written after what they have, by whoever had the lease once", {
  timeout: 110_000,
}, async () => {
  const { result, code } = await torture("sqlite", "--seconds", "3", "--design", "naive")
  expect(result.projectedTwice).toBeGreaterThan(0)
  expect(result.projectedWrong).toBeGreaterThan(0)
  expect(result.answeredTwice).toBeGreaterThan(0)
  expect(code).toBe(1)
})

it("catches a store that takes its positions from a sequence", { timeout: 110_000 }, async () => {
  const { result, code } = await torture("postgres", "--seconds", "1.5", "--design", "naive")
  expect(result.skipped).toBeGreaterThan(0)
  expect(result.holes).toBeGreaterThan(0)
  expect(code).toBe(1)
})

// Whoever loses waits, and then must not decide on the state from before it waited.
it("lets every process through that contends for one stream", async () => {
  const { result } = await run("contention.ts", "--seconds", "2")
  expect(result).toMatchObject({ fair: true })
})
