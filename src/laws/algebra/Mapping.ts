/**
 * Laws of the combinators that show a decider in another dress: other commands, other events, other states, a larger
 * world.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { left, right } from "fp-ts/lib/Either.js"
import { filterMap } from "fp-ts/lib/ReadonlyArray.js"
import type * as Decider from "../../core/domain/Decider.ts"
import { compose } from "../../core/domain/Prism.ts"
import * as Deciders from "../arbitrary/Deciders.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { behaviour, translated } from "./Behaviour.ts"

const { along, back, line, on, toDecider } = Deciders

const given = fc.record({
  model: Deciders.model,
  f: line,
  g: line,
  history: Deciders.history,
  commands: fc.array(Deciders.command, { minLength: 1, maxLength: 3 }),
})

/**
 * @category laws
 * @since 0.1.0
 */
export const mapCommand = (map: typeof Decider.mapCommand): Law.Law =>
  Law.make({
    name: "A1",
    title: "mapCommand is a contravariant functor",
    equation:
      "mapCommand(identity) ≈ identity, mapCommand(f) ∘ mapCommand(g) ≈ mapCommand(g ∘ f), decide(c) = decide(f(c))",
    given,
    holds: Effect.fnUntraced(function* ({ model, f, g, history, commands }) {
      const decider = toDecider(model)
      const plain = behaviour(decider, history, commands)
      yield* agree("under the identity, what it decides", {
        expected: plain,
        actual: behaviour(map((command: number) => command)(decider), history, commands),
      })
      const asked = commands.map(back(f))
      yield* agree("what it decides on f(c)", {
        expected: behaviour(decider, history, asked.map(along(f))),
        actual: behaviour(map(along(f))(decider), history, asked),
      })
      yield* agree("what it decides under g after f, in one step and in two", {
        expected: behaviour(map((command: number) => along(g)(along(f)(command)))(decider), history, commands),
        actual: behaviour(map(along(f))(map(along(g))(decider)), history, commands),
      })
    }),
  })

/**
 * @category laws
 * @since 0.1.0
 */
export const imapEvent = (imap: typeof Decider.imapEvent): Law.Law =>
  Law.make({
    name: "A2",
    title: "imapEvent keeps behaviour",
    equation:
      "imapEvent(to, from) ≈ identity with its events translated, where from(to(e)) = e; two after one another compose",
    given,
    holds: Effect.fnUntraced(function* ({ model, f, g, history, commands }) {
      const decider = toDecider(model)
      const to = along(f)
      yield* agree("what it decides, its events translated", {
        expected: translated(behaviour(decider, history, commands), to),
        actual: behaviour(imap(to, back(f))(decider), history.map(to), commands),
      })
      const both = (event: number): number => along(g)(to(event))
      yield* agree("what it decides under f and then g, in one step and in two", {
        expected: behaviour(
          imap(both, (event: number) => back(f)(back(g)(event)))(decider),
          history.map(both),
          commands,
        ),
        actual: behaviour(imap(along(g), back(g))(imap(to, back(f))(decider)), history.map(both), commands),
      })
    }),
  })

/**
 * @category laws
 * @since 0.1.0
 */
export const imapState = (imap: typeof Decider.imapState): Law.Law =>
  Law.make({
    name: "A3",
    title: "imapState keeps behaviour",
    equation: "imapState(to, from) ≈ identity where from(to(s)) = s; its states are the translated ones",
    given,
    holds: Effect.fnUntraced(function* ({ model, f, history, commands }) {
      const decider = toDecider(model)
      const mapped = imap(along(f), back(f))(decider)
      yield* agree("what it decides", {
        expected: behaviour(decider, history, commands),
        actual: behaviour(mapped, history, commands),
      })
      let state = decider.initial
      let other = mapped.initial
      for (const event of history) {
        state = decider.evolve(state, event)
        other = mapped.evolve(other, event)
      }
      yield* agree("the state after the history", { expected: along(f)(state), actual: other })
    }),
  })

/**
 * @category laws
 * @since 0.1.0
 */
export const mapRejection = (map: typeof Decider.mapRejection): Law.Law =>
  Law.make({
    name: "A4",
    title: "mapRejection is a functor",
    equation: "mapRejection(f) changes rejections by f, and nothing else",
    given,
    holds: Effect.fnUntraced(function* ({ model, f, history, commands }) {
      const decider = toDecider(model)
      yield* agree("what it decides", {
        expected: behaviour(decider, history, commands).map(({ over, decisions }) => ({
          over,
          decisions: decisions.map((decision) => (decision._tag === "Left" ? left(along(f)(decision.left)) : decision)),
        })),
        actual: behaviour(map(along(f))(decider), history, commands),
      })
    }),
  })

/**
 * @category laws
 * @since 0.1.0
 */
export const adapt = (adapted: typeof Decider.adapt): Law.Law =>
  Law.make({
    name: "A5",
    title: "adapt sees its own part of the world only",
    equation:
      "what a prism does not pick decides nothing and changes nothing; what it picks is decided as before; adapt(p) ∘ adapt(q) ≈ adapt(p then q)",
    given: fc.record({
      model: Deciders.model,
      f: line,
      g: line,
      history: fc.array(fc.integer({ min: -4, max: 20 }), { maxLength: 6 }),
      commands: fc.array(fc.integer({ min: -4, max: 20 }), { minLength: 1, maxLength: 3 }),
    }),
    holds: Effect.fnUntraced(function* ({ model, f, g, history, commands }) {
      const decider = toDecider(model)
      const [p, q] = [on(f), on(g)]
      const wide = adapted(p, q)(decider)
      const own = filterMap(q.getOption)(history)
      const last = behaviour(wide, history, commands).at(-1)
      const alone = behaviour(decider, own, [0]).at(-1)
      yield* agree("whether it is over, as its own events say", { expected: alone?.over, actual: last?.over })
      for (const [i, command] of commands.entries()) {
        const picked = p.getOption(command)
        const expected =
          picked._tag === "None"
            ? right([])
            : translated(behaviour(decider, own, [picked.value]), q.reverseGet).at(-1)?.decisions[0]
        yield* agree(`what it decides on ${command}`, { expected, actual: last?.decisions[i] })
      }
      yield* agree("what it decides through both prisms, in one step and in two", {
        expected: behaviour(adapted(compose(p, q), compose(p, q))(decider), history, commands),
        actual: behaviour(adapted(p, p)(adapted(q, q)(decider)), history, commands),
      })
    }),
  })
