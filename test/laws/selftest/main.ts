/**
 * Tries the laws themselves: each has to catch what is broken and to hold for what is sound.
 *
 *     npm run laws:selftest -- [--json] [--only LAW] [--seed N] [--runs N]
 *
 * Every subject is tried with every law of its suite, its own law as often as its test tries it, the others by their own
 * measure; what is caught is not made smaller. The exit code is 1 where a law catches nothing, a flaw goes uncaught, or a
 * law refuses what is sound.
 */
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as areas from "../broken/all.ts"
import { published } from "../catalogue.ts"
import { legend, summary, table } from "./table.ts"
import { attempt, type Outcome, rounds } from "./trials.ts"
import { refuted, unproven } from "./verdict.ts"

const help = `npm run laws:selftest -- [--json] [--only LAW] [--seed N] [--runs N]

  --json       one JSON object a line: suite, law, subject, caught, expected where somebody says so, runs, seed
  --only LAW   one law: ${published.flatMap(([, { laws }]) => laws.map(({ name }) => name)).join(" ")}
  --seed N     42 if left out, so that it finds the same
  --runs N     how often each law is tried on each subject; as each says, if left out
`

const whole = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (Number.isSafeInteger(Number(text))) return Number(text)
  throw new Error(`--${name} takes a whole number, not ${text}.`)
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      only: { type: "string" },
      seed: { type: "string" },
      runs: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  const { json, only } = values
  const [seed = 42, runs] = [whole("seed", values.seed), whole("runs", values.runs)]
  if (only !== undefined && !published.some(([, { laws }]) => laws.some(({ name }) => name === only))) {
    throw new Error(`There is no law ${only}.\n\n${help}`)
  }
  if (values.help) return console.log(help)

  const begun = performance.now()
  const say = json ? () => {} : console.log
  const tell = json ? console.error : console.log
  // Whether there is a counterexample is all that is asked.
  fc.configureGlobal({ endOnFailure: true })
  say(`${legend}\n`)
  const cases = Object.values(areas).flat()
  const outcomes: Array<ReadonlyArray<Outcome>> = []
  for (const { how, laws, trials } of rounds(published, cases, { only, runs })) {
    console.error(`${how}: ${trials.length} trials`)
    const tried: Array<Outcome> = []
    for (const trial of trials) {
      const outcome = await Effect.runPromise(attempt(trial, seed))
      tried.push(outcome)
      const { law, subject, caught, expected, runs } = outcome
      if (json) console.log(JSON.stringify({ suite: how, law: law.name, subject, caught, expected, runs, seed }))
    }
    say(`${table(how, laws, tried, process.stdout.columns ?? Number.POSITIVE_INFINITY)}\n`)
    outcomes.push(tried)
  }
  const faults = [...unproven(published, cases, only), ...refuted(outcomes.flat())]
  for (const fault of faults) tell(fault)
  say(summary(outcomes, faults.length, performance.now() - begun))
  process.exitCode = faults.length === 0 ? 0 : 1
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
