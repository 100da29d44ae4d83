// Compiles every example of the doc comments, the README and the guide, runs it, and compares what it prints with what
// it says it prints (`console.log(x) // this`). An example with `declare`, or for a test runner, only compiles.
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

interface Example {
  readonly from: string
  readonly code: string
}

const root = path.resolve(import.meta.dirname, "..")
const folder = path.join(root, ".examples")
const sources = fs
  .globSync(["src/**/*.ts", "README.md", "docs/**/*.md"], { cwd: root })
  .filter((file) => !file.includes("node_modules"))
  .sort()

const examplesOf = (file: string): ReadonlyArray<Example> => {
  const text = fs.readFileSync(path.join(root, file), "utf8")
  const plain = file.endsWith(".ts") ? text.replaceAll(/^ *\* ?/gm, "") : text
  return [...plain.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""], i) => ({ from: `${file}#${i + 1}`, code }))
}

const nameOf = ({ from }: Example): string => `${from.replaceAll(/[^A-Za-z0-9]+/g, "_")}.ts`

const printedBy = (file: string): string =>
  execFileSync(process.execPath, [file], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim()

const examples = sources.flatMap(examplesOf)
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
for (const example of examples) {
  // `export {}` keeps each a module of its own.
  fs.writeFileSync(path.join(folder, nameOf(example)), `${example.code}\nexport {}\n`)
}
execFileSync(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { stdio: "inherit" })

let wrong = 0
for (const example of examples) {
  if (/^\s*declare |"everfold\/laws\/vitest"/m.test(example.code)) continue
  const says = [...example.code.matchAll(/console\.log.*\) \/\/ (.+)$/gm)].map(([, text]) => text)
  const printed = printedBy(path.join(folder, nameOf(example)))
  if (says.length === 0 || says.join("\n") === printed) continue
  wrong++
  console.error(`${example.from} says\n  ${says.join("\n  ")}\nand prints\n  ${printed.replaceAll("\n", "\n  ")}\n`)
}
fs.rmSync(folder, { recursive: true, force: true })
console.log(`${examples.length} examples compiled and run, ${wrong} wrong.`)
process.exitCode = wrong === 0 ? 0 : 1
