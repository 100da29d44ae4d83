import { expect, it } from "vitest"
import * as everything from "../../src/laws/index.ts"
import * as areas from "../laws/broken/all.ts"
import { parts, published } from "../laws/catalogue.ts"

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

const page = [
  "# The laws\n",
  "What must hold, as values of `everfold/laws`; `everfold/laws/vitest` makes tests of them. `s' = evolve(s, e)`; `≈` means",
  "replay equal: the same decisions, and over alike, on every history. [What the laws catch](broken.md) lists, for each,",
  "flaws that it was shown to find.",
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

const cases = Object.values(areas).flat()

const caught = [
  "# What the laws catch\n",
  "Flaws that each law was shown to catch: a law that catches nothing proves nothing. In this repository each flaw is a",
  "subject, and a test that its law finds it; `npm run laws:selftest` tries every subject with every law of its suite.",
  ...published.flatMap(([how, { laws }]) => [
    `\n## \`${how}\``,
    ...laws.map(({ name, title }) => {
      const flaws = cases.flatMap(({ law, flaw }) => (law === name ? [`- ${flaw}`] : []))
      return `\n${name}, ${title}:\n\n${flaws.join("\n")}`
    }),
  ]),
  "",
].join("\n")

it("are told on a page of the docs, each with what it says", async () => {
  await expect(page).toMatchFileSnapshot("../../docs/laws.md")
})

it("are told on another, each with what it catches", async () => {
  await expect(caught).toMatchFileSnapshot("../../docs/broken.md")
})

it("are all of the suites that can be had", () => {
  const all = Object.entries(everything).flatMap(([name, module]) =>
    name.endsWith("Laws")
      ? Object.entries(module).flatMap(([key, value]) => (typeof value === "function" ? [`${name}.${key}`] : []))
      : [],
  )
  const told = parts.flatMap(({ suites }) => suites.map(([how]) => how))
  // One law of `StoreLaws.suite`, of two stores; and what makes a layer, not a suite.
  expect(all.toSorted()).toEqual([...told, "StoreLaws.differential", "StoreLaws.reopened"].toSorted())
})
