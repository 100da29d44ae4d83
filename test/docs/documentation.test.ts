import { readFileSync } from "node:fs"
import { describe, expect, it, test } from "vitest"
import { type Export, entryPoints, exportsOf, faultsOf } from "../../scripts/documentation.ts"

const readSource = (file: string): string => readFileSync(file, "utf8")
const entries = entryPoints(JSON.parse(readSource("package.json")))

const isNamespace = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.prototype.toString.call(value) === "[object Module]"

/** Every value that a module exports, by the name that a user writes. */
const valuesOf = (module: object, prefix = ""): ReadonlyArray<string> =>
  Object.entries(module).flatMap(([name, value]) => [
    prefix + name,
    ...(isNamespace(value) ? valuesOf(value, `${prefix + name}.`) : []),
  ])

const isValue = ({ kind }: Export): boolean => kind !== "type"

test.each(entries)("what is read of everfold%s is what the built package exports", async (name, file) => {
  const built: object = await import(`everfold${name.slice(1)}`)
  const read = exportsOf(readSource, file).filter(isValue)
  expect(read.map((one) => one.name).sort()).toEqual([...valuesOf(built)].sort())
})

const fence = "```"
const complete = `/**
 * Adds.
 *
 * @since 0.1.0
 */
import type { Number } from "./Number.ts"

/**
 * What is added.
 *
 * @category model
 * @since 0.1.0
 */
export interface Sides {
  readonly a: Number
}

/**
 * The sum of both sides.
 *
 * @example
 * ${fence}ts
 * import { Sum } from "made-up"
 *
 * const sides: Sum.Sides = { a: 1 }
 * Sum.of(sides)
 * ${fence}
 * @category constructors
 * @since 0.1.0
 */
export const of = (sides: Sides): Number => sides.a
`

const index = `export * as Sum from "./Sum.ts"\n`

const faults = (module: string): ReadonlyArray<string> => {
  const read = (file: string): string => (file === "src/index.ts" ? index : module)
  return exportsOf(read, "src/index.ts").flatMap((one) => faultsOf(read, one))
}

describe("the check of the documentation", () => {
  it("finds nothing where nothing is missing", () => expect(faults(complete)).toEqual([]))

  it.each([
    ["a module's description", " * Adds.\n", "Sum (src/Sum.ts) lacks a description"],
    ["a description", " * The sum of both sides.\n", "Sum.of (src/Sum.ts) lacks a description"],
    ["a category", " * @category model\n", "Sum.Sides (src/Sum.ts) lacks @category"],
    ["an example", " * @example\n", "Sum.of (src/Sum.ts) lacks an @example that runs and uses Sum.of"],
    ["the use of a value", " * Sum.of(sides)\n", "Sum.of (src/Sum.ts) lacks an @example that runs and uses Sum.of"],
    ["the use of a type", "Sum.Sides", "Sum.Sides (src/Sum.ts) lacks an example in its module that names Sum.Sides"],
  ])("finds that %s is missing", (_, missing, fault) => {
    expect(faults(complete.replace(missing, ""))).toEqual([fault])
  })

  it("takes an example that only compiles for none of a value", () => {
    expect(faults(complete.replace(" * Sum.of(sides)", " * declare const a: number\n * Sum.of(sides)"))).toEqual([
      "Sum.of (src/Sum.ts) lacks an @example that runs and uses Sum.of",
    ])
  })

  it("finds an export without any comment, of every form", () => {
    const bare = ["const a = 1", "function b() {}", "class c {}", "interface d {}", "type e = 1"]
    const found = faults(`${complete}${bare.map((one) => `export ${one}\n`).join("")}`)
    expect(found.filter((fault) => fault.endsWith("lacks a description"))).toHaveLength(bare.length)
  })

  it("finds that a static member has no comment and no example", () => {
    const service = complete.replace(
      "export const of =",
      "export class of {\n  static readonly live = 1\n}\nconst hidden =",
    )
    expect(faults(service)).toEqual([
      "Sum.of.live (src/Sum.ts) lacks a description",
      "Sum.of.live (src/Sum.ts) lacks an example that uses it",
    ])
  })

  it("refuses a form of export that it cannot read", () => {
    expect(() => faults(`${complete}export default 1\n`)).toThrow("this form of an export cannot be read")
  })
})
