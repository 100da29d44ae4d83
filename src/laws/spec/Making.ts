/**
 * Laws of examples: one for each, tried once.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { Traced } from "../Difference.ts"
import { freeze } from "../domain/Purity.ts"
import * as Law from "../Law.ts"
import type { Example } from "./Example.ts"
import { type Trace, written } from "./Playing.ts"
import { sentence } from "./Telling.ts"

/**
 * A suite of laws, one for each example, and the examples themselves, by their titles.
 *
 * @example
 * ```ts
 * import { Policy } from "everfold"
 * import { Spec } from "everfold/laws"
 *
 * const greets: Policy.Policy<string, string> = (name) => [`greet ${name}`]
 * const spec: Spec.Spec = Spec.policy("a host", greets, {
 *   "greets whoever comes": { when: "Ada", commands: ["greet Ada"] }
 * })
 * console.log(spec.laws.map(({ title }) => title)) // [ 'greets whoever comes' ]
 * console.log(spec.examples["greets whoever comes"]) // { when: 'Ada', commands: [ 'greet Ada' ] }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Spec extends Law.Suite {
  readonly examples: { readonly [title: string]: Example }
}

const answers = ["events", "rejection", "commands"]

/** What the compiler does not see: what comes from elsewhere, or from a program that is not compiled. */
const faultOf = (example: Example, known: ReadonlyArray<keyof Example>): string | undefined => {
  const keys = Object.keys(example)
  const unknown = keys.filter((key) => !known.some((name) => name === key))
  const then = known.filter((key) => key !== "given" && key !== "when")
  if (unknown.length > 0) return `speaks of ${unknown.join(", ")}, and can speak of ${known.join(", ")}`
  if (!then.some((key) => key in example)) return `does not say what then comes out: ${then.join(", ")}`
  return keys.filter((key) => answers.includes(key)).length === ("when" in example ? 1 : 0)
    ? undefined
    : `needs one of ${then.filter((key) => answers.includes(key)).join(", ")} with its when, and none without`
}

/**
 * The laws of these examples, which are played by `play`; `known` is what they can speak of. Throws where there is none, and
 * where one says nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <X extends Example>(
  name: string,
  examples: { readonly [title: string]: X },
  {
    known,
    play,
  }: {
    readonly known: ReadonlyArray<keyof Example>
    readonly play: (example: X, trace: Trace) => Effect.Effect<void, unknown>
  },
): Spec => {
  const all = Object.entries(examples)
  if (all.length === 0) throw new Error(`Spec: ${name} has no examples.`)
  for (const [title, example] of all) {
    const fault = faultOf(example, known)
    if (fault !== undefined) throw new Error(`Spec: of ${name}, the example "${title}" ${fault}.`)
  }
  const laws = all.map(([title, example], i) =>
    Law.make({
      name: `E${i + 1}`,
      title,
      equation: sentence(example),
      given: fc.constant(example),
      once: true,
      holds: () => {
        const trace: Trace = []
        return Effect.suspend(() => {
          freeze(example)
          return play(example, trace)
        }).pipe(
          Effect.catchCause((cause) => Effect.fail(new Traced({ reason: Cause.squash(cause), trace: written(trace) }))),
        )
      },
    }),
  )
  return { name, laws, examples }
}
