/**
 * Specifications: examples of what a model does, as data. What comes out must be exactly what an example says, in
 * number, order and value; so each example is a law that is tried once, and all of them are a page of documentation.
 *
 * ```
 * Spec = Law.Suite & { examples: { title: { given, when, what then comes out } } }
 * ```
 *
 * Given events are facts: they are folded as they are, whether or not the model would have decided them. Exactly is more
 * than what storage keeps: a rejection is an instance of its class, `-0` is not `0`, and a property that is absent is none
 * that is `undefined`; of an instance that keeps its state to itself, only what it says in its text is compared. States and
 * events are frozen, so a model that changes them in place throws.
 *
 * There is no `then`: what comes out has the model's own names, and an object with a `then` looks like a promise.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Decider } from "../core/domain/Decider.ts"
import type { Policy } from "../core/domain/Policy.ts"
import type { ProcessManager } from "../core/domain/ProcessManager.ts"
import type { View } from "../core/domain/View.ts"
import { decided } from "./spec/Deciding.ts"
import {
  type DeciderExample,
  isAsked,
  isCommanded,
  type PolicyExample,
  type ProcessExample,
  type ViewExample,
} from "./spec/Example.ts"
import { make, type Spec } from "./spec/Making.ts"
import { attempt, exactlyAll, exactlyState, fold, history } from "./spec/Playing.ts"

export type { DeciderExample, Example, PolicyExample, ProcessExample, ViewExample } from "./spec/Example.ts"
export type { Spec } from "./spec/Making.ts"
export { markdown } from "./spec/Telling.ts"

/**
 * Examples of a decider. Commands, states, events and rejections are checked against it where they are written. Several
 * commands at once are one command of `Decider.batch`.
 *
 * Throws where there is no example.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 * import { Spec } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * const purse = Decider.make({
 *   initial: 0,
 *   decide: (by: number, money: number) => (money + by < 0 ? Decider.reject({ missing: -by - money }) : Decider.accept(by)),
 *   evolve: (money: number, by: number) => money + by
 * })
 *
 * laws(Spec.decider("a purse", purse, {
 *   "holds what is put in": { given: [5], when: 3, events: [3], state: 8 },
 *   "gives no more than it has": { given: [5, 3], when: -10, rejection: { missing: 2 } }
 * }))
 *
 * laws(Spec.decider("a purse, told several things at once", Decider.batch(purse), {
 *   "gives what was put in just before": { when: [5, -3], events: [5, -3] }
 * }))
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const decider = <C, S, E, R>(
  name: string,
  model: Decider<C, S, E, R>,
  examples: { readonly [title: string]: NoInfer<DeciderExample<C, S, E, R>> },
): Spec =>
  make(name, examples, {
    known: ["given", "when", "events", "rejection", "state", "isTerminal"],
    play: Effect.fnUntraced(function* (example: DeciderExample<C, S, E, R>, trace) {
      const before = yield* history(model, example, trace)
      const events = isCommanded(example) ? yield* decided(model, example, { state: before, trace }) : []
      const state = yield* fold(model, before, { events, trace })
      yield* exactlyState(example, { state, isTerminal: model.isTerminal, trace })
    }),
  })

/**
 * Examples of a view. Throws where there is none.
 *
 * @example
 * ```ts
 * import { View } from "everfold"
 * import { Spec } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * const total = View.make(0, (sum: number, event: { readonly amount: number }) => sum + event.amount)
 *
 * laws(Spec.view("a total", total, {
 *   "is of all amounts": { given: [{ amount: 2 }, { amount: 3 }], state: 5 },
 *   "is nothing at first": { state: 0 }
 * }))
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const view = <S, E>(
  name: string,
  model: View<S, E>,
  examples: { readonly [title: string]: NoInfer<ViewExample<S, E>> },
): Spec =>
  make(name, examples, {
    known: ["given", "state"],
    play: Effect.fnUntraced(function* (example: ViewExample<S, E>, trace) {
      const state = yield* history(model, example, trace)
      yield* exactlyState(example, { state, trace })
    }),
  })

/**
 * Examples of a policy. Throws where there is none.
 *
 * @example
 * ```ts
 * import { Policy } from "everfold"
 * import { Spec } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * const greet: Policy.Policy<string, string> = (name) => (name === "" ? [] : [`greet ${name}`])
 *
 * laws(Spec.policy("a host", greet, {
 *   "greets whoever comes": { when: "Ada", commands: ["greet Ada"] },
 *   "greets no stranger": { when: "", commands: [] }
 * }))
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const policy = <E, C>(
  name: string,
  model: Policy<E, C>,
  examples: { readonly [title: string]: NoInfer<PolicyExample<E, C>> },
): Spec =>
  make(name, examples, {
    known: ["when", "commands"],
    play: Effect.fnUntraced(function* ({ when, commands }: PolicyExample<E, C>, trace) {
      const actual = yield* attempt(trace, { what: (name) => `policy(${name(when)})`, run: () => model(when) })
      yield* exactlyAll("command", { expected: commands, actual })
    }),
  })

/**
 * Examples of a process manager: the event of `when` is followed, too, before it is asked what it asks for. Throws where
 * there is none.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 * import { Spec } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * const greeting = ProcessManager.make({
 *   initial: "",
 *   evolve: (_name: string, event: string): string => (event === "greeted" ? "" : event),
 *   react: (name) => (name === "" ? [] : [`greet ${name}`]),
 *   pending: (name) => (name === "" ? [] : [`greet ${name}`])
 * })
 *
 * laws(Spec.process("a host", greeting, {
 *   "greets whoever comes": { when: "Ada", commands: ["greet Ada"], pending: ["greet Ada"] },
 *   "greets once": { given: ["Ada"], when: "greeted", commands: [], pending: [] },
 *   "greets after a restart, too": { given: ["Ada"], pending: ["greet Ada"] }
 * }))
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const process = <E, C, S>(
  name: string,
  model: ProcessManager<E, C, S>,
  examples: { readonly [title: string]: NoInfer<ProcessExample<E, C, S>> },
): Spec =>
  make(name, examples, {
    known: ["given", "when", "commands", "pending", "state", "isTerminal"],
    play: Effect.fnUntraced(function* (example: ProcessExample<E, C, S>, trace) {
      const before = yield* history(model, example, trace)
      const state = isAsked(example) ? yield* fold(model, before, { events: [example.when], trace }) : before
      if (isAsked(example)) {
        const { when, commands } = example
        const actual = yield* attempt(trace, {
          what: (name) => `react(…, ${name(when)})`,
          run: () => model.react(state, when),
        })
        yield* exactlyAll("command", { expected: commands, actual })
      }
      if (example.pending !== undefined) {
        const actual = yield* attempt(trace, { what: () => "pending(…)", run: () => model.pending(state) })
        yield* exactlyAll("pending command", { expected: example.pending, actual })
      }
      yield* exactlyState(example, { state, isTerminal: model.isTerminal, trace })
    }),
  })
