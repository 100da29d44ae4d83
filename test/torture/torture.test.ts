import { execFile } from "node:child_process"
import { join } from "node:path"
import { expect, it } from "vitest"

interface Result {
  readonly [what: string]: unknown
}

/** The last line that `npm run torture -- --json` prints, and its exit code. */
const torture = (...args: ReadonlyArray<string>) => run("main.ts", "--json", "--crashes", "0", ...args)

const run = (
  script: string,
  ...args: ReadonlyArray<string>
): Promise<{ readonly result: Result; readonly code: number }> =>
  new Promise((resolve, reject) => {
    const command = ["--no-warnings", join(import.meta.dirname, script), ...args]
    const child = execFile(process.execPath, command, { timeout: 50_000 }, (_, stdout, stderr) => {
      const result: Result | undefined = JSON.parse(stdout.trim().split("\n").at(-1) || "null")
      if (result === null || result === undefined) reject(new Error(`it said nothing: ${stderr}`))
      else resolve({ result: { ...result, examples: stderr }, code: child.exitCode ?? -1 })
    })
  })

it("loses, doubles, tears and misreports nothing while writers are killed", async () => {
  const { result, code } = await torture("--seconds", "3.5")
  expect(result).toMatchObject({ violations: 0, examples: "" })
  // How much was done is for the machine to say; that it was something, and that writers died over it, is what counts.
  expect(result.kills).toBeGreaterThan(4)
  expect(result.acknowledged).toBeGreaterThan(0)
  expect(code).toBe(0)
})

it("catches a design that decides without an expected version and without command ids", async () => {
  const { result, code } = await torture("--seconds", "1.5", "--design", "naive")
  expect(result.repeated).toBeGreaterThan(0)
  expect(result.untrue).toBeGreaterThan(0)
  expect(result.unserializable).toBeGreaterThan(0)
  expect(code).toBe(1)
})

// Whoever loses waits, and then must not decide on the state from before it waited.
it("lets every process through that contends for one stream", async () => {
  const { result } = await run("contention.ts", "--seconds", "3")
  expect(result).toMatchObject({ fair: true })
})
