/**
 * Generating what a predicate accepts, and not for ever: what is accepted often enough is found out beforehand, always
 * with the same seed.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"

/** Which share of what is generated is accepted. */
const share = (arbitrary: fc.Arbitrary<unknown>, accepts: (value: unknown) => boolean, numRuns: number): number =>
  fc.sample(arbitrary, { numRuns, seed: 1 }).filter(accepts).length / numRuns

/** Less than this, and generating would take too long. */
const least = 0.02

/** So many of those that are accepted often are variety enough. */
const enough = 5

/**
 * The first one, where it is accepted often; otherwise those that are. `undefined` where there are none.
 *
 * @category combinators
 * @since 0.1.0
 */
export const often = <A>(
  candidates: Iterable<fc.Arbitrary<A>>,
  accepts: (value: unknown) => boolean,
): fc.Arbitrary<A> | undefined => {
  const found: Array<fc.Arbitrary<A>> = []
  let first = true
  for (const candidate of candidates) {
    if (first && share(candidate, accepts, 60) >= 0.25) return candidate.filter(accepts)
    first = false
    // Most guesses are wrong, and seen to be after a few.
    if (share(candidate, accepts, 8) >= 0.5 && share(candidate, accepts, 40) >= 0.5) found.push(candidate)
    if (found.length === enough) break
  }
  return found.length === 0 ? undefined : either(found.map((candidate) => candidate.filter(accepts)))
}

/** They may be many, and the first ones enough. */
function* noted<A>(items: Iterable<A>, into: Array<A>): Generator<A> {
  for (const item of items) {
    into.push(item)
    yield item
  }
}

/**
 * Those that are accepted often, or else the best. `undefined` where hardly anything is accepted.
 *
 * @category combinators
 * @since 0.1.0
 */
export const among = <A>(
  candidates: Iterable<fc.Arbitrary<A>>,
  accepts: (value: unknown) => boolean,
): fc.Arbitrary<A> | undefined => {
  const tried: Array<fc.Arbitrary<A>> = []
  const found = often(noted(candidates, tried), accepts)
  if (found !== undefined) return found
  const [best] = tried
    .map((candidate) => ({ candidate, accepted: share(candidate, accepts, 100) }))
    .sort((a, b) => b.accepted - a.accepted)
  return best !== undefined && best.accepted >= least ? best.candidate.filter(accepts) : undefined
}

/**
 * Any of several; a counterexample becomes one of the first, where that is one too.
 *
 * @category combinators
 * @since 0.1.0
 */
export const either = <A>(arbitraries: ReadonlyArray<fc.Arbitrary<A>>): fc.Arbitrary<A> => {
  const [only, ...others] = arbitraries
  return only !== undefined && others.length === 0 ? only : fc.oneof({ withCrossShrink: true }, ...arbitraries)
}
