import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as Decider from "../../src/core/domain/Decider.ts"
import * as Policy from "../../src/core/domain/Policy.ts"
import * as Law from "../../src/laws/Law.ts"
import * as Spec from "../../src/laws/Spec.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as specs from "./broken/specs.ts"

describe("true", () => {
  for (const spec of specs.held) laws(spec)
})
describe("broken", () => catchesAll(specs.cases))

/** What a report says of why the first example does not hold. */
const why = async ({ laws: [law] }: Spec.Spec): Promise<string> => {
  if (law === undefined) throw new Error("There is no example.")
  const result = await Effect.runPromise(Law.check(law))
  if (result._tag !== "Counterexample") return result._tag
  return result.reason instanceof Error ? result.reason.message : String(result.reason)
}

describe("a newcomer reads", () => {
  it("which event is another, and where", async () => {
    expect(
      await why(specs.emitting({ _tag: "Sold", seats: 3, price: 0 }, { _tag: "Billed", cents: 2400 })),
    ).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold, Billed]
      event 1 differs: seats is 3 and should be 2.
      events, - expected, + actual:
        - { _tag: "Sold", seats: 2, price: 0 }
        + { _tag: "Sold", seats: 3, price: 0 }
          { _tag: "Billed", cents: 2400 }"
    `)
  })
  it("that the order is another", async () => {
    expect(
      await why(specs.emitting({ _tag: "Billed", cents: 2400 }, { _tag: "Sold", seats: 2, price: 0 })),
    ).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Billed, Sold]
      the right events in another order: event 1 is Billed and should be Sold.
      events, - expected, + actual:
        - { _tag: "Sold", seats: 2, price: 0 }
          { _tag: "Billed", cents: 2400 }
        + { _tag: "Sold", seats: 2, price: 0 }"
    `)
  })
  it("what is missing", async () => {
    expect(await why(specs.emitting({ _tag: "Sold", seats: 2, price: 0 }))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold]
      event 2, Billed, is missing.
      events, - expected, + actual:
          { _tag: "Sold", seats: 2, price: 0 }
        - { _tag: "Billed", cents: 2400 }"
    `)
  })
  it("that nothing is there", async () => {
    expect(await why(specs.emitting())).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = []
      event 1, Sold, is missing.
      events, - expected, + actual:
        - { _tag: "Sold", seats: 2, price: 0 }
        - { _tag: "Billed", cents: 2400 }"
    `)
  })
  it("what is one too many", async () => {
    const twice = { _tag: "Sold", seats: 2, price: 0 }
    expect(await why(specs.emitting(twice, twice, { _tag: "Billed", cents: 2400 }))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold, Sold, Billed]
      event 2, Sold, is one too many.
      events, - expected, + actual:
          { _tag: "Sold", seats: 2, price: 0 }
        + { _tag: "Sold", seats: 2, price: 0 }
          { _tag: "Billed", cents: 2400 }"
    `)
  })
  it("that {} is no event", async () => {
    expect(await why(specs.emitting({ _tag: "Sold", seats: 2, price: 0 }, {}))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold, {}]
      event 2 is {} and should be Billed.
      events, - expected, + actual:
          { _tag: "Sold", seats: 2, price: 0 }
        - { _tag: "Billed", cents: 2400 }
        + {}"
    `)
  })
  it("what cannot be seen", async () => {
    const billed = { _tag: "Billed", cents: 2400, to: undefined }
    expect(await why(specs.emitting({ _tag: "Sold", seats: 2, price: 0 }, billed))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold, Billed]
      event 2 differs: to is undefined and should be absent.
      events, - expected, + actual:
          { _tag: "Sold", seats: 2, price: 0 }
        - { _tag: "Billed", cents: 2400 }
        + { _tag: "Billed", cents: 2400 } (to is undefined and should be absent)"
    `)
  })
  it("which rejection it was", async () => {
    expect(await why(specs.refusing(new specs.SoldOut(2), new specs.SoldOut(1)))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = rejection SoldOut { _tag: "SoldOut", left: 2 }
      the rejection differs: left is 2 and should be 1.
      expected:
        SoldOut { _tag: "SoldOut", left: 1 }
      actual:
        SoldOut { _tag: "SoldOut", left: 2 }"
    `)
  })
  it("that a rejection is an instance of its class", async () => {
    const plain = { _tag: "SoldOut", left: 1 }
    expect(await why(specs.refusing(plain, new specs.SoldOut(1)))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = rejection { _tag: "SoldOut", left: 1 }
      the rejection differs: it is plain data and should be an instance of SoldOut.
      expected:
        SoldOut { _tag: "SoldOut", left: 1 }
      actual:
        { _tag: "SoldOut", left: 1 }"
    `)
  })
  it("that it was accepted, and should have been rejected", async () => {
    expect(await why(specs.acceptingAll)).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold, Billed]
      the command is accepted, and should be rejected.
      expected:
        rejection: SoldOut { _tag: "SoldOut", left: 1 }
      actual:
        { _tag: "Sold", seats: 2, price: 0 }
        { _tag: "Billed", cents: 2400 }"
    `)
  })
  it("that it was rejected, and should have been accepted", async () => {
    expect(await why(specs.refusingAll)).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = rejection SoldOut { _tag: "SoldOut", left: 0 }
      the command is rejected, and should be accepted.
      expected:
        { _tag: "Sold", seats: 2, price: 0 }
        { _tag: "Billed", cents: 2400 }
      actual:
        rejection: SoldOut { _tag: "SoldOut", left: 0 }"
    `)
  })
  it("where a state differs", async () => {
    expect(await why(specs.forgettingNames)).toMatchInlineSnapshot(`
      "what happened:
        initial = { names: [], last: "" }
        evolve(…, "Ada") = { names: ["Ada"], last: "" }
        evolve(…, "Bob") = { names: ["Bob"], last: "" }
      the state differs: names.0 is "Bob" and should be "Ada".
      expected:
        { names: ["Ada", "Bob"], last: "Bob" }
      actual:
        { names: ["Bob"], last: "" }"
    `)
  })

  const withoutPlaces = (text: string): string => text.replaceAll(/\n *at .*/g, "")
  it("what threw, and on what", async () => {
    expect(withoutPlaces(await why(specs.throwingOn(3)))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        evolve(…, Sold) = 0
        decide(Sell, …) = [Sold, Billed]
        evolve(…, Sold) = 0
        evolve(…, { _tag: "Billed", cents: 2400 }) threw
      It failed with RangeError: no such row"
    `)
    expect(withoutPlaces(await why(specs.throwing))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide({ _tag: "Sell", seats: 2 }, …) threw
      It failed with RangeError: no such row"
    `)
    expect(await why(specs.throwing)).toMatch(/^ {4}at .*throws \(.*broken\/specs\.ts:\d+:\d+\)$/m)
  })
  it("that a state was changed in place", async () => {
    expect(withoutPlaces(await why(specs.mutating))).toMatchInlineSnapshot(`
      "what happened:
        initial = { names: [""] }
        evolve(…, "Ada") threw: it changes what it is given, which is frozen here
      It failed with TypeError: Cannot add property 1, object is not extensible"
    `)
  })
  it("that a case was forgotten", async () => {
    expect(await why(specs.forgettingCase)).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = undefined
      decide answers with Decider.accept(…) or Decider.reject(…), and not with undefined."
    `)
  })
  it("only the ends of a long story", async () => {
    const count = Decider.make({
      initial: 0,
      decide: (by: number, _n: number) => Decider.accept(by),
      evolve: (n: number, by: number): number => n + by,
    })
    const given = Array.from({ length: 1000 }, () => 1)
    expect(await why(Spec.decider("a count", count, { counts: { given, state: 1001 } }))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        … 990 steps
        evolve(…, 1) = 990
        evolve(…, 1) = 991
        evolve(…, 1) = 992
        evolve(…, 1) = 993
        evolve(…, 1) = 994
        evolve(…, 1) = 995
        evolve(…, 1) = 996
        evolve(…, 1) = 997
        evolve(…, 1) = 998
        evolve(…, 1) = 999
        evolve(…, 1) = 1000
      the state differs: it is 1000 and should be 1001."
    `)
  })
})

describe("a specification", () => {
  it("needs an example", () => {
    expect(() => Spec.policy("a host", Policy.empty, {})).toThrow("Spec: a host has no examples.")
  })

  it("needs in each what then comes out, where the compiler did not see to it", () => {
    const of = (example: string) => () => Spec.decider("a count", specs.desk, { counts: JSON.parse(example) })
    expect(of('{ "when": 1 }')).toThrow(
      'Spec: of a count, the example "counts" does not say what then comes out: events, rejection, state, isTerminal.',
    )
    expect(of('{ "when": 1, "state": 2 }')).toThrow("needs one of events, rejection with its when, and none without")
    expect(of('{ "when": 1, "events": [], "rejection": 2 }')).toThrow("needs one of events, rejection with its when")
    expect(of('{ "given": [], "events": [] }')).toThrow("needs one of events, rejection with its when")
    expect(of('{ "when": 1, "events": [], "terminal": true }')).toThrow(
      "speaks of terminal, and can speak of given, when, events, rejection, state, isTerminal",
    )
  })

  it("is a suite of laws that are tried once, each with its example on a line", async () => {
    const [first] = specs.held
    expect(first?.laws.map(({ name, title, equation, runs }) => ({ name, title, equation, runs }))).toEqual([
      {
        name: "E1",
        title: "sells and bills",
        equation: "when Sell; then Sold, Billed, state 2, not terminal",
        runs: 1,
      },
    ])
  })

  it("counts what follows itself, and not all of a long list", () => {
    const given = [..."aaabcdefgh"]
    const spec = Spec.decider("a desk", specs.desk, { sells: { given, when: {}, events: [] } })
    expect(spec.laws[0]?.equation).toBe('given 3 × "a", "b", "c", "d", "e", "f", 2 more; when {}; then nothing')
  })
})

describe("its page", () => {
  it("tells every example, one below the other", () => {
    const wide = {
      _tag: "Sold",
      to: "Ada Augusta, Countess of Lovelace",
      seats: ["the first in the gallery", "the second in the gallery"],
    }
    const desk = Spec.decider("The desk", specs.desk, {
      "is *open* in <May>\n& _June_": { isTerminal: false },
      "sells `much`": {
        given: [wide, "```"],
        when: { _tag: "Sell" },
        events: [wide],
        state: { left: 0 },
        isTerminal: true,
      },
      "sells nothing": { when: { _tag: "Sell" }, events: [] },
      "is refused": { when: { _tag: "Sell" }, rejection: new specs.SoldOut(1) },
    })
    expect(Spec.markdown(desk)).toMatchInlineSnapshot(`
      "## The desk

      ### is \\*open\\* in \\<May\\> \\& \\_June\\_

      \`\`\`
      then   isTerminal: false
      \`\`\`

      ### sells \\\`much\\\`

      \`\`\`
      given  {
               _tag: "Sold",
               to: "Ada Augusta, Countess of Lovelace",
               seats: ["the first in the gallery", "the second in the gallery"]
             }
             "\`\`\`"
      when   { _tag: "Sell" }
      then   {
               _tag: "Sold",
               to: "Ada Augusta, Countess of Lovelace",
               seats: ["the first in the gallery", "the second in the gallery"]
             }
             state: { left: 0 }
             isTerminal: true
      \`\`\`

      ### sells nothing

      \`\`\`
      when   { _tag: "Sell" }
      then   nothing
      \`\`\`

      ### is refused

      \`\`\`
      when   { _tag: "Sell" }
      then   rejection: SoldOut { _tag: "SoldOut", left: 1 }
      \`\`\`
      "
    `)
    expect(Spec.markdown(desk)).toBe(Spec.markdown({ ...desk }))
  })

  it("tells what is asked for and what is owed", () => {
    expect(
      specs.held
        .map((spec) => Spec.markdown(spec))
        .slice(-3)
        .join("\n"),
    ).toMatchInlineSnapshot(`
      "## the seats left

      ### are fewer by those sold

      \`\`\`
      given  { seats: 2 }
             { seats: 3 }
      then   state: 5
      \`\`\`

      ## a host

      ### thanks whoever bought

      \`\`\`
      when   "Ada"
      then   "thank Ada"
             "remember Ada"
      \`\`\`

      ## a courier

      ### ships what is ordered

      \`\`\`
      given  "tea"
      when   "rum"
      then   "pack rum"
             "ship rum, one of 2"
             pending: ["ship tea, one of 2", "ship rum, one of 2"]
             state: ["tea", "rum"]
             isTerminal: false
      \`\`\`
      "
    `)
  })
})
