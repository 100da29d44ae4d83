/**
 * Laws of deciders side by side: no part sees another's commands, events or state.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { type Either, isLeft, right } from "fp-ts/lib/Either.js"
import * as Decider from "../../core/domain/Decider.ts"
import * as Deciders from "../arbitrary/Deciders.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { behaviour, translated } from "./Behaviour.ts"

const { toDecider } = Deciders
type Model = Decider.Decider<number, number, number, number>

type Name = "a" | "b" | "c"
const name = fc.constantFrom<[Name, ...Array<Name>]>("a", "b", "c")
interface At<K> {
  readonly _tag: K
  readonly event: number
}
const tagged =
  (_tag: Name) =>
  (event: number): At<Name> => ({ _tag, event })

const given = fc.record({
  models: fc.record({ a: Deciders.model, b: Deciders.model, c: Deciders.model }, { noNullPrototype: true }),
  history: fc.array(fc.record({ _tag: name, event: Deciders.event }, { noNullPrototype: true }), { maxLength: 8 }),
  commands: fc.array(fc.record({ _tag: name, command: Deciders.command }, { noNullPrototype: true }), {
    minLength: 1,
    maxLength: 3,
  }),
})

const partsOf = (models: { readonly [K in Name]: Deciders.Model }): { readonly [K in Name]: Model } => ({
  a: toDecider(models.a),
  b: toDecider(models.b),
  c: toDecider(models.c),
})

/** What three parts come to that know nothing of one another. */
const apart = (
  parts: { readonly [K in Name]: Model },
  history: ReadonlyArray<At<Name>>,
  command: { readonly _tag: Name; readonly command: number },
) => {
  const states = { a: 0, b: 0, c: 0 }
  const own = (name: Name) => history.flatMap(({ _tag, event }) => (_tag === name ? [event] : []))
  for (const name of ["a", "b", "c"] as const) states[name] = Decider.fold(parts[name])(own(name))
  const decision = parts[command._tag].decide(command.command, states[command._tag])
  return {
    states,
    over: parts.a.isTerminal(states.a) && parts.b.isTerminal(states.b) && parts.c.isTerminal(states.c),
    decision: isLeft(decision) ? decision : right(decision.right.map(tagged(command._tag))),
  }
}

/**
 * @category laws
 * @since 0.1.0
 */
export const product = (product: typeof Decider.product, neutral: typeof Decider.neutral): Law.Law =>
  Law.make({
    name: "A6",
    title: "the parts of a product are independent",
    equation:
      "fold(es)[k] = foldₖ(es at k), decided and over as the parts alone; associative, commutative, with neutral as its unit (≈, relabelled)",
    given,
    holds: Effect.fnUntraced(function* ({ models, history, commands }) {
      const parts = partsOf(models)
      const { a, b, c } = parts
      const flat = product({ a, b, c })
      const state = Decider.fold(flat)(history)
      for (const command of commands) {
        const { states, over, decision } = apart(parts, history, command)
        yield* agree("the states of the parts", { expected: states, actual: state })
        yield* agree("what a part decides", { expected: decision, actual: flat.decide(command, state) })
        yield* agree("whether it is over", { expected: over, actual: flat.isTerminal(state) })
      }
      const expected = behaviour(flat, history, commands)
      yield* agree("what the parts decide in another order", {
        expected,
        actual: behaviour(product({ c, b, a }), history, commands),
      })
      const inner = product({ b, c })
      const nested = product({ a, bc: inner })
      type Nested = Decider.EventOf<typeof nested>
      const nest = (event: At<Name>): Nested =>
        event._tag === "a"
          ? { _tag: "a", event: event.event }
          : { _tag: "bc", event: { _tag: event._tag, event: event.event } }
      const nestCommand = ({ _tag, command }: (typeof commands)[number]): Decider.CommandOf<typeof nested> =>
        _tag === "a" ? { _tag, command } : { _tag: "bc", command: { _tag, command } }
      yield* agree("what they decide nested, a × (b × c)", {
        expected: translated(expected, nest),
        actual: behaviour(nested, history.map(nest), commands.map(nestCommand)),
      })
      const withUnit = product({ a, b, c, unit: neutral() })
      yield* agree("what they decide beside neutral", { expected, actual: behaviour(withUnit, history, commands) })
    }),
  })

type Letter = `${Name}${0 | 1 | 2}`
interface Lettered<T> {
  readonly _tag: T
}
const letters = [0, 1, 2] as const

/** A model whose commands and events have tags of their own: `b1` is command or event 1 of part `b`. */
const lettered = <K extends Name>(name: K, model: Model) => {
  type Own = Lettered<`${K}${0 | 1 | 2}`>
  const number = ({ _tag }: Own): number => Number(_tag.slice(1))
  const own = letters.map((n): Own => ({ _tag: `${name}${n}` }))
  const back = (event: number): Own => own[event] ?? { _tag: `${name}0` }
  return Decider.make({
    initial: model.initial,
    decide: (command: Own, state: number): Either<number, ReadonlyArray<Own>> => {
      const decision = model.decide(number(command), state)
      return isLeft(decision) ? decision : right(decision.right.map(back))
    },
    evolve: (state: number, event: Own): number => model.evolve(state, number(event)),
    isTerminal: model.isTerminal,
  })
}

/** Routes of both commands and events: every letter to its part. */
const routes = { a0: "a", a1: "a", a2: "a", b0: "b", b1: "b", b2: "b", c0: "c", c1: "c", c2: "c" } as const

/**
 * @category laws
 * @since 0.1.0
 */
export const combine = (combine: typeof Decider.combine): Law.Law =>
  Law.make({
    name: "A7",
    title: "combining is a product without wrapping",
    equation: "combine(parts, routing) ≈ product(parts), each tag in place of its part's name",
    given,
    holds: Effect.fnUntraced(function* ({ models, history, commands }) {
      const parts = partsOf(models)
      const combined = combine(
        { a: lettered("a", parts.a), b: lettered("b", parts.b), c: lettered("c", parts.c) },
        { commands: routes, events: routes },
      )
      const letter = (_tag: Name, n: number): Lettered<Letter> => ({ _tag: `${_tag}${letters[n] ?? 0}` })
      const told = ({ _tag, event }: At<Name>) => letter(_tag, event)
      const state = Decider.fold(combined)(history.map(told))
      for (const command of commands) {
        const { states, over, decision } = apart(parts, history, command)
        yield* agree("the states of the parts", { expected: states, actual: state })
        yield* agree("whether it is over", { expected: over, actual: combined.isTerminal(state) })
        yield* agree("what a part decides", {
          expected: isLeft(decision) ? decision : right(decision.right.map(told)),
          actual: combined.decide(letter(command._tag, command.command), state),
        })
      }
    }),
  })

const key = fc.constantFrom("x", "y", "__proto__")

/**
 * @category laws
 * @since 0.1.0
 */
export const many = (many: typeof Decider.many): Law.Law =>
  Law.make({
    name: "A8",
    title: "the instances of many are independent",
    equation:
      "decide({ key, command }, fold(es)) = decide(command, fold(es at key)), tagged with the key; a key without events is at initial; over when every key is",
    given: fc.record({
      model: Deciders.model,
      history: fc.array(fc.record({ key, event: Deciders.event }, { noNullPrototype: true }), { maxLength: 8 }),
      command: Deciders.command,
    }),
    holds: Effect.fnUntraced(function* ({ model, history, command }) {
      const decider = toDecider(model)
      const all = many<string>()(decider)
      const state = Decider.fold(all)(history)
      yield* agree("the states, folded once more", { expected: state, actual: Decider.fold(all)(history) })
      const alone = (key: string) =>
        Decider.fold(decider)(history.flatMap((event) => (event.key === key ? [event.event] : [])))
      const keys = [...new Set(history.map((event) => event.key)), "elsewhere"]
      for (const key of keys) {
        const decision = decider.decide(command, alone(key))
        yield* agree(`what ${key} decides`, {
          expected: isLeft(decision) ? decision : right(decision.right.map((event) => ({ key, event }))),
          actual: all.decide({ key, command }, state),
        })
      }
      yield* agree("whether it is over", {
        expected: keys.every((key) => decider.isTerminal(alone(key))),
        actual: all.isTerminal(state),
      })
    }),
  })
