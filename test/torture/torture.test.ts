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

const attempts = 4

/**
 * Tortures until all of this was met with, a few times at most: how much is done in so many seconds is for the machine to
 * say.
 */
const meeting = async (
  wanted: ReadonlyArray<string>,
  holds: (result: Result, code: number) => void,
  ...args: readonly [string, ...ReadonlyArray<string>]
): Promise<void> => {
  const met = new Set<string>()
  for (let n = 0; n < attempts && met.size < wanted.length; n++) {
    const { result, code } = await torture(...args)
    holds(result, code)
    for (const what of wanted) if (Number(result[what]) > 0) met.add(what)
  }
  expect([...met].toSorted()).toEqual(wanted.toSorted())
}

const nothing = (result: Result, code: number): void => {
  expect(result).toMatchObject({ violations: 0, examples: "" })
  expect(code).toBe(0)
}
const something = (_: Result, code: number): void => expect(code).toBe(1)

const timeout = { timeout: 110_000 * attempts }

it("loses, doubles, tears and misreports nothing on SQLite while processes are killed", timeout, async () => {
  const wanted = ["kills", "acknowledged", "consumed", "projected", "activated", "answered"]
  await meeting(wanted, nothing, "sqlite", "--seconds", "2")
})

it("nor on PostgreSQL while its server, connections and processes fail", timeout, async () => {
  const done = ["acknowledged", "consumed", "projected", "activated", "answered"]
  await meeting(["kills", "terminations", "unknownResolved", ...done], nothing, "postgres", "--seconds", "3")
})

it("catches programs that decide without an expected version and without command ids", timeout, async () => {
  const wanted = ["repeated", "untrue", "unserializable"]
  await meeting(wanted, something, "sqlite", "--seconds", "1", "--design", "naive")
})

it(
  "catches read models and processors whose checkpoint is written after what they have, by whoever had the lease once",
  timeout,
  async () => {
    const wanted = ["projectedTwice", "projectedWrong", "answeredTwice"]
    await meeting(wanted, something, "sqlite", "--seconds", "3", "--design", "naive")
  },
)

it("catches a store that takes its positions from a sequence", timeout, async () => {
  await meeting(["skipped", "holes"], something, "postgres", "--seconds", "1.5", "--design", "naive")
})

// Whoever loses waits, and then must not decide on the state from before it waited.
it("lets every process through that contends for one stream", async () => {
  const { result } = await run("contention.ts", "--seconds", "2")
  expect(result).toMatchObject({ fair: true })
})
