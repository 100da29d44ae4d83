/** What the self-test tries: each law of each published suite on a sound subject and on every broken one of that suite. */
import * as Effect from "effect/Effect"
import * as Difference from "../../../src/laws/Difference.ts"
import * as Law from "../../../src/laws/Law.ts"
import type { Case } from "../broken/caught.ts"
import type { Published } from "../catalogue.ts"

export const sound = "a sound subject"

/** One law on one subject. */
export interface Trial {
  readonly law: Law.Law
  /** The flaw, or `sound`. */
  readonly subject: string
  /** Whether the law has to catch it; nobody says so where the flaw is another law's. */
  readonly expected: boolean | undefined
  readonly runs: number
}

export interface Outcome extends Trial {
  readonly caught: boolean
  readonly seed: number
  /** Whether it took a counterexample more runs than the law's own measure. */
  readonly late: boolean
  /** Why the law does not hold, to be read. */
  readonly report: string | undefined
}

/** The trials of one published suite. */
export interface Round {
  readonly how: string
  readonly laws: ReadonlyArray<string>
  readonly trials: ReadonlyArray<Trial>
}

export interface Options {
  /** The one law to try. */
  readonly only?: string | undefined
  /** How often each law is tried, whatever the law or the case says. */
  readonly runs?: number | undefined
}

/** How often a law is tried on a subject that it has to catch. */
export const runsOf = ({ runs = 500 }: Case): number => runs

/** What is to be tried: a round a suite, the sound subject first, then a subject a flaw. */
export const rounds = (
  published: ReadonlyArray<Published>,
  cases: ReadonlyArray<Case>,
  { only, runs }: Options = {},
): ReadonlyArray<Round> =>
  published.flatMap(([how, suite]): ReadonlyArray<Round> => {
    const laws = suite.laws.filter(({ name }) => only === undefined || name === only)
    const own = cases.filter(({ law }) => suite.laws.some(({ name }) => name === law))
    const onSound = laws.map((law): Trial => ({ law, subject: sound, expected: false, runs: runs ?? law.runs }))
    const onBroken = [...Map.groupBy(own, ({ flaw }) => flaw)].flatMap(([subject, alike]) =>
      laws.flatMap(({ name }): ReadonlyArray<Trial> => {
        const caught = alike.find((each) => each.law === name)
        const law = (caught ?? alike[0])?.suite.laws.find((each) => each.name === name)
        if (law === undefined) return []
        const usual = caught === undefined ? law.runs : runsOf(caught)
        return [{ law, subject, expected: caught === undefined ? undefined : true, runs: runs ?? usual }]
      }),
    )
    return laws.length === 0 ? [] : [{ how, laws: laws.map(({ name }) => name), trials: [...onSound, ...onBroken] }]
  })

/** What a law tells of a subject may lie behind the trace of what happened. */
const reasonOf = (reason: unknown): unknown => (reason instanceof Difference.Traced ? reason.reason : reason)

/** Tries a law on its subject. A slip in a broken subject itself is not the flaw that is to be caught. */
export const attempt = (trial: Trial, seed: number): Effect.Effect<Outcome> =>
  Effect.map(Law.check(trial.law, { seed, runs: trial.runs }), (result): Outcome => {
    const tried = { ...trial, runs: result.runs, seed }
    if (result._tag === "Holds") return { ...tried, caught: false, late: false, report: undefined }
    const slip = result._tag === "Counterexample" && reasonOf(result.reason) instanceof ReferenceError
    const late = result._tag === "Counterexample" && result.runs > trial.law.runs
    return { ...tried, caught: !slip, late, report: result.report }
  })
