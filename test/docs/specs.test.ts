import { Spec } from "everfold/laws"
import { laws } from "everfold/laws/vitest"
import { expect, it } from "vitest"
import { bankSpec } from "../../docs/examples/story/BankSpec.ts"

laws(bankSpec)

it("what an account does is told on a page of the docs", async () => {
  const page = `# The bank of the story\n\n${Spec.markdown(bankSpec)}`
  await expect(page).toMatchFileSnapshot("../../docs/examples/story/Bank.md")
})
