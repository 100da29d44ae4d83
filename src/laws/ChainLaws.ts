/**
 * The laws of the hash chain: nothing can be changed, left out, moved or added without its being seen.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { isLeft, isRight } from "fp-ts/lib/Either.js"
import * as HashChain from "../core/event/HashChain.ts"
import { type Chain, chained, stream, tamper, tampering } from "./arbitrary/Chains.ts"
import * as Commits from "./arbitrary/Commits.ts"
import { type Linked, links, pair } from "./arbitrary/Preimages.ts"
import { agree } from "./Difference.ts"
import * as Law from "./Law.ts"
import { same } from "./Same.ts"
import { show } from "./Show.ts"

export type { Chain } from "./arbitrary/Chains.ts"

/**
 * What is tried, and how often.
 *
 * @example
 * ```ts
 * import { HashChain } from "everfold"
 * import { ChainLaws } from "everfold/laws"
 *
 * const thorough: ChainLaws.Subject = { chain: HashChain, runs: 10_000 }
 * ```
 *
 * @category model
 * @since 0.1.0
 */
export interface Subject {
  /** The library's own, if left out. */
  readonly chain?: Chain
  /** How often each law is tried; 200 times, if left out. */
  readonly runs?: number
}

const injective = (chain: Chain, runs: number): Law.Law =>
  Law.make({
    name: "L5.1",
    title: "the preimage is injective",
    equation: "preimage(a) = preimage(b) ⇒ a = b, and a link is that of one previous link, version and digest",
    given: fc.record({ events: pair, links }),
    runs: runs * 5,
    holds: Effect.fnUntraced(function* ({ events: [a, b], links: [c, d] }) {
      // The bytes may be a view of a shared buffer.
      const left = Uint8Array.from(chain.preimage(a.stream, a.event))
      const right = Uint8Array.from(chain.preimage(b.stream, b.event))
      yield* agree(`whether ${show(a)} and ${show(b)} have the same preimage`, {
        expected: same(a, b),
        actual: same(left, right),
      })
      const link = ({ previous, version, digest }: Linked) => Uint8Array.from(chain.link(previous, version, digest))
      yield* agree(`whether ${show(c)} and ${show(d)} have the same link`, {
        expected: same(c, d),
        actual: same(link(c), link(d)),
      })
    }),
  })

const contents = fc.array(Commits.content, { minLength: 1, maxLength: 6 })

const composition = (chain: Chain, runs: number): Law.Law =>
  Law.make({
    name: "L5.2",
    title: "verification composes",
    equation: "verify(xs ++ ys) = verify(xs) ∧ verifyFrom(head(xs), ys)",
    given: fc.record({ contents, cut: fc.nat(6), damage: fc.option(fc.nat(5), { nil: undefined }) }),
    runs,
    holds: Effect.fnUntraced(function* ({ contents, cut, damage }) {
      const verify = chain.verify(Commits.sha256)
      const events = chained(chain, contents).map((event, i) =>
        i === damage ? { ...event, recordedAt: event.recordedAt + 1 } : event,
      )
      const whole = verify(stream, events)
      const first = verify(stream, events.slice(0, cut))
      const both = isLeft(first) ? first : verify(stream, events.slice(cut), first.right)
      const index = isLeft(both) && isRight(first) ? both.left.index + Math.min(cut, events.length) : undefined
      yield* agree("verifying in two parts", {
        expected: whole,
        actual: isLeft(both) && index !== undefined ? { ...both, left: { ...both.left, index } } : both,
      })
      const broken = damage !== undefined && damage < events.length ? damage : undefined
      yield* agree("the index of the damage", {
        expected: broken,
        actual: isLeft(whole) ? whole.left.index : undefined,
      })
    }),
  })

const detection = (chain: Chain, runs: number): Law.Law =>
  Law.make({
    name: "L5.3",
    title: "tampering is seen",
    equation:
      "every edit, drop, swap, insertion is reported at its least index; a truncated tail against an anchored head, another stream at once",
    given: fc.record({
      contents,
      at: fc.nat(5),
      tampering,
    }),
    runs,
    holds: Effect.fnUntraced(function* ({ contents, at, tampering }) {
      const verify = chain.verify(Commits.sha256)
      const events = chained(chain, contents)
      const anchored = verify(stream, events)
      const [left, index] = tamper(chain, events, at % events.length, tampering)
      const verified = verify(stream, left)
      yield* agree("the index that is reported", {
        expected: index < 0 ? undefined : index,
        actual: isLeft(verified) ? verified.left.index : undefined,
      })
      const others = [
        { ...stream, category: "Cart" },
        { ...stream, id: "b-1" },
      ]
      yield* agree("where the events of another stream are seen", {
        expected: others.map(() => 0),
        actual: others
          .map((other) => verify(other, events))
          .map((found) => (isLeft(found) ? found.left.index : undefined)),
      })
      const truncated = verify(stream, events.slice(0, at % events.length))
      const head = isRight(anchored) ? anchored.right : undefined
      yield* agree("whether the head of a truncated stream is the anchored one", {
        expected: false,
        actual: isRight(truncated) && same(truncated.right, head),
      })
    }),
  })

/**
 * The laws of the hash chain (L5).
 *
 * @example
 * ```ts
 * import { ChainLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * laws(ChainLaws.suite())
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = ({ chain = HashChain, runs = 200 }: Subject = {}): Law.Suite => ({
  name: "a hash chain",
  laws: [injective(chain, runs), composition(chain, runs), detection(chain, runs)],
})
