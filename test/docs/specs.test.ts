import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { Decider } from "everfold"
import { Law, Spec } from "everfold/laws"
import { laws } from "everfold/laws/vitest"
import { expect, it } from "vitest"
import { bankSpec } from "../../docs/examples/story/BankSpec.ts"

laws(bankSpec)

it("what an account does is told on a page of the docs", async () => {
  const page = `# The bank of the story\n\n${Spec.markdown(bankSpec)}`
  await expect(page).toMatchFileSnapshot("../../docs/examples/story/Bank.md")
})

it("the guide shows a report as it is", async () => {
  type Event = { readonly _tag: "Sold"; readonly seats: number } | { readonly _tag: "SoldOut" }
  const forgetful = Decider.make({
    initial: { left: 3, open: true },
    decide: ({ seats }: { readonly _tag: "Sell"; readonly seats: number }) => Decider.accept({ _tag: "Sold", seats }),
    evolve: (state: { readonly left: number; readonly open: boolean }, event: Event) =>
      event._tag === "Sold" ? { ...state, left: state.left - event.seats } : state,
  })
  const { laws } = Spec.decider("The desk", forgetful, {
    "sells what there is": { when: { _tag: "Sell", seats: 2 }, events: [{ _tag: "Sold", seats: 2 }] },
    "says so when the last seat is sold": {
      given: [{ _tag: "Sold", seats: 2 }],
      when: { _tag: "Sell", seats: 1 },
      events: [{ _tag: "Sold", seats: 1 }, { _tag: "SoldOut" }],
    },
  })
  const results = await Effect.runPromise(Effect.forEach(laws, (law) => Law.check(law)))
  expect(results.map(({ _tag }) => _tag)).toEqual(["Holds", "Counterexample"])
  const report = results.map((result) => (result._tag === "Counterexample" ? result.report : "")).join("")
  const [, shown = "nothing"] = /```text\n(.*?)\n```/s.exec(readFileSync("docs/specifications.md", "utf8")) ?? []
  for (const part of shown.split("\n…\n")) expect(report).toContain(part)
})
