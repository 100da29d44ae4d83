/** Combinators of deciders that are wrong in one way each; some were published so. */
import { isLeft, map, right } from "fp-ts/lib/Either.js"
import { isNone } from "fp-ts/lib/Option.js"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as CombinatorLaws from "../../../src/laws/CombinatorLaws.ts"
import type { Case } from "./caught.ts"

type Broken = Required<NonNullable<CombinatorLaws.Subject["decider"]>>
type States = { readonly [name: string]: unknown }

export const mapCommandFromTheBeginning: Broken["mapCommand"] = (f) => (self) => ({
  ...self,
  decide: (command) => self.decide(f(command), self.initial),
})

export const imapEventFirstOnly: Broken["imapEvent"] = (to, from) => (self) => ({
  ...Decider.imapEvent(to, from)(self),
  decide: (command, state) =>
    map((events: ReadonlyArray<Parameters<typeof to>[0]>) => events.slice(0, 1).map(to))(self.decide(command, state)),
})

export const imapStateEndless: Broken["imapState"] = (to, from) => (self) => ({
  ...Decider.imapState(to, from)(self),
  isTerminal: () => false,
})

export const rejectionsSwallowed: Broken["mapRejection"] = () => (self) => ({
  ...self,
  decide: (command, state) => {
    const decision = self.decide(command, state)
    return isLeft(decision) ? right([]) : decision
  },
})

/** An event that is not its own takes it back to the beginning. */
export const adaptStartsAnew: Broken["adapt"] = (command, event) => (self) => ({
  ...Decider.adapt(command, event)(self),
  evolve: (state, larger) => {
    const own = event.getOption(larger)
    return isNone(own) ? self.initial : self.evolve(state, own.value)
  },
})

/** Decides on the beginning, whatever happened since. */
export const adaptDecidesOnTheBeginning: Broken["adapt"] = (command, event) => (self) => {
  const adapted = Decider.adapt(command, event)(self)
  return { ...adapted, decide: (larger) => adapted.decide(larger, self.initial) }
}

type Part = Decider.Decider<unknown, unknown, unknown, unknown>
interface Parts {
  readonly [name: string]: Part
}
interface Wrapped {
  readonly _tag: string
  readonly event: unknown
}
type Product = Decider.Decider<{ readonly _tag: string; readonly command: unknown }, States, Wrapped, unknown>

/** A product with a flaw, told of parts whose types nobody looks at. */
const flawedProduct = (flaw: (good: Product, parts: Parts) => Partial<Product>): Broken["product"] => {
  function product<P>(parts: P): never
  function product(parts: Parts): Product {
    const good: Product = Decider.product(parts)
    return { ...good, ...flaw(good, parts) }
  }
  return product
}

const each = (parts: Parts, f: (name: string, part: Part) => unknown): States =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, f(name, part)]))

/** Every event reaches every part. */
export const productForAll = flawedProduct((_good, parts) => ({
  evolve: (state, { event }) => each(parts, (name, part) => part.evolve(state[name], event)),
}))

/** Over when one part is. */
export const productOverTooSoon = flawedProduct((_good, parts) => ({
  isTerminal: (state) => Object.entries(parts).some(([name, part]) => part.isTerminal(state[name])),
}))

/** Where one part goes on, the others begin anew: the last update wins. */
export const productForgets = flawedProduct((good, parts) => ({
  evolve: (state, event) => {
    const next = good.evolve(state, event)
    return each(parts, (name, part) => (name === event._tag ? next[name] : part.initial))
  },
}))

/** Each part answers with the whole state as it was, but for its own: what the others made of it is overwritten. */
export const productOverwrites = flawedProduct((_good, parts) => ({
  evolve: (state, { _tag, event }) =>
    Object.fromEntries(
      Object.entries(parts).flatMap(([name, part]) =>
        Object.entries(name === _tag ? { ...state, [name]: part.evolve(state[name], event) } : state),
      ),
    ),
}))

/** Nothing to do, and never over: beside it no product ever is. */
export const neutralNeverOver: Broken["neutral"] = <C, E>() => ({ ...Decider.neutral<C, E>(), isTerminal: () => false })

interface Tagged {
  readonly _tag: string
}
type Combined = Decider.Decider<Tagged, States, unknown, unknown>

/** A combination of its own, with a flaw. */
const flawedCombination = (flaw: (good: Combined, parts: Parts) => Partial<Combined>): Broken["combine"] => {
  function combine<P>(parts: P, routing: Decider.Routing<P>): never
  function combine(parts: Parts, routing: { readonly commands: object; readonly events: object }): Combined {
    const commands = new Map(Object.entries(routing.commands))
    const events = new Map(Object.entries(routing.events))
    const tagOf = (event: unknown) =>
      typeof event === "object" && event !== null && "_tag" in event ? String(event._tag) : ""
    const good: Combined = {
      initial: each(parts, (_name, part) => part.initial),
      decide: (command, state) => {
        const name = String(commands.get(command._tag))
        return parts[name]?.decide(command, state[name]) ?? right([])
      },
      evolve: (state, event) => {
        const name = String(events.get(tagOf(event)))
        return { ...state, [name]: parts[name]?.evolve(state[name], event) }
      },
      isTerminal: (state) => Object.entries(parts).every(([name, part]) => part.isTerminal(state[name])),
    }
    return { ...good, ...flaw(good, parts) }
  }
  return combine
}

export const combineWell = flawedCombination(() => ({}))

/** Each event reaches every part (published so). */
export const combineForAll = flawedCombination((_good, parts) => ({
  evolve: (state, event) => each(parts, (name, part) => part.evolve(state[name], event)),
}))

/** Decides on the beginning, whatever happened since. */
export const combineStale = flawedCombination((good) => ({ decide: (command) => good.decide(command, good.initial) }))

/** Each command reaches every part, and what any of them decides counts (published so). */
export const combineAsksAll = flawedCombination((_good, parts) => ({
  decide: (command, state) => {
    const decisions = Object.entries(parts).map(([name, part]) => part.decide(command, state[name]))
    return decisions.find(isLeft) ?? right(decisions.flatMap((decision) => (isLeft(decision) ? [] : decision.right)))
  },
}))

/** One state for all keys. */
export const manyShare: Broken["many"] =
  <K>() =>
  <C, S, E, R>(self: Decider.Decider<C, S, E, R>) => ({
    ...Decider.many<K>()(self),
    evolve: (states: ReadonlyMap<K, S>, { key, event }: Decider.ManyEvent<K, E>): ReadonlyMap<K, S> => {
      const [shared = self.initial] = states.values()
      return new Map([[key, self.evolve(shared, event)]])
    },
  })

/** Over when every key that was touched is, also where none was. */
export const manyOverTouched: Broken["many"] =
  <K>() =>
  <C, S, E, R>(self: Decider.Decider<C, S, E, R>) => ({
    ...Decider.many<K>()(self),
    isTerminal: (states: ReadonlyMap<K, S>) => [...states.values()].every(self.isTerminal),
  })

/** One map for ever. */
export const manyInPlace: Broken["many"] =
  <K>() =>
  <C, S, E, R>(self: Decider.Decider<C, S, E, R>) => {
    const initial = new Map<K, S>()
    return {
      ...Decider.many<K>()(self),
      initial,
      evolve: (_: ReadonlyMap<K, S>, { key, event }: Decider.ManyEvent<K, E>): ReadonlyMap<K, S> =>
        initial.set(key, self.evolve(initial.get(key) ?? self.initial, event)),
    }
  }

const broken = (decider: Partial<Broken>) => CombinatorLaws.suite({ decider })

export const cases: ReadonlyArray<Case> = [
  {
    law: "A1",
    flaw: "a translated command that is decided on the beginning",
    suite: broken({ mapCommand: mapCommandFromTheBeginning }),
  },
  { law: "A2", flaw: "all events but the first lost", suite: broken({ imapEvent: imapEventFirstOnly }) },
  { law: "A3", flaw: "a translated state that is never over", suite: broken({ imapState: imapStateEndless }) },
  { law: "A4", flaw: "rejections taken for no events", suite: broken({ mapRejection: rejectionsSwallowed }) },
  {
    law: "A5",
    flaw: "foreign events that take it back to the beginning",
    suite: broken({ adapt: adaptStartsAnew }),
  },
  {
    law: "A5",
    flaw: "an adapted decider that decides on the beginning",
    suite: broken({ adapt: adaptDecidesOnTheBeginning }),
  },
  { law: "A6", flaw: "a product whose events reach all parts", suite: broken({ product: productForAll }) },
  { law: "A6", flaw: "a product that is over when one part is", suite: broken({ product: productOverTooSoon }) },
  { law: "A6", flaw: "a product whose last update wins", suite: broken({ product: productForgets }) },
  { law: "A6", flaw: "a product that loses updates", suite: broken({ product: productOverwrites }) },
  { law: "A6", flaw: "a neutral decider that is never over", suite: broken({ neutral: neutralNeverOver }) },
  { law: "A7", flaw: "a combination whose commands reach all parts", suite: broken({ combine: combineAsksAll }) },
  { law: "A7", flaw: "a combination whose events reach all parts", suite: broken({ combine: combineForAll }) },
  { law: "A7", flaw: "a combination that decides on the beginning", suite: broken({ combine: combineStale }) },
  { law: "A8", flaw: "one state for all keys", suite: broken({ many: manyShare }) },
  { law: "A8", flaw: "keys that are over because those touched are", suite: broken({ many: manyOverTouched }) },
  { law: "A8", flaw: "a map that is changed in place", suite: broken({ many: manyInPlace }) },
]
