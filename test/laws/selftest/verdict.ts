/** What the self-test finds wrong with the laws, or with what is to prove them. */
import type { Case } from "../broken/caught.ts"
import type { Published } from "../catalogue.ts"
import type { Outcome } from "./trials.ts"

/** What can be said without trying anything: laws without a broken subject, and cases without their law or a name of their own. */
export const unproven = (
  published: ReadonlyArray<Published>,
  cases: ReadonlyArray<Case>,
  only?: string,
): ReadonlyArray<string> => {
  const asked = (law: string) => only === undefined || law === only
  const known = new Set(published.flatMap(([, { laws }]) => laws.map(({ name }) => name)))
  const bare = published.flatMap(([how, { laws }]) =>
    laws
      .filter(({ name }) => asked(name) && !cases.some(({ law }) => law === name))
      .map(({ name, title }) => `${name} of ${how}, ${title}, catches nothing: it has no broken subject.`),
  )
  const lost = cases.flatMap(({ law, flaw, suite }) => {
    if (!asked(law)) return []
    if (!known.has(law)) return [`${law}, which is to catch ${flaw}, is in no published suite.`]
    return suite.laws.some(({ name }) => name === law) ? [] : [`${law} is not among the laws of ${flaw}.`]
  })
  const named = Map.groupBy(cases, ({ law, flaw }) => `${law} has several flaws that are called ${flaw}.`)
  const alike = [...named].flatMap(([fault, [each, ...others]]) =>
    each !== undefined && asked(each.law) && others.length > 0 ? [fault] : [],
  )
  return [...bare, ...lost, ...alike]
}

/** What trying showed: flaws that go uncaught, laws that catch none, and laws that refuse what is sound. */
export const refuted = (outcomes: ReadonlyArray<Outcome>): ReadonlyArray<string> => {
  const missed = outcomes.filter(({ expected, caught }) => expected === true && !caught)
  const proved = new Set(outcomes.flatMap(({ law, expected, caught }) => (expected && caught ? [law.name] : [])))
  const barren = [...new Set(missed.map(({ law }) => law.name))].filter((name) => !proved.has(name))
  return [
    ...barren.map((name) => `${name} catches nothing: none of its broken subjects.`),
    ...missed.map(({ law, subject, runs, seed, report }) => {
      const why = report === undefined ? `in ${runs} runs from seed ${seed}` : `but a slip in it:\n${report}`
      return `${law.name} does not catch ${subject}, ${why}`
    }),
    ...outcomes.flatMap(({ law, expected, report }) =>
      expected === false && report !== undefined ? [`${law.name} refuses a sound subject.\n${report}`] : [],
    ),
  ]
}
