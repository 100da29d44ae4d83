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

test("the built package takes codecs of io-ts-types and of Effect's Schema in plain Node, by these specifiers", () => {
  const printed = evaluate(`
    import * as Option from "effect/Option"
    import * as Schema from "effect/Schema"
    import { some } from "fp-ts/lib/Option.js"
    import * as t from "io-ts"
    import { DateFromISOString } from "io-ts-types/lib/DateFromISOString.js"
    import { option } from "io-ts-types/lib/option.js"
    import { EventCodec } from "everfold"
    import { SchemaType } from "everfold/schema"
    const Event = EventCodec.make({
      Due: t.type({ at: option(DateFromISOString) }),
      Done: SchemaType.make(Schema.Struct({ at: Schema.OptionFromNullOr(Schema.DateFromString) })),
    })
    const at = new Date(0)
    for (const event of [Event.Due({ at: some(at) }), Event.Done({ at: Option.some(at) })]) {
      const { type, schemaVersion, data } = EventCodec.encode(Event, event).right
      const [read] = EventCodec.decode(Event, type, schemaVersion, JSON.parse(JSON.stringify(data))).right
      console.log(read.at.value.getTime())
    }
  `)
  expect(printed.trim()).toBe("0\n0")
})

test("the core does not load Effect's Schema, which takes long; its own entry point does", () => {
  const loads = (specifier: string) =>
    evaluate(`
      import { registerHooks } from "node:module"
      const seen = []
      registerHooks({ load: (url, context, next) => { seen.push(url); return next(url, context) } })
      await import(${JSON.stringify(specifier)})
      console.log(seen.some((url) => url.includes("/effect/dist/Schema")))
    `).trim()
  expect(loads("everfold")).toBe("false")
  expect(loads("everfold/schema")).toBe("true")
})
