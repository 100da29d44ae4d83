/**
 * The laws of what happens meanwhile: events whose order does not matter, and events of others that change nothing for a
 * command. They license a repository to decide less often.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { type Either, isLeft, isRight } from "fp-ts/lib/Either.js"
import * as EventCodec from "../../core/event/EventCodec.ts"
import * as Query from "../../core/event/Query.ts"
import { program } from "../arbitrary/Programs.ts"
import { traces } from "../arbitrary/Traces.ts"
import { Mistake } from "../Difference.ts"
import * as Law from "../Law.ts"
import { same } from "../Same.ts"
import { explored } from "./Exploring.ts"
import { eventsOf, type Subject } from "./Subject.ts"
import { broken, decided, named, told, under } from "./Telling.ts"
import { advance, type Broke, type Place, type Step, take } from "./Walk.ts"

const distinct = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items.filter((item, i) => items.findIndex((other) => same(item, other)) === i)

/** All pairs of many cost their square: these are enough, from the beginning to the end. */
const enough = 16

const some = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items.filter((_, i) => Math.floor((i * enough) / items.length) !== Math.floor(((i - 1) * enough) / items.length))

/** Where an event leads, or else how the model breaks on it. */
const led = <S>(next: Either<Broke, Place<S>>): Effect.Effect<Place<S>, Mistake> =>
  isLeft(next) ? Effect.fail(broken(next.left)) : Effect.succeed(next.right)

const commuting = "pair of different events that commute"

/**
 * @category laws
 * @since 0.1.0
 */
export const D8 = <C, S, E, R>(
  { decider, commands, runs }: Subject<C, S, E, R>,
  commute: NonNullable<Subject<C, S, E, R>["commute"]>,
): Law.Law =>
  Law.make({
    name: "D8",
    title: "declared commutation",
    equation:
      "a # b ⇒ evolve(evolve(s, a), b) = evolve(evolve(s, b), a), for all that is decided on s or elsewhere in its history",
    given: traces({ decider, commands }),
    runs,
    must: [commuting],
    holds: (commands, seen) => {
      const walked = explored(decider, commands, seen)
      const { decider: model, stops, events } = walked
      const checks = Effect.gen(function* () {
        for (const place of stops) {
          const now = commands.flatMap((command) => take(model, command, place).evolved.map(({ event }) => event))
          const all = some(distinct([...events, ...now])).map((event) => ({
            event,
            next: advance(model, event, place),
          }))
          for (const [i, { event: a, next: afterA }] of all.entries()) {
            for (const { event: b, next: afterB } of all.slice(i + 1)) {
              if (!commute(a, b) && !commute(b, a)) continue
              seen(commuting)
              const ab = yield* led(advance(model, b, yield* led(afterA)))
              const ba = yield* led(advance(model, a, yield* led(afterB)))
              if (same(ab.state, ba.state)) continue
              return yield* new Mistake({
                says: [
                  `${named(a)} and ${named(b)} are declared to commute, but their order matters.`,
                  under(`first ${named(a)}`, named(ab.state)),
                  under(`first ${named(b)}`, named(ba.state)),
                  under("from the state", named(place.state)),
                ].join("\n"),
              })
            }
          }
        }
      })
      return told(walked, checks)
    },
  })

/** That two decisions on one command are the same. */
const decidedAlike = <C, S, E, R>(
  why: string,
  before: Step<C, S, E, R>,
  after: Step<C, S, E, R>,
): Effect.Effect<void, Mistake> => {
  if (before.decision === undefined || after.decision === undefined || same(before.decision, after.decision))
    return Effect.void
  return new Mistake({
    says: [
      why,
      under("decided without", decided(before.decision)),
      under("decided after", decided(after.decision)),
      under("in the state", named(before.before.state)),
      under("and in the state", named(after.before.state)),
    ].join("\n"),
  })
}

const accepted = <C, S, E, R>({ decision }: Step<C, S, E, R>): boolean =>
  decision !== undefined && isRight(decision) && decision.right.length > 0

const rebased = "accepted command rebased over events of others"

/**
 * @category laws
 * @since 0.1.0
 */
export const D9 = <C, S, E, R>(
  { decider, commands, runs }: Subject<C, S, E, R>,
  rebase: NonNullable<Subject<C, S, E, R>["rebase"]>,
): Law.Law =>
  Law.make({
    name: "D9",
    title: "rebase",
    equation: "c # es ⇒ decide(c, fold(s, es)) = decide(c, s)",
    given: traces({ decider, commands }),
    runs,
    must: [rebased],
    holds: (commands, seen) => {
      const walked = explored(decider, commands, seen)
      const { decider: model, stops, events } = walked
      const checks = Effect.gen(function* () {
        for (const command of distinct(commands)) {
          const decisions = stops.map((stop) => ({ stop, step: take(model, command, stop) }))
          for (const [i, before] of decisions.entries()) {
            for (const after of decisions.slice(i + 1)) {
              const meanwhile = events.slice(before.stop.version, after.stop.version)
              if (!rebase(command, meanwhile)) continue
              if (accepted(before.step)) seen(rebased)
              const others = meanwhile.map(named).join(", ")
              yield* decidedAlike(
                `${named(command)} is declared to be decided alike, with or without ${others} meanwhile. It is not.`,
                before.step,
                after.step,
              )
            }
          }
        }
      })
      return told(walked, checks)
    },
  })

/** Where an event lies does not matter here: a query's streams and categories are those that it is written for. */
const means = (query: Query.Query): ((event: Omit<Query.Matchable, "stream">) => boolean) => {
  const anywhere = Query.make(...query.items.map(({ category: _, stream: __, ...item }) => item))
  return (event) => Query.matches(anywhere)({ ...event, stream: { category: "any", id: "any" } })
}

const outside = "event outside the query of an accepted command"

/**
 * @category laws
 * @since 0.1.0
 */
export const D10 = <C, S, E, R>(
  subject: Subject<C, S, E, R>,
  query: NonNullable<Subject<C, S, E, R>["query"]>,
  codec: EventCodec.EventCodec<E>,
): Law.Law => {
  const others = eventsOf(subject)
  return Law.make({
    name: "D10",
    title: "query soundness",
    equation: "query(c) does not match e ⇒ decide(c, fold(es ++ [e])) = decide(c, fold(es))",
    given: fc.record({
      commands: traces(subject),
      others: others === undefined ? fc.constant([]) : program(others, { maxLength: 4 }),
    }),
    runs: subject.runs,
    must: [outside],
    holds: ({ commands, others }, seen) => {
      const walked = explored(subject.decider, commands, seen)
      const { decider: model, stops, events } = walked
      const checks = Effect.gen(function* () {
        const stored = some(distinct([...events, ...others])).flatMap((event) => {
          const encoded = EventCodec.encode(codec, event)
          return isLeft(encoded) ? [] : [{ event, ...encoded.right }]
        })
        const queried = commands.map((command) => ({ command, matches: means(query(command)) }))
        for (const place of stops) {
          const decisions = queried.map(({ command }) => take(model, command, place))
          for (const { event, type, tags } of stored) {
            const next = advance(model, event, place)
            if (isLeft(next)) continue
            for (const [i, { command, matches }] of queried.entries()) {
              const before = decisions[i]
              if (before === undefined || matches({ type, tags })) continue
              if (accepted(before)) seen(outside)
              yield* decidedAlike(
                `${named(event)} is outside the query for ${named(command)}, but changes what is decided.`,
                before,
                take(model, command, next.right),
              )
            }
          }
        }
      })
      return told(walked, checks)
    },
  })
}
