import { expect, it } from "vitest"
import * as everything from "../../src/laws/index.ts"
import { parts, published } from "../laws/catalogue.ts"

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

const page = [
  "# The laws",
  "What must hold, as values of `everfold/laws`; `everfold/laws/vitest` makes tests of them. `s' = evolve(s, e)`; `≈` means",
  "replay equal: the same decisions, and over alike, on every history.",
  ...parts.flatMap(({ title, about, suites }) => [
    `\n## ${title}\n\n${about}`,
    ...suites.map(
      ([how, { laws }]) =>
        `\n### \`${how}\`\n\n| law | says | exactly |\n| --- | --- | --- |\n${laws
          .map(({ name, title, equation }) => `| ${name} | ${cell(title)} | ${cell(equation)} |`)
          .join("\n")}`,
    ),
  ]),
  "",
].join("\n")

it("are told on a page of the docs, each with what it says", async () => {
  await expect(page.replace("# The laws\n", "# The laws\n\n")).toMatchFileSnapshot("../../docs/laws.md")
})

it("are all of the suites that can be had", () => {
  const all = Object.entries(everything).flatMap(([name, module]) =>
    name.endsWith("Laws")
      ? Object.entries(module).flatMap(([key, value]) => (typeof value === "function" ? [`${name}.${key}`] : []))
      : [],
  )
  const told = published.map(([how]) => how)
  // One law of `StoreLaws.suite`, of two stores.
  expect(all.toSorted()).toEqual([...told, "StoreLaws.differential"].toSorted())
})
