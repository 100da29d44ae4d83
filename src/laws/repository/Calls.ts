/**
 * Calls of a repository, generated, and what their callers are told: what each was decided on, and what it wrote.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { left, right } from "fp-ts/lib/Either.js"
import { VersionConflict } from "../../core/event/Errors.ts"
import { StoreUnavailable } from "../../core/port/Errors.ts"
import type { Executed } from "../../core/program/Batch.ts"
import * as Repository from "../../core/program/Repository.ts"
import { Full, type Names, NotedEvent, type Registers } from "./Register.ts"

/** @category model @since 0.1.0 */
export type Id = "a" | "b"

/** Commands that several callers give, each under one command id: one of them records nothing. */
const keyed = {
  k1: { id: "a", times: 1, limit: 9 },
  k2: { id: "b", times: 0, limit: 9 },
  k3: { id: "b", times: 2, limit: 3 },
} as const

/** @category model @since 0.1.0 */
export type Call =
  | {
      readonly _tag: "Note"
      readonly id: Id
      readonly times: number
      readonly limit: number
      readonly expected?: number
    }
  | { readonly _tag: "Once"; readonly key: keyof typeof keyed }
  | { readonly _tag: "Use"; readonly id: Id; readonly times: number; readonly limit: number }
  /** Notes in both registers, or only asserts one, or both. */
  | {
      readonly _tag: "Both"
      readonly order: readonly [Id, Id]
      readonly times: readonly [number, number]
      readonly limit: number
    }
  | { readonly _tag: "Load"; readonly id: Id }

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true })
const tag = <const T extends string>(name: T): fc.Arbitrary<T> => fc.constant(name)

const id = fc.constantFrom<[Id, Id]>("a", "b")
const times = fc.nat(2)
/** Low enough that some are refused: a refusal shows what it was decided on, and nothing asserts it afterwards. */
const limit = fc.constantFrom(0, 1, 2, 2, 3, 4, 8)
/** How often in each of two registers: mostly in one of them, for then the other is only asserted. */
const timesInBoth = fc.constantFrom<Array<readonly [number, number]>>([1, 0], [1, 0], [1, 1], [0, 0], [0, 1])
const order = fc.constantFrom<Array<readonly [Id, Id]>>(["a", "b"], ["b", "a"])

/** @category arbitraries @since 0.1.0 */
export const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: record({ _tag: tag("Note"), id, times, limit }) },
  { weight: 1, arbitrary: record({ _tag: tag("Note"), id, times, limit, expected: fc.nat(3) }) },
  { weight: 2, arbitrary: record({ _tag: tag("Once"), key: fc.constantFrom(...(["k1", "k2", "k3"] as const)) }) },
  { weight: 1, arbitrary: record({ _tag: tag("Use"), id, times, limit }) },
  { weight: 4, arbitrary: record({ _tag: tag("Both"), order, times: timesInBoth, limit }) },
  { weight: 3, arbitrary: record({ _tag: tag("Load"), id }) },
)

/**
 * A register as a caller was shown it; the names and the position only where the answer tells them.
 *
 * @category model
 * @since 0.1.0
 */
export interface Seen {
  readonly id: Id
  readonly version: number
  readonly names?: Names
  readonly position?: number
}

/**
 * What a caller was told.
 *
 * @category model
 * @since 0.1.0
 */
export type Told =
  | {
      readonly _tag: "Answered"
      /** What it was decided on. */
      readonly on: ReadonlyArray<Seen>
      readonly wrote: ReadonlyArray<{ readonly id: Id; readonly times: number }>
      /** What it was shown besides. */
      readonly shown: ReadonlyArray<Seen>
      /** The store's position at the time, where it recorded nothing and is told that. */
      readonly at?: number
    }
  /** What an earlier call with the same command id came to. */
  | { readonly _tag: "Again" }
  /** That nothing was recorded. */
  | { readonly _tag: "Nothing" }
  /** It has no answer, or one that leaves open whether something was recorded. */
  | { readonly _tag: "Unknown" }
  /** It was interrupted: when that is done, something is recorded or never will be. */
  | { readonly _tag: "Interrupted" }

/** A transaction that is not wanted, with what it was decided on. */
class Unwanted {
  readonly on: ReadonlyArray<Seen>
  constructor(on: ReadonlyArray<Seen>) {
    this.on = on
  }
}

const decidedOn = (on: ReadonlyArray<Seen>): Told => ({ _tag: "Answered", on, wrote: [], shown: [] })

const executed = (id: Id, answer: Executed<Names, NotedEvent>): Told => {
  const { state, version, position, events, repeated } = answer
  if (repeated) return { _tag: "Again" }
  const names = state.slice(0, state.length - events.length)
  return {
    _tag: "Answered",
    on: [{ id, version: version - events.length, names }],
    wrote: [{ id, times: events.length }],
    shown: [{ id, version, names: state, position }],
  }
}

const notes = (by: string, times: number): ReadonlyArray<NotedEvent> =>
  Array.from({ length: times }, () => NotedEvent.Noted({ by }))

const both = (registers: Registers, { order, times, limit }: Call & { readonly _tag: "Both" }, by: string) => {
  const [first, second] = order
  const seen = (id: Id, names: Names): Seen => ({ id, version: names.length, names })
  const participants = { one: registers.stream(first), other: registers.stream(second) }
  return Effect.map(
    Repository.transactAll(participants, ({ one, other }) => {
      const on = [seen(first, one), seen(second, other)]
      return one.length + times[0] > limit
        ? left(new Unwanted(on))
        : right([on, { one: notes(by, times[0]), other: notes(by, times[1]) }] as const)
    }),
    ({ value, position }): Told => {
      const wrote = [
        { id: first, times: times[0] },
        { id: second, times: times[1] },
      ]
      // Streams are written in the order of their names.
      const last = wrote
        .filter(({ times }) => times > 0)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .at(-1)
      if (last === undefined) return { _tag: "Answered", on: value, wrote, shown: [], at: position }
      const before = value.find(({ id }) => id === last.id)?.version ?? 0
      return { _tag: "Answered", on: value, wrote, shown: [{ id: last.id, version: before + last.times, position }] }
    },
  )
}

const carryOut = (registers: Registers, call: Call, by: string): Effect.Effect<Told, unknown, Repository.Needs> => {
  switch (call._tag) {
    case "Note": {
      const { id, times, limit, expected } = call
      const options = expected === undefined ? {} : { expected }
      return Effect.map(registers.execute(id, { by, times, limit }, options), (answer) => executed(id, answer))
    }
    case "Once": {
      const { id, times, limit } = keyed[call.key]
      return Effect.map(registers.execute(id, { by, times, limit }, { commandId: by }), (answer) =>
        executed(id, answer),
      )
    }
    case "Use": {
      const { id, times, limit } = call
      const used = registers.transact(id, (names) =>
        names.length + times > limit ? left(new Full(names)) : right([undefined, notes(by, times)] as const),
      )
      return Effect.map(used, (answer) => executed(id, answer))
    }
    case "Both":
      return both(registers, call, by)
    case "Load":
      return Effect.map(registers.load(call.id), (found) => {
        const { state, version, position } = Option.getOrElse(found, () => ({ state: [], version: 0, position: 0 }))
        return decidedOn([{ id: call.id, version, names: state, position }])
      })
  }
}

const idOf = (call: Call): Id =>
  call._tag === "Once" ? keyed[call.key].id : call._tag === "Both" ? call.order[0] : call.id

const failed = (call: Call, error: unknown): Told => {
  if (error instanceof Full) return decidedOn([{ id: idOf(call), version: error.seen.length, names: error.seen }])
  if (error instanceof Unwanted) return decidedOn(error.on)
  if (error instanceof VersionConflict && call._tag === "Note" && call.expected !== undefined) {
    return decidedOn([{ id: call.id, version: error.actual }])
  }
  return { _tag: error instanceof StoreUnavailable || error instanceof VersionConflict ? "Nothing" : "Unknown" }
}

/**
 * A call, for people.
 *
 * @category conversions
 * @since 0.1.0
 */
export const describe = (call: Call): string => {
  switch (call._tag) {
    case "Note":
    case "Use": {
      const expected = call._tag === "Note" && call.expected !== undefined ? `, expecting ${call.expected}` : ""
      return `${call._tag === "Note" ? "executes" : "transacts"} ${call.times} in ${call.id}, up to ${call.limit}${expected}`
    }
    case "Once":
      return `executes ${keyed[call.key].times} in ${keyed[call.key].id} as ${call.key}`
    case "Both":
      return `transacts ${call.order.map((id, i) => `${call.times[i]} in ${id}`).join(" and ")}, up to ${call.limit}`
    case "Load":
      return `loads ${call.id}`
  }
}

const seenOf = ({ id, version, names = [] }: Seen): string =>
  `version ${version} of ${id}${names.length === 0 ? "" : ` (${names.join(", ")})`}`

/**
 * What a caller was told, for people.
 *
 * @category conversions
 * @since 0.1.0
 */
export const answerOf = (told: Told): string => {
  switch (told._tag) {
    case "Answered": {
      const wrote = told.wrote.filter(({ times }) => times > 0).map(({ id, times }) => `${times} in ${id}`)
      const on = told.on.map(seenOf).join(" and ")
      if (told.wrote.length === 0) return `saw ${on}`
      const shown = told.shown.length === 0 ? "" : `, shown ${told.shown.map(seenOf).join(" and ")}`
      const what = wrote.length === 0 ? "nothing" : wrote.join(" and ")
      return `recorded ${what}, decided on ${on}${shown}`
    }
    case "Again":
      return "what was answered before"
    case "Nothing":
      return "that nothing was recorded"
    case "Unknown":
      return "no answer, or one that leaves all open"
    case "Interrupted":
      return "interrupted"
  }
}

/**
 * The name that a call notes: its caller's own, or that of all calls with its command id.
 *
 * @category running
 * @since 0.1.0
 */
export const nameOf = (call: Call, own: string): string => (call._tag === "Once" ? call.key : own)

/**
 * How often a call notes its name where it is accepted.
 *
 * @category running
 * @since 0.1.0
 */
export const timesOf = (call: Call): number => {
  switch (call._tag) {
    case "Once":
      return keyed[call.key].times
    case "Both":
      return call.times[0] + call.times[1]
    case "Load":
      return 0
    default:
      return call.times
  }
}

/**
 * Carries out a call, and says what its caller was told.
 *
 * @category running
 * @since 0.1.0
 */
export const ask = (registers: Registers, call: Call, own: string): Effect.Effect<Told, never, Repository.Needs> =>
  Effect.map(
    Effect.exit(carryOut(registers, call, nameOf(call, own))),
    Exit.match({
      onSuccess: (told) => told,
      onFailure: (cause) => failed(call, Option.getOrUndefined(Cause.findErrorOption(cause))),
    }),
  )
