/**
 * Laws of views, policies and process managers as algebra.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { filterMap } from "fp-ts/lib/ReadonlyArray.js"
import type * as Policy from "../../core/domain/Policy.ts"
import type * as ProcessManager from "../../core/domain/ProcessManager.ts"
import * as View from "../../core/domain/View.ts"
import * as Deciders from "../arbitrary/Deciders.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"

const { along, back, line, toPolicy, toProcess, toView } = Deciders

/** The combinators of views that the law tries. */
export type Views = Pick<typeof View, "product" | "unit" | "imap" | "contramap" | "adapt">

/**
 * @category laws
 * @since 0.1.0
 */
export const views = ({ product, unit, imap, contramap, adapt }: Views): Law.Law =>
  Law.make({
    name: "A11",
    title: "views fold side by side",
    equation:
      "fold(product({ v, w })) = { v: fold(v), w: fold(w) }, with unit as its unit; contramap is a contravariant functor; imap and adapt keep folds",
    given: fc.record({ v: Deciders.view, w: Deciders.view, f: line, g: line, history: Deciders.history }),
    holds: Effect.fnUntraced(function* ({ v: first, w: second, f, g, history }) {
      const [v, w] = [toView(first), toView(second)]
      const expected = { v: View.fold(v)(history), w: View.fold(w)(history) }
      yield* agree("both views in one pass", { expected, actual: View.fold(product({ v, w }))(history) })
      yield* agree("both views beside unit", {
        expected: { ...expected, unit: unit.initial },
        actual: View.fold(product({ v, w, unit }))(history),
      })
      const { inner, v: outer } = View.fold(product({ v, inner: product({ w }) }))(history)
      yield* agree("both views, one of them nested", { expected, actual: { v: outer, ...inner } })
      yield* agree("the fold under the identity", {
        expected: expected.v,
        actual: View.fold(contramap((event: number) => event)(v))(history),
      })
      yield* agree("the fold of f(e)", {
        expected: View.fold(v)(history.map(along(f))),
        actual: View.fold(contramap(along(f))(v))(history),
      })
      yield* agree("the fold under g after f, in one step and in two", {
        expected: View.fold(contramap((event: number) => along(g)(along(f)(event)))(v))(history),
        actual: View.fold(contramap(along(f))(contramap(along(g))(v)))(history),
      })
      yield* agree("the fold with its states translated", {
        expected: along(f)(expected.v),
        actual: View.fold(imap(along(f), back(f))(v))(history),
      })
      const picks = Deciders.on(f)
      const own = filterMap(picks.getOption)(history)
      yield* agree("the fold of what a prism picks", {
        expected: View.fold(v)(own),
        actual: View.fold(adapt(picks.getOption)(v))(history),
      })
    }),
  })

/** The combinators of policies that the law tries. */
export type Policies = Pick<typeof Policy, "concat" | "empty" | "promap">

/**
 * @category laws
 * @since 0.1.0
 */
export const policies = ({ concat, empty, promap }: Policies): Law.Law =>
  Law.make({
    name: "A12",
    title: "policies are a monoid and a profunctor",
    equation:
      "concat(p, q)(e) = p(e) ++ q(e), associative, with empty as its unit; promap(f, g)(p)(e) = g over p(f(e)), also in two steps",
    given: fc.record({
      p: Deciders.policy,
      q: Deciders.policy,
      r: Deciders.policy,
      f: line,
      g: line,
      event: Deciders.event,
    }),
    holds: Effect.fnUntraced(function* ({ p: first, q: second, r: third, f, g, event }) {
      const [p, q, r] = [toPolicy(first), toPolicy(second), toPolicy(third)]
      yield* agree("both answers", { expected: [...p(event), ...q(event)], actual: concat(p, q)(event) })
      yield* agree("the answers of three, bracketed to either side", {
        expected: concat(concat(p, q), r)(event),
        actual: concat(p, concat(q, r))(event),
      })
      yield* agree("the answer before empty", { expected: p(event), actual: concat(p, empty)(event) })
      yield* agree("the answer after empty", { expected: p(event), actual: concat(empty, p)(event) })
      yield* agree("the answer to f(e), translated by g", {
        expected: p(along(f)(event)).map(along(g)),
        actual: promap(along(f), along(g))(p)(event),
      })
      yield* agree("the answer translated twice", {
        expected: p(along(g)(along(f)(event))).map((command) => along(g)(along(f)(command))),
        actual: promap(along(f), along(g))(promap(along(g), along(f))(p))(event),
      })
    }),
  })

/** The combinators of process managers that the law tries. */
export type Processes = Pick<typeof ProcessManager, "product" | "unit" | "promap" | "adapt" | "owed">

interface Owing {
  readonly at: number
  readonly owed: ReadonlyArray<number>
}

/** A process manager that owes what it asked for since the last event 0. */
const owing = (table: Deciders.Process): ProcessManager.ProcessManager<number, number, Owing> => {
  const asking = toProcess(table)
  const asks = (at: number, event: number) => (event === 0 ? [] : asking.react(at, event))
  return {
    initial: { at: asking.initial, owed: [] },
    evolve: (state, event) => {
      const at = asking.evolve(state.at, event)
      return { at, owed: event === 0 ? [] : [...state.owed, ...asks(at, event)] }
    },
    react: ({ at }, event) => asks(at, event),
    pending: ({ owed }) => owed,
    isTerminal: ({ at }) => asking.isTerminal(at),
  }
}

const asked = <E, C, S>(process: ProcessManager.ProcessManager<E, C, S>, history: ReadonlyArray<E>) => {
  let state = process.initial
  const seen = history.map((event) => {
    state = process.evolve(state, event)
    return { asked: process.react(state, event), owed: process.pending(state), over: process.isTerminal(state) }
  })
  return [{ asked: [], owed: process.pending(process.initial), over: process.isTerminal(process.initial) }, ...seen]
}

/**
 * @category laws
 * @since 0.1.0
 */
export const processes = ({ product, unit, promap, adapt, owed }: Processes): Law.Law =>
  Law.make({
    name: "A13",
    title: "process managers follow side by side",
    equation:
      "product asks for and owes what its parts do, in their order, with unit as its unit; promap translates what is asked for and owed alike; adapt leaves out what is not its own",
    given: fc.record({ p: Deciders.process, q: Deciders.process, f: line, g: line, history: Deciders.history }),
    holds: Effect.fnUntraced(function* ({ p: first, q: second, f, g, history }) {
      const [p, q] = [owing(first), owing(second)]
      const [ps, qs] = [asked(p, history), asked(q, history)]
      const expected = ps.map((seen, i) => {
        const other = qs[i] ?? seen
        return {
          asked: [...seen.asked, ...other.asked],
          owed: [...seen.owed, ...other.owed],
          over: seen.over && other.over,
        }
      })
      yield* agree("what both ask for and owe", { expected, actual: asked(product({ p, q }), history) })
      yield* agree("what both ask for beside unit", { expected, actual: asked(product({ p, q, unit }), history) })
      yield* agree("what is owed after the history", {
        expected: expected.at(-1)?.owed,
        actual: owed(product({ p, q }))(history),
      })
      yield* agree("what is asked for on f(e), translated by g", {
        expected: asked(p, history.map(along(f))).map((seen) => ({
          ...seen,
          asked: seen.asked.map(along(g)),
          owed: seen.owed.map(along(g)),
        })),
        actual: asked(promap(along(f), along(g))(p), history),
      })
      const picks = Deciders.on(f)
      const own = filterMap(picks.getOption)(history)
      const adapted = asked(adapt(picks.getOption)(p), history)
      yield* agree("what is asked for, in all, on what a prism picks", {
        expected: asked(p, own).flatMap((seen) => seen.asked),
        actual: adapted.flatMap((seen) => seen.asked),
      })
      const [alone, last] = [asked(p, own).at(-1), adapted.at(-1)]
      yield* agree("what is owed at the end, and whether it is over, on what a prism picks", {
        expected: { owed: alone?.owed, over: alone?.over },
        actual: { owed: last?.owed, over: last?.over },
      })
    }),
  })
