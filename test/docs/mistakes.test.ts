/** The page about mistakes shows what is so: its model is the model, its reports and the compiler's messages are made anew. */
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import * as Law from "../../src/laws/Law.ts"
import { cases } from "../laws/broken/mistakes.ts"

const folder = "test/laws/broken"
const model = fs.readFileSync(`${folder}/mistakes/Order.ts`, "utf8")
const slips = fs.readFileSync(`${folder}/mistakes.ts`, "utf8")

/** The model as a file of a test runner that stands for itself. */
const shown = `${model}
laws(DeciderLaws.suite(subject))
laws(CodecLaws.suite({ codec: OrderEvent }))
laws(SnapshotLaws.suite({ aggregate: Orders, commands }))
`.replace(
  'from "../../../../src/core/index.ts"\n',
  'from "everfold"\nimport { CodecLaws, DeciderLaws, SnapshotLaws } from "everfold/laws"\nimport { laws } from "everfold/laws/vitest"\n',
)

/** The slip, and the line that tries it. */
const slipOf = (flaw: string): string => {
  const [, code] = new RegExp(`^// mistake: ${flaw}\n([^]*?)^// end$`, "m").exec(slips) ?? []
  if (code === undefined) throw new Error(`There is no mistake ${flaw}.`)
  return code.replace(/^const \w+ = (\w+Laws\.\w+\([\s\S]*\))$/m, (_, suite: string) =>
    suite.includes("\n") ? `\nlaws(\n${suite.replaceAll(/^/gm, "  ")},\n)` : `\nlaws(${suite})`,
  )
}

const reportOf = async (flaw: string): Promise<string> => {
  const found = cases.find((each) => each.flaw === flaw)
  const law = found?.suite.laws.find(({ name }) => name === found.law)
  if (law === undefined) throw new Error(`There is no law for ${flaw}.`)
  const { report } = await Effect.runPromise(Law.check(law, { seed: 42 }))
  return `${report.replaceAll(/\(\S*\/(?=\w+\.ts:)/g, "(")}\n`
}

const context = `
import * as t from "io-ts"
import { Aggregate, Decider, EventCodec } from "${path.resolve("src/core/index.ts")}"
import { type Order, OrderEvent, order } from "${path.resolve(folder, "mistakes/Order.ts")}"
import { payment } from "${path.resolve(folder, "mistakes/Parcel.ts")}"
`

/** Of a message of many lines the first says where, and the last what. */
const shortly = (message: string): string => {
  const [first = "", ...others] = message.split("\n")
  const last = others.at(-1)
  return last === undefined ? first : `${first.slice(0, 100)}…\n  … ${last.trim()}`
}

/** What the compiler says of each snippet, by name; it has to refuse them all. */
const refusals = async (snippets: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> => {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), "everfold-mistakes-"))
  try {
    fs.symlinkSync(path.resolve("node_modules"), path.join(place, "node_modules"))
    const compilerOptions = {
      noEmit: true,
      noUnusedLocals: false,
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
    }
    const config = { extends: path.resolve("tsconfig.base.json"), compilerOptions, include: ["*.ts"] }
    fs.writeFileSync(path.join(place, "tsconfig.json"), JSON.stringify(config))
    fs.writeFileSync(path.join(place, "package.json"), JSON.stringify({ type: "module" }))
    for (const [name, code] of snippets) fs.writeFileSync(path.join(place, `${name}.ts`), `${context}\n${code}`)
    const tsc = path.resolve("node_modules/typescript/bin/tsc")
    const compiling = promisify(execFile)(process.execPath, [tsc, "-p", place, "--pretty", "false"], { cwd: place })
    const { stdout } = await compiling.catch((failed: { readonly stdout: string }) => failed)
    return new Map(
      [...snippets.keys()].map((name) => {
        const [, line = "", message = ""] =
          new RegExp(`^${name}\\.ts\\((\\d+),.*?\\): (error .*(?:\n .*)*)`, "m").exec(stdout) ?? []
        if (Number(line) < context.split("\n").length)
          throw new Error(`${name} is not refused for what it is.\n${stdout}`)
        return [name, `${shortly(message)}\n`] as const
      }),
    )
  } finally {
    fs.rmSync(place, { recursive: true, force: true })
  }
}

const fence = "```"
const block = (language: string): string => `${fence}${language}\n([^]*?)^${fence}$`

/** The page with everything in it that is made. */
const made = async (page: string): Promise<string> => {
  let text = page
  const put = (whole: string, parts: ReadonlyArray<string>) => {
    text = text.replace(whole, parts.join("").replaceAll("$", "$$$$"))
  }
  for (const [whole, head = ""] of page.matchAll(new RegExp(`(<!-- model -->\n\n)${block("ts")}`, "gm"))) {
    put(whole, [head, `${fence}ts\n`, shown, fence])
  }
  const both = (kind: string) =>
    new RegExp(`(<!-- ${kind}: (.*) -->\n\n)${block("typescript")}\n\n${block("text")}`, "gm")
  for (const [whole, head = "", flaw = ""] of page.matchAll(both("mistake"))) {
    const report = await reportOf(flaw)
    put(whole, [head, `${fence}typescript\n`, slipOf(flaw), `${fence}\n\n${fence}text\n`, report, fence])
  }
  const refused = [...page.matchAll(both("refused"))]
  const messages = await refusals(new Map(refused.map(([, , name = "", code = ""]) => [name, code])))
  for (const [whole, head = "", name = "", code = ""] of refused) {
    const message = messages.get(name) ?? ""
    put(whole, [head, `${fence}typescript\n`, code, `${fence}\n\n${fence}text\n`, message, fence])
  }
  return text
}

test("shows each mistake, its report, and what the compiler says of the nearest that does not compile", async () => {
  const page = fs.readFileSync("docs/mistakes.md", "utf8")
  for (const { flaw } of cases) expect(page).toContain(`<!-- mistake: ${flaw} -->`)
  await expect(await made(page)).toMatchFileSnapshot("../../docs/mistakes.md")
})
