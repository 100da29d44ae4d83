import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { tests } from "../../src/laws/law/Adapter.ts"
import { suite } from "./fixtures/suite.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Runs a command in a process of its own; both streams in one text, without colours. */
const run = (args: ReadonlyArray<string>, env: Record<string, string> = {}): { code: number | null; text: string } => {
  const clean = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_TEST|NODE_OPTIONS|NODE_V8)/.test(name))
  const done = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...Object.fromEntries(clean), NO_COLOR: "1", FORCE_COLOR: "0", ...env },
  })
  return { code: done.status, text: done.stdout + done.stderr }
}

const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/laws/fixtures/vitest.config.ts"]

describe("a suite as tests", () => {
  it("runs under node --test", () => {
    const { code, text } = run(["--test", "--test-reporter=tap", "test/laws/fixtures/node.ts"])
    expect(code).toBe(1)
    expect(text).toMatch(/^ {4}ok 1 - X1 are lists: sort\(xs\) = xs$/m)
    expect(text).toMatch(/not ok 2 - X2 are sorted/)
    expect(text).toContain("expected:\n")
    expect(text).toContain('replay: laws(suite, { only: "X2", seed: 1, path: ')
    expect(text).toMatch(/not ok 3 - X3 are long/)
    expect(text).toContain("never come upon in 1000 runs:")
  })

  it("runs under vitest, also one law by it.law", () => {
    const { code, text } = run(vitest)
    expect(code).toBe(1)
    expect(text).toContain('replay: laws(suite, { only: "X2", seed: 1, path: ')
    expect(text).toContain("X3, are long, is not shown to hold:")
    expect(text).toMatch(/Tests +3 failed \| 3 passed \| 1 skipped/)
  })

  it("is tried for as long as the environment says, and tells how far it came", () => {
    const { text } = run(["--test", "test/laws/fixtures/node.ts"], { EVERFOLD_THOROUGH: "4500 millis" })
    expect(text).toMatch(/X1 are lists: \d+ runs in \d+ s of 1s 500ms/)
    expect(text).toMatch(/X1, are lists, holds: \d{4,} runs/)
  })

  it("says so where the environment names no duration", () => {
    const { code, text } = run(["--test", "test/laws/fixtures/node.ts"], { EVERFOLD_THOROUGH: "long" })
    expect(code).toBe(1)
    expect(text).toContain("EVERFOLD_THOROUGH")
  })

  it("has none for a law that is not there, and says so", () => {
    expect(() => tests(suite, { only: "X9" })).toThrow("lists: no law X9 among X1, X2, X3.")
    expect(() => tests({ name: "none", laws: [] }, {})).toThrow("none: no laws to try.")
  })

  it("has none where two laws have one name, which a replay could not tell apart", () => {
    expect(() => tests({ name: "two", laws: [...suite.laws, ...suite.laws] }, {})).toThrow("two laws are called X1")
  })

  it("gives a law no more time than a timer of Node takes", () => {
    for (const during of ["90 days", "Infinity"] as const) {
      expect(tests(suite, { during }).map(({ timeout }) => timeout)).toEqual([2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1])
    }
  })

  it("of one law only, where it is asked for", () => {
    expect(tests(suite, { only: "X2" }).map(({ title }) => title)).toEqual(["X2 are sorted: sort(xs) = xs"])
  })
})
