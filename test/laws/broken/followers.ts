/** Combinators of views, policies and process managers that are wrong in one way each. */
import { isNone } from "fp-ts/lib/Option.js"
import * as ProcessManager from "../../../src/core/domain/ProcessManager.ts"
import * as View from "../../../src/core/domain/View.ts"
import * as CombinatorLaws from "../../../src/laws/CombinatorLaws.ts"
import type { Case } from "./caught.ts"

type States = { readonly [name: string]: unknown }
type Views = NonNullable<CombinatorLaws.Subject["view"]>

/** The first view's state is lost. */
function lastOnly<V>(views: V): never
function lastOnly(views: { readonly [name: string]: View.View<unknown, unknown> }): View.View<States, unknown> {
  const good: View.View<States, unknown> = View.product(views)
  const [[first] = [""]] = Object.entries(views)
  return { ...good, evolve: (state, event) => ({ ...good.evolve(state, event), [first]: good.initial[first] }) }
}
export const viewProductLoses: NonNullable<Views["product"]> = lastOnly

/** A foreign event takes it back to the beginning. */
export const viewAdaptStartsAnew: NonNullable<Views["adapt"]> = (getOption) => (self) => ({
  ...self,
  evolve: (state, event) => {
    const own = getOption(event)
    return isNone(own) ? self.initial : self.evolve(state, own.value)
  },
})

export const viewUntranslated: NonNullable<Views["imap"]> = (to, from) => (self) => ({
  ...View.imap(to, from)(self),
  evolve: (_state, event) => to(self.evolve(self.initial, event)),
})

/** Each event is folded into the beginning. */
export const viewContramapStartsAnew: NonNullable<Views["contramap"]> = (f) => (self) => ({
  ...View.contramap(f)(self),
  evolve: (_state, event) => self.evolve(self.initial, f(event)),
})

type Policies = NonNullable<CombinatorLaws.Subject["policy"]>

export const concatReversed: NonNullable<Policies["concat"]> = (first, second) => (event) => [
  ...second(event),
  ...first(event),
]
export const concatOnce: NonNullable<Policies["concat"]> = (first, second) => (event) => [
  ...new Set([...first(event), ...second(event)]),
]

/** The second policy is asked only where the first has nothing to say. */
export const concatFallsBack: NonNullable<Policies["concat"]> = (first, second) => (event) => {
  const asked = first(event)
  return asked.length > 0 ? asked : second(event)
}

/** Only the first of several commands is translated and asked for. */
export const policyPromapFirstOnly: NonNullable<Policies["promap"]> = (f, g) => (self) => (event) =>
  self(f(event)).slice(0, 1).map(g)

type Processes = NonNullable<CombinatorLaws.Subject["process"]>

/** Over when one of them is: what the others owe is never done. */
function overTooSoon<P>(processes: P): never
function overTooSoon(processes: {
  readonly [name: string]: ProcessManager.ProcessManager<unknown, unknown, unknown>
}): ProcessManager.ProcessManager<unknown, unknown, States> {
  return {
    ...ProcessManager.product(processes),
    isTerminal: (state) => Object.entries(processes).some(([name, process]) => process.isTerminal(state[name])),
  }
}
export const processProductOverTooSoon: NonNullable<Processes["product"]> = overTooSoon

/** What is owed is forgotten, so that nothing is done after a restart. */
export const promapForgets: NonNullable<Processes["promap"]> = (f, g) => (self) => ({
  ...ProcessManager.promap(f, g)(self),
  pending: () => [],
})

/** A foreign event makes it ask again for all that it is owed. */
export const adaptAsksAgain: NonNullable<Processes["adapt"]> = (getOption) => (self) => ({
  ...ProcessManager.adapt(getOption)(self),
  react: (state, event) => {
    const own = getOption(event)
    return isNone(own) ? self.pending(state) : self.react(state, own.value)
  },
})

export const cases: ReadonlyArray<Case> = [
  {
    law: "A11",
    flaw: "a product of views that loses one",
    suite: CombinatorLaws.suite({ view: { product: viewProductLoses } }),
  },
  {
    law: "A11",
    flaw: "foreign events that a view falls for",
    suite: CombinatorLaws.suite({ view: { adapt: viewAdaptStartsAnew } }),
  },
  {
    law: "A11",
    flaw: "a view whose state is lost in translation",
    suite: CombinatorLaws.suite({ view: { imap: viewUntranslated } }),
  },
  {
    law: "A11",
    flaw: "a view of translated events that begins anew",
    suite: CombinatorLaws.suite({ view: { contramap: viewContramapStartsAnew } }),
  },
  {
    law: "A12",
    flaw: "a second policy that is asked only for want of the first",
    suite: CombinatorLaws.suite({ policy: { concat: concatFallsBack } }),
  },
  {
    law: "A12",
    flaw: "all commands but the first lost in translation",
    suite: CombinatorLaws.suite({ policy: { promap: policyPromapFirstOnly } }),
  },
  {
    law: "A12",
    flaw: "the second policy first",
    suite: CombinatorLaws.suite({ policy: { concat: concatReversed } }),
  },
  {
    law: "A12",
    flaw: "commands that are asked for only once",
    suite: CombinatorLaws.suite({ policy: { concat: concatOnce } }),
  },
  {
    law: "A13",
    flaw: "process managers that are over when one is",
    suite: CombinatorLaws.suite({ process: { product: processProductOverTooSoon } }),
  },
  {
    law: "A13",
    flaw: "what is owed, forgotten",
    suite: CombinatorLaws.suite({ process: { promap: promapForgets } }),
  },
  {
    law: "A13",
    flaw: "foreign events that make it ask again",
    suite: CombinatorLaws.suite({ process: { adapt: adaptAsksAgain } }),
  },
]
