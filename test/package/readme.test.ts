/** The README's snippets, word for word, in a folder that has nothing but the packed package and its peers. */
import * as fs from "node:fs"
import * as path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { examplesOf } from "../../scripts/documentation.ts"
import { manifest, type Packed, pack } from "./packed.ts"

const readme = fs.readFileSync("README.md", "utf8")
const snippets = examplesOf("README.md", readme)
let packed: Packed

beforeAll(() => {
  const [, codecs = ""] = /`npm install (io-ts-types [\w -]+)`/.exec(readme) ?? []
  packed = pack(codecs.split(" "))
  for (const [i, snippet] of snippets.entries()) fs.writeFileSync(path.join(packed.folder, `${i}.ts`), snippet)
})

afterAll(() => packed.remove())

test("they compile with the options that it names", () => {
  const [, options] = /They compile with\s+`([^`]+)`/.exec(readme) ?? []
  fs.writeFileSync(path.join(packed.folder, "tsconfig.json"), `{ "compilerOptions": { ${options}, "noEmit": true } }`)
  expect(packed.run(process.execPath, path.resolve("node_modules/typescript/bin/tsc"), "-p", ".")).toBe("")
})

test.each([...snippets.entries()].filter(([, code]) => !code.includes("everfold/laws/vitest")))(
  "Node runs snippet %i, and it prints what it says",
  (i, code) => {
    const says = [...code.matchAll(/console\.log.*\) \/\/ (.+)$/gm)].map(([, text]) => text)
    expect(packed.run(process.execPath, `${i}.ts`)).toBe(says.join("\n"))
  },
)

test("what Node gets to install is all that it asks for", () => {
  const [, names = ""] = /^npm install everfold (.*)$/m.exec(readme) ?? []
  const [, forPostgres = ""] = /^npm install (\w+) *#/m.exec(readme) ?? []
  const [, forLaws = ""] = /^npm install --save-dev ([\w -]+?) *#/m.exec(readme) ?? []
  const asked = [...names.split(" "), forPostgres, ...forLaws.split(" ")]
  expect(asked.sort()).toEqual(Object.keys(manifest.peerDependencies).sort())
})
