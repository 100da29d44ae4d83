import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Difference from "../../src/laws/Difference.ts"
import * as Law from "../../src/laws/Law.ts"
import * as areas from "./broken/all.ts"
import type { Case } from "./broken/caught.ts"
import { published } from "./catalogue.ts"
import { table } from "./selftest/table.ts"
import { attempt, rounds } from "./selftest/trials.ts"
import { refuted, unproven } from "./selftest/verdict.ts"

it("has for each published law something that it catches", () => {
  expect(unproven(published, Object.values(areas).flat())).toEqual([])
})

describe("the areas", () => {
  const folder = join(import.meta.dirname, "broken")
  const files = readdirSync(folder).filter(
    (name) => name.endsWith(".ts") && readFileSync(join(folder, name), "utf8").includes("export const cases"),
  )
  it("are all gathered", () => {
    expect(Object.keys(areas).toSorted()).toEqual(files.map((name) => name.replace(".ts", "")).toSorted())
  })

  const tests = readdirSync(join(import.meta.dirname, ".."), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(import.meta.dirname, "..", name), "utf8"))
  it.each(files)("are each tried by one test, once: %s", (name) => {
    const imported = new RegExp(`import (?:\\* as (\\w+)|\\{[^}]*\\bcases\\b[^}]*\\}) from "[^"]*broken/${name}"`)
    const calls = tests.flatMap((text) => {
      const found = imported.exec(text)
      const call = found?.[1] === undefined ? "catchesAll(cases)" : `catchesAll(${found[1]}.cases)`
      return found === null ? [] : text.split(call).slice(1)
    })
    expect(calls).toHaveLength(1)
  })
})

/** A suite of two laws about sorting. */
const suite = (sort: (xs: ReadonlyArray<number>) => ReadonlyArray<number>): Law.Suite => {
  const law = (name: string, expected: (xs: ReadonlyArray<number>) => unknown, of: (xs: unknown) => unknown) =>
    Law.make({
      name,
      title: `sorting, ${name}`,
      equation: "",
      given: fc.array(fc.nat(9)),
      holds: (xs) =>
        Effect.suspend(() => Difference.agree("the list", { expected: expected(xs), actual: of(sort(xs)) })),
    })
  const length = (xs: unknown) => Array.isArray(xs) && xs.length
  return {
    name: "sorting",
    laws: [
      law(
        "T1",
        (xs) => xs.toSorted(),
        (xs) => xs,
      ),
      law("T2", length, length),
    ],
  }
}

const good = suite((xs) => xs.toSorted())
const lazy: Case = { law: "T1", flaw: "a sort that sorts nothing", suite: suite((xs) => xs) }
const losing: Case = {
  law: "T2",
  flaw: "a sort that loses what is twice",
  suite: suite((xs) => [...new Set(xs)].toSorted()),
}

const selftest = async (cases: ReadonlyArray<Case>, sorting = good, only?: string) => {
  const all: ReadonlyArray<readonly [string, Law.Suite]> = [["Sorting.suite", sorting]]
  const [round] = rounds(all, cases, { only })
  const tried = await Promise.all((round?.trials ?? []).map((trial) => Effect.runPromise(attempt(trial, 42))))
  const faults = [...unproven(all, cases, only), ...refuted(tried)]
  return { faults, shown: table("Sorting.suite", round?.laws ?? [], tried, 30) }
}

describe("the self-test", () => {
  it("finds nothing where each law catches what it has to, and says what else it catches", async () => {
    const { faults, shown } = await selftest([lazy, losing])
    expect(faults).toEqual([])
    expect(`\n${shown}`).toBe(`
Sorting.suite            T1 T2
a sound subject          ·  ·
a sort that sorts nothi… ●  ·
a sort that loses what … ○  ●`)
  })

  it("names the law that has no broken subject", async () => {
    const { faults } = await selftest([lazy])
    expect(faults).toEqual(["T2 of Sorting.suite, sorting, T2, catches nothing: it has no broken subject."])
  })

  it("names the flaw that is none, and the law that catches nothing", async () => {
    const { faults, shown } = await selftest([lazy, { ...losing, suite: good, runs: 20 }])
    expect(faults).toEqual([
      "T2 catches nothing: none of its broken subjects.",
      "T2 does not catch a sort that loses what is twice, in 20 runs from seed 42",
    ])
    expect(shown).toContain("✗")
  })

  it("names a flaw that is not caught beside one that is", async () => {
    const { faults } = await selftest([lazy, losing, { ...losing, flaw: "no flaw", suite: good }])
    expect(faults).toEqual(["T2 does not catch no flaw, in 500 runs from seed 42"])
  })

  it("names the law that refuses what is sound", async () => {
    const { faults } = await selftest([lazy, losing], losing.suite)
    expect(faults).toEqual([
      expect.stringMatching(/^T1 refuses a sound subject\.\nT1, sorting, T1, does not hold/),
      expect.stringMatching(/^T2 refuses a sound subject\./),
    ])
  })

  it("takes a slip in a broken subject for no catch", async () => {
    const slip = suite(() => {
      throw new ReferenceError("sorted is not defined")
    })
    const { faults } = await selftest([lazy, { ...losing, suite: slip }])
    expect(faults).toEqual([
      "T2 catches nothing: none of its broken subjects.",
      expect.stringMatching(/^T2 does not catch .*, but a slip in it:\n(.*\n)*.*sorted is not defined/),
    ])
  })

  it("names a case whose law is nowhere, or not among those of its subject", async () => {
    const { faults } = await selftest([lazy, losing, { ...lazy, law: "T9" }, { ...lazy, suite: { ...good, laws: [] } }])
    expect(faults.slice(0, 2)).toEqual([
      "T9, which is to catch a sort that sorts nothing, is in no published suite.",
      "T1 is not among the laws of a sort that sorts nothing.",
    ])
  })

  it("names flaws of one law that have one name, for they would be tried as one", async () => {
    const { faults } = await selftest([lazy, losing, { ...lazy, suite: suite((xs) => xs.toReversed()) }])
    expect(faults).toEqual(["T1 has several flaws that are called a sort that sorts nothing."])
  })

  it("speaks of one law only, if asked", async () => {
    const { faults, shown } = await selftest([lazy], good, "T1")
    expect(faults).toEqual([])
    expect(shown).not.toContain("T2")
  })
})
