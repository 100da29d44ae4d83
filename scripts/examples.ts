// Checks the documentation: every public export has what documentation.ts asks for, and every example of the doc
// comments, the README and the guide compiles, runs, and prints what it says it prints (`console.log(x) // this`).
// Examples run one after another in this one process, each as a module in a folder of its own; those for a test runner
// run under it. One with `declare` only compiles. One of everfold/postgres finds an empty database by its environment.
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import { format } from "node:util"
import postgres from "postgres"
import { fast, open } from "../test/postgres/server.ts"
import { entryPoints, examplesOf, exportsOf, faultsOf, runs } from "./documentation.ts"

interface Example {
  readonly from: string
  readonly code: string
}

const root = path.resolve(import.meta.dirname, "..")
const folder = path.join(root, ".examples")
const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8")

const examples = fs
  .globSync(["src/**/*.ts", "README.md", "docs/**/*.md"], { cwd: root })
  .filter((file) => !file.includes("node_modules"))
  .sort()
  .flatMap((file) => examplesOf(file, read(file)).map((code, i): Example => ({ from: `${file}#${i + 1}`, code })))

const isForVitest = ({ code }: Example): boolean => code.includes('"everfold/laws/vitest"')

const isForNode = ({ code }: Example): boolean => code.includes('"everfold/laws/node"')

const isForPostgres = ({ code }: Example): boolean => /"everfold\/postgres(\/model)?"/.test(code)

const nameOf = (example: Example): string =>
  `${example.from.replaceAll(/[^A-Za-z0-9]+/g, "_")}${isForVitest(example) ? ".test" : ""}.ts`

const node = (...args: ReadonlyArray<string>): void =>
  void execFileSync(process.execPath, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] })

const tool = (script: string, ...args: ReadonlyArray<string>): void =>
  node(path.join(root, "node_modules", script), ...args)

const says = ({ code }: Example): string =>
  [...code.matchAll(/console\.log.*\) \/\/ (.+)$/gm)].map(([, text]) => text).join("\n")

const log = console.log
const errorOf = (error: unknown): string => (error instanceof Error && error.stack) || String(error)

/** What an example prints until it is done; what it leaves running and prints later is taken for the next one's. */
const printedBy = async (example: Example): Promise<string> => {
  const lines: Array<string> = []
  console.log = (...args) => void lines.push(format(...args))
  process.chdir(fs.mkdtempSync(path.join(folder, "in-")))
  try {
    await import(pathToFileURL(path.join(folder, nameOf(example))).href)
  } catch (error) {
    lines.push(errorOf(error))
  }
  console.log = log
  return lines.join("\n")
}

let server: ReturnType<typeof open> | undefined

/** Names an empty database where programs look for one, and removes it afterwards. */
const inDatabase = async (use: () => Promise<string>): Promise<string> => {
  server ??= open({ settings: fast })
  const { url } = await server
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql`CREATE DATABASE everfold_example`
  process.env.EVERFOLD_POSTGRES_URL = Object.assign(new URL(url), { pathname: "/everfold_example" }).href
  try {
    return await use()
  } finally {
    await sql`DROP DATABASE everfold_example WITH (FORCE)`
    await sql.end()
  }
}

const manifest = JSON.parse(read("package.json"))
const faults = entryPoints(manifest).flatMap(([, file]) => exportsOf(read, file).flatMap((one) => faultsOf(read, one)))
for (const fault of faults) console.error(fault)

fs.rmSync(folder, { recursive: true, force: true })
fs.mkdirSync(folder)
fs.writeFileSync(
  path.join(folder, "tsconfig.json"),
  JSON.stringify({
    extends: "../tsconfig.base.json",
    compilerOptions: { noEmit: true, noUnusedLocals: false, noUnusedParameters: false },
    include: ["*.ts"],
  }),
)
// `export {}` keeps each a module of its own.
for (const one of examples) fs.writeFileSync(path.join(folder, nameOf(one)), `${one.code}\nexport {}\n`)
tool("typescript/bin/tsc", "-p", folder)
node("--test", "--test-reporter=dot", ...examples.filter(isForNode).map(nameOf))
tool("vitest/vitest.mjs", "run", "--root", folder, "--no-isolate", "--silent", "--reporter=dot")

let wrong = 0
for (const example of examples) {
  if (isForVitest(example) || isForNode(example) || !runs(example.code)) continue
  const printing = () => printedBy(example)
  const printed = await (isForPostgres(example) ? inDatabase(printing) : printing())
  if (says(example) === printed) continue
  wrong++
  const shown = (text: string): string => text.replaceAll(/^/gm, "  ")
  console.error(`${example.from} says\n${shown(says(example))}\nand prints\n${shown(printed)}\n`)
}
await (await server)?.stop()
process.chdir(root)
fs.rmSync(folder, { recursive: true, force: true })
console.log(`${examples.length} examples compiled and run, ${wrong} wrong; ${faults.length} faults of documentation.`)
process.exitCode = wrong + faults.length === 0 ? 0 : 1
