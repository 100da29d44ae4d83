import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

// The test runner forgives specifiers that Node does not: the built package is imported by plain Node.
const entryPoints = Object.keys(JSON.parse(readFileSync("package.json", "utf8")).exports).filter(
  (name) => name !== "./laws/vitest", // which only imports inside vitest
)

const evaluate = (code: string): string =>
  execFileSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" })

test.each(entryPoints)("plain Node imports everfold%s from the built package", (name) => {
  const specifier = `everfold${name.slice(1)}`
  const exported = evaluate(`console.log(Object.keys(await import(${JSON.stringify(specifier)})).join())`)
  expect(exported.trim()).not.toBe("")
})

test("the built package decides, records and loads in plain Node", () => {
  const printed = evaluate(`
    import * as Effect from "effect/Effect"
    import * as Layer from "effect/Layer"
    import * as t from "io-ts"
    import { Aggregate, Decider, EventCodec, EventMapper, Repository } from "everfold"
    import { Memory } from "everfold/memory"
    const Added = EventCodec.make({ Added: t.type({ by: t.number }) })
    const counters = Repository.make(Aggregate.make({ category: "Counter", events: Added, decider: Decider.make({
      initial: 0, decide: (by) => Decider.accept(Added.Added({ by })), evolve: (n, event) => n + event.by }) }))
    const program = Effect.andThen(counters.execute("a", 2), counters.execute("a", 3))
    const { state } = await Effect.runPromise(Effect.provide(program, Layer.mergeAll(Memory.layer, EventMapper.plain)))
    console.log(state)
  `)
  expect(printed.trim()).toBe("5")
})
