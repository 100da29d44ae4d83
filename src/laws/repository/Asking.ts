/**
 * What the reference law asks of repositories, one call after another, good or not.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { left, right } from "fp-ts/lib/Either.js"
import * as CommandContext from "../../core/program/CommandContext.ts"
import * as Repository from "../../core/program/Repository.ts"
import { closing, Full, NotedEvent, type Registers } from "./Register.ts"

/** @category universe @since 0.1.0 */
export const ids = ["a", "b"] as const
/** @category model @since 0.1.0 */
export type Id = (typeof ids)[number]

/** What cannot be asked for. */
const misuses = ["id", "expected", "command id", "correlation id"] as const
/** What no transaction may do. */
const faults = [
  "the same stream twice",
  "a stream without an id",
  "events of a stranger",
  "no participants",
  "unwritable",
  "throws",
] as const

/** What a command is given in. @category model @since 0.1.0 */
export interface Given {
  readonly correlation: string | undefined
  readonly metadata: string | undefined
}

/** @category model @since 0.1.0 */
export interface Execute {
  readonly _tag: "Execute"
  readonly given: Given
  readonly id: Id
  readonly by: string
  readonly times: number
  readonly limit: number
  readonly expected: number | undefined
  readonly commandId: string | undefined
  readonly misuse: (typeof misuses)[number] | undefined
}

/** A transaction on both streams. @category model @since 0.1.0 */
export interface Both {
  readonly _tag: "Both"
  readonly given: Given
  readonly by: string
  readonly order: readonly [Id, Id]
  readonly times: readonly [number, number]
  readonly limit: number
  readonly fault: (typeof faults)[number] | undefined
}

/** As of the time of an event, of those that there are, or a millisecond before it. @category model @since 0.1.0 */
export interface LoadAt {
  readonly _tag: "LoadAt"
  readonly id: Id
  readonly event: number
  readonly before: boolean
}

/** @category model @since 0.1.0 */
export type Question =
  | Execute
  | Both
  | LoadAt
  | { readonly _tag: "Load" | "Exists" | "History"; readonly id: Id }
  | { readonly _tag: "LoadVersion"; readonly id: Id; readonly version: number }
  | { readonly _tag: "Ids" | "Wait" }

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true })
const tag = <const T extends string>(...names: [T, ...Array<T>]): fc.Arbitrary<T> => fc.constantFrom(...names)
const seldom = <A>(some: fc.Arbitrary<A>, usual = 4): fc.Arbitrary<A | undefined> =>
  fc.oneof({ weight: usual, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some })

const given = record<Given>({
  correlation: seldom(fc.constantFrom("k", "l")),
  metadata: seldom(fc.constantFrom("ada", "grace")),
})
const id = fc.constantFrom<Array<Id>>(...ids)
const by = fc.constantFrom("x", "x", "y", "y", "z", closing)
const limit = fc.constantFrom(0, 2, 4, 9, 9)
const order = fc.constantFrom<Array<readonly [Id, Id]>>(["a", "b"], ["b", "a"])

/** @category arbitraries @since 0.1.0 */
export const question: fc.Arbitrary<Question> = fc.oneof(
  {
    weight: 8,
    arbitrary: record<Execute>({
      _tag: tag("Execute"),
      given,
      id,
      by,
      times: fc.nat(2),
      limit,
      expected: seldom(fc.nat(4)),
      commandId: seldom(fc.constantFrom("c1", "c2"), 1),
      misuse: seldom(fc.constantFrom(...misuses), 12),
    }),
  },
  {
    weight: 3,
    arbitrary: record<Both>({
      _tag: tag("Both"),
      given,
      by,
      order,
      times: fc.tuple(fc.nat(2), fc.nat(2)),
      limit,
      fault: seldom(fc.constantFrom(...faults)),
    }),
  },
  { weight: 3, arbitrary: record({ _tag: tag("Load", "Exists", "History"), id }) },
  { weight: 2, arbitrary: record({ _tag: tag("LoadVersion"), id, version: fc.integer({ min: -1, max: 5 }) }) },
  { weight: 3, arbitrary: record<LoadAt>({ _tag: tag("LoadAt"), id, event: fc.nat(20), before: fc.boolean() }) },
  { weight: 1, arbitrary: record({ _tag: tag("Ids", "Wait") }) },
)

/**
 * The time that is asked for; NaN where there is no event yet.
 *
 * @category conversions
 * @since 0.1.0
 */
export const timeOf = (times: ReadonlyArray<number>, { event, before }: LoadAt): number =>
  (times[event % times.length] ?? Number.NaN) - (before ? 1 : 0)

/** @category constructors @since 0.1.0 */
export const noted = (by: string, times: number): ReadonlyArray<NotedEvent> =>
  Array.from({ length: times }, () => NotedEvent.Noted({ by }))

const within =
  ({ correlation, metadata }: Given) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const correlated = correlation === undefined ? effect : effect.pipe(CommandContext.correlate(correlation))
    return metadata === undefined ? correlated : correlated.pipe(CommandContext.annotate({ who: metadata }))
  }

/** Where there is no state, or none any more. @category universe @since 0.1.0 */
export const nothing = "nothing"

const loaded = Option.match({
  onNone: (): unknown => nothing,
  onSome: ({ state, version, position }: Repository.Loaded<unknown>): unknown => ({ state, version, position }),
})

/** Half of a surrogate pair is no text. */
const unwritable = "\ud800"
/** 600 bytes are more than a correlation id may have. */
const tooLong = "é".repeat(300)

const execute = (registers: Registers, { id, by, times, limit, misuse, given, ...rest }: Execute) => {
  const expected = misuse === "expected" ? -1 : rest.expected
  const commandId = misuse === "command id" ? "" : rest.commandId
  const options = { ...(expected !== undefined && { expected }), ...(commandId !== undefined && { commandId }) }
  return registers.execute(misuse === "id" ? "" : id, { by, times, limit }, options).pipe(
    Effect.map(({ state, version, position, events, repeated }): unknown => ({
      ...{ state, version, position, events, repeated },
    })),
    within({ ...given, ...(misuse === "correlation id" && { correlation: tooLong }) }),
  )
}

const both = (registers: Registers, { by, order, times, limit, fault, given }: Both) => {
  if (fault === "no participants") return Repository.transactAll({}, () => right([undefined, {}]))
  const one = registers.stream(fault === "a stream without an id" ? "" : order[0])
  const other = fault === "the same stream twice" ? one : registers.stream(order[1])
  return Repository.transactAll({ one, other }, (states) => {
    if (fault === "throws") throw new Error("the use case has a fault")
    const events = { one: noted(by, times[0]), other: noted(by, times[1]) }
    if (fault === "unwritable") return right([[], { ...events, other: noted(unwritable, 1) }] as const)
    if (fault !== undefined) return right([[], { ...events, stranger: noted(by, 1) }] as const)
    return states.one.length + times[0] > limit
      ? left(new Full(states.one))
      : right([[states.one, states.other], events] as const)
  }).pipe(
    Effect.map(({ value, position }): unknown => ({ value, position })),
    within(given),
  )
}

/**
 * Asks a repository; `times` are those of the events so far.
 *
 * @category running
 * @since 0.1.0
 */
export const ask = (
  registers: Registers,
  question: Question,
  times: ReadonlyArray<number>,
): Effect.Effect<unknown, unknown, Repository.Needs> => {
  switch (question._tag) {
    case "Execute":
      return execute(registers, question)
    case "Both":
      return both(registers, question)
    case "Load":
      return Effect.map(registers.load(question.id), loaded)
    case "Exists":
      return registers.exists(question.id)
    case "LoadVersion":
      return Effect.map(registers.load(question.id, { version: question.version }), loaded)
    case "LoadAt": {
      const at = timeOf(times, question)
      return Effect.map(registers.load(question.id, { at: question.before ? at : new Date(at) }), loaded)
    }
    case "History":
      return Effect.map(Stream.runCollect(registers.history(question.id)), (events): unknown =>
        events.map(({ event, version, position, metadata }) => ({ event, version, position, metadata })),
      )
    case "Ids":
      return Stream.runCollect(registers.ids)
    case "Wait":
      return Effect.sleep(5)
  }
}
