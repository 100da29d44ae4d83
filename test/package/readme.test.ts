/** The README's snippets, word for word, in a folder that has nothing but the packed package and its peers. */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { examplesOf } from "../../scripts/documentation.ts"

const readme = fs.readFileSync("README.md", "utf8")
const manifest = JSON.parse(fs.readFileSync("package.json", "utf8"))
const snippets = examplesOf("README.md", readme)
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "everfold-readme-"))
const modules = path.join(folder, "node_modules")

const run = (command: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(command, args, { cwd: folder, encoding: "utf8" }).trim()

beforeAll(() => {
  // Unlike the repository's own folder, `npm pack` leaves out what `files` does not name.
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder])
  run("tar", "-xzf", `everfold-${manifest.version}.tgz`)
  fs.mkdirSync(modules)
  fs.renameSync(path.join(folder, "package"), path.join(modules, "everfold"))
  const [, codecs = ""] = /`npm install (io-ts-types [\w -]+)`/.exec(readme) ?? []
  for (const name of [...Object.keys(manifest.peerDependencies), ...codecs.split(" ")]) {
    fs.symlinkSync(fs.realpathSync(path.join("node_modules", name)), path.join(modules, name))
  }
  fs.writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }')
  for (const [i, snippet] of snippets.entries()) fs.writeFileSync(path.join(folder, `${i}.ts`), snippet)
})

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

test("they compile with the options that it names", () => {
  const [, options] = /They compile with\s+`([^`]+)`/.exec(readme) ?? []
  fs.writeFileSync(path.join(folder, "tsconfig.json"), `{ "compilerOptions": { ${options}, "noEmit": true } }`)
  expect(run(process.execPath, path.resolve("node_modules/typescript/bin/tsc"), "-p", ".")).toBe("")
})

test.each([...snippets.entries()].filter(([, code]) => !code.includes("everfold/laws/vitest")))(
  "Node runs snippet %i, and it prints what it says",
  (i, code) => {
    const says = [...code.matchAll(/console\.log.*\) \/\/ (.+)$/gm)].map(([, text]) => text)
    expect(run(process.execPath, `${i}.ts`)).toBe(says.join("\n"))
  },
)

test("what Node gets to install is all that it asks for", () => {
  const [, names = ""] = /^npm install everfold (.*)$/m.exec(readme) ?? []
  const [, forLaws = ""] = /^npm install --save-dev ([\w -]+?) *#/m.exec(readme) ?? []
  expect([...names.split(" "), ...forLaws.split(" ")].sort()).toEqual(Object.keys(manifest.peerDependencies).sort())
})
