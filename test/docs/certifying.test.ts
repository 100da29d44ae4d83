/** The page about certifying a store says what is so: its reports are printed anew, its file is the file. */
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import * as Law from "../../src/laws/Law.ts"
import type { Case } from "../laws/broken/caught.ts"
import { cases, shortcuts } from "../laws/broken/jsonlines.ts"

const file = "docs/examples/jsonlines/JsonLines.test.ts"
const fence = "```"

const found = async ({ law: name, suite, runs = 500 }: Case): Promise<Law.Result> => {
  const law = suite.laws.find((each) => each.name === name)
  if (law === undefined) throw new Error(`There is no law ${name} among ${suite.name}.`)
  return Effect.runPromise(Law.check(law, { seed: 42, runs }))
}

/** A report, without the lines that name places of this machine. */
const reportOf = async (flaw: string): Promise<string> => {
  const broken = cases.find((each) => each.flaw === flaw)
  if (broken === undefined) throw new Error(`There is no flaw ${flaw}.`)
  const { report } = await found(broken)
  return report.replaceAll(/^ {4}at .*\n/gm, "")
}

const table = async (): Promise<string> => {
  const caught = shortcuts.map(async (each) => [each.flaw, `${each.law} ${(await found(each)).law.title}`] as const)
  const rows = [["shortcut", "caught by"] as const, ...(await Promise.all(caught))]
  const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length))
  const line = (row: readonly [string, string], fill = " "): string =>
    `| ${row[0].padEnd(width(0), fill)} | ${row[1].padEnd(width(1), fill)} |`
  const [head = "", ...body] = rows.map((row) => line(row))
  return [head, line(["", ""], "-"), ...body].join("\n")
}

/** The page with everything in it that is made. */
const made = async (page: string): Promise<string> => {
  let text = page.replace(
    new RegExp(`(<!-- ${file} -->\n\n${fence}typescript\n)[^]*?(?=^${fence}$)`, "m"),
    (_, before: string) => before + fs.readFileSync(file, "utf8"),
  )
  for (const [whole, before = "", flaw = ""] of page.matchAll(
    new RegExp(`(<!-- report: (.*) -->\n\n${fence}text\n)[^]*?(?=^${fence}$)`, "gm"),
  )) {
    text = text.replace(whole, `${before}${await reportOf(flaw)}\n`.replaceAll("$", "$$$$"))
  }
  const shown = await table()
  return text.replace(/(<!-- shortcuts -->\n)(\n\|.*)*\n/, (_, before: string) => `${before}\n${shown}\n`)
}

test("shows the file that certifies, and what the laws say of what is broken", async () => {
  const page = fs.readFileSync("docs/certifying.md", "utf8")
  await expect(await made(page)).toMatchFileSnapshot("../../docs/certifying.md")
})

test("certifies under Node's own runner with nothing changed but where `laws` comes from", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "everfold-certifying-"))
  try {
    fs.symlinkSync(path.resolve("node_modules"), path.join(folder, "node_modules"))
    const text = fs
      .readFileSync(file, "utf8")
      .replace('"everfold/laws/vitest"', '"everfold/laws/node"')
      .replaceAll(/"(everfold.*?)"/g, (_, name: string) => `"${import.meta.resolve(name)}"`)
      .replaceAll(/"\.\/(\w+\.ts)"/g, (_, name: string) => `"${path.resolve(path.dirname(file), name)}"`)
    fs.writeFileSync(path.join(folder, "JsonLines.test.ts"), text)
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
    // A few laws of each suite: that the file runs counts here, and all of it is tried where vitest runs it.
    const args = ["--test", "--test-reporter=tap", "--test-name-pattern=/^(S2|S7|S16|L2.1) /", "JsonLines.test.ts"]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env })
    expect(stdout).toMatch(/^# fail 0$/m)
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBe(10)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
})
