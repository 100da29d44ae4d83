/**
 * The laws of a decider's functions: that they depend on their arguments only, and always answer.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import type { Decider } from "../../core/domain/Decider.ts"
import { program } from "../arbitrary/Programs.ts"
import { type Commands, commandsIn, traces } from "../arbitrary/Traces.ts"
import { Mistake } from "../Difference.ts"
import * as Law from "../Law.ts"
import { twice } from "./Calling.ts"
import { explored } from "./Exploring.ts"
import { eventsOf, type Subject } from "./Subject.ts"
import { broken, named, threw, told, under } from "./Telling.ts"
import { advance, type Broke, type Place } from "./Walk.ts"

/** What the law of purity speaks of; the rest is for the law of totality. */
const isImpure = (broke: Broke | undefined): boolean =>
  broke?.misdeed._tag === "Changed" || broke?.misdeed._tag === "Wavered"

const unless = (broke: Broke | undefined): Effect.Effect<void, Mistake> =>
  broke === undefined ? Effect.void : Effect.fail(broken(broke))

/**
 * @category laws
 * @since 0.1.0
 */
export const D2 = <C, S, E, R>({ decider, commands, runs }: Subject<C, S, E, R>): Law.Law =>
  Law.make({
    name: "D2",
    title: "purity",
    equation: "decide and evolve change no argument, and answer the same whenever they are asked",
    given: traces({ decider, commands }),
    runs,
    holds: (commands, seen) => {
      const walked = explored(decider, commands, seen, twice)
      const { broke } = walked
      return told(walked, unless(isImpure(broke) ? broke : undefined))
    },
  })

/** The commands for a state have to be there, whatever the state. */
const commanded = <C, S>(commands: Commands<C, S>, state: S): Effect.Effect<void, Mistake> => {
  try {
    fc.sample(commandsIn(commands, state), { numRuns: 1, seed: 0 })
    return Effect.void
  } catch (cause) {
    return Effect.fail(
      new Mistake({ says: [threw("commands", cause), under("in the state", named(state))].join("\n") }),
    )
  }
}

/** Where an event leads that may be stored: nowhere, if the law of purity speaks of it. */
const advanced = <C, S, E, R>(decider: Decider<C, S, E, R>, event: E, place: Place<S>) => {
  const next = advance(decider, event, place)
  if (!isLeft(next)) return Effect.succeed<Place<S> | undefined>(next.right)
  if (isImpure(next.left)) return Effect.undefined
  const { says } = broken(next.left)
  return Effect.fail(
    new Mistake({ says: `Of an event that may be stored, though no command led to it here:\n${says}` }),
  )
}

/**
 * @category laws
 * @since 0.1.0
 */
export const D3 = <C, S, E, R>(subject: Subject<C, S, E, R>): Law.Law => {
  const events = eventsOf(subject)
  return Law.make({
    name: "D3",
    title: "totality",
    equation: "decide and evolve never throw on a reachable state, nor evolve on any event that can be stored",
    given: fc.record({
      commands: traces(subject),
      events: events === undefined ? fc.constant([]) : program(events, { maxLength: 12 }),
    }),
    runs: subject.runs,
    holds: ({ commands, events }, seen) => {
      const walked = explored(subject.decider, commands, seen)
      const { decider, places, stops, broke } = walked
      const checks = Effect.gen(function* () {
        yield* unless(isImpure(broke) ? undefined : broke)
        for (const { state } of stops) yield* commanded(subject.commands, state)
        for (const place of places) for (const event of events) yield* advanced(decider, event, place)
        let place = places.at(-1)
        for (const event of events) if (place !== undefined) place = yield* advanced(decider, event, place)
      })
      return told(walked, checks)
    },
  })
}
