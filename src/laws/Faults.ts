/**
 * Faults, to be injected where they should harm nobody: of the way to a store, that is slow, fails, or ends before, while
 * or after a commit is recorded; and around any other service.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { CommitUnknown, StoreUnavailable } from "../core/port/Errors.ts"
import { EventStore } from "../core/port/EventStore.ts"
import { meeting } from "./faults/Around.ts"
import { over } from "./Over.ts"
import * as Trace from "./Trace.ts"

export { type Around, around, type Trouble, trouble } from "./faults/Around.ts"

/**
 * What happens to one call:
 *
 * - `None`: nothing
 * - `Slow`: others go first, and it is done then
 * - `Unavailable`: it is not done, and fails as `StoreUnavailable`
 * - `LostBefore`: it is not done, and fails as `CommitUnknown`
 * - `LostWhile`: it fails as `CommitUnknown`, and is done a moment later all the same
 * - `LostAfter`: it is done, and fails as `CommitUnknown`
 * - `Dies`: it is not done, and dies
 *
 * A read cannot be in doubt: where it is lost, the store is not available.
 *
 * @category model
 * @since 0.1.0
 */
export type Fault = "None" | "Slow" | "Unavailable" | "LostBefore" | "LostWhile" | "LostAfter" | "Dies"

/**
 * Which fault the next call meets.
 *
 * @example
 * ```ts
 * import { Faults } from "everfold/laws"
 *
 * const dying: Faults.Fault = "Dies"
 * const plan: Faults.Plan = { commit: Faults.script(["None", dying]), read: () => "Slow" }
 * console.log([plan.commit(), plan.commit(), plan.commit()], plan.read()) // [ 'None', 'Dies', 'None' ] Slow
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Plan {
  readonly commit: () => Fault
  readonly read: () => Fault
}

/**
 * Every fault but death, most often none, or one that only takes time.
 *
 * @example
 * ```ts
 * import { Faults } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const found = new Set(fc.sample(Faults.fault, { numRuns: 500, seed: 1 }))
 * console.log(found.has("LostWhile"), found.has("Dies")) // true false
 * ```
 * @category arbitraries
 * @since 0.1.0
 */
export const fault: fc.Arbitrary<Fault> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.constant<Fault>("None") },
  { weight: 3, arbitrary: fc.constant<Fault>("Slow") },
  { weight: 2, arbitrary: fc.constantFrom<Fault>("Unavailable", "LostBefore", "LostWhile", "LostAfter") },
)

/**
 * Only what takes time.
 *
 * @example
 * ```ts
 * import { Faults } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * console.log([...new Set(fc.sample(Faults.slowness, { numRuns: 500, seed: 1 }))].sort()) // [ 'None', 'Slow' ]
 * ```
 * @category arbitraries
 * @since 0.1.0
 */
export const slowness: fc.Arbitrary<Fault> = fc.constantFrom<[Fault, ...Array<Fault>]>("None", "Slow", "Slow")

/**
 * Hands out faults one after another, and then none for ever.
 *
 * @example
 * ```ts
 * import { Faults } from "everfold/laws"
 *
 * const next = Faults.script(["LostAfter"])
 * console.log(next(), next(), next()) // LostAfter None None
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const script = (faults: ReadonlyArray<Fault>): (() => Fault) => {
  let next = 0
  return () => faults[next++] ?? "None"
}

const what = "a call over a bad connection"
const cause = new Error("the connection ended")
const unavailable = () => new StoreUnavailable({ what, retryable: true, cause })
const lost = () => new CommitUnknown({ cause })

/** A read that meets a fault. */
const reading = <A, E, R>(fault: Fault, read: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreUnavailable, R> => {
  const isSound = fault === "None" || fault === "Slow" || fault === "Dies"
  return meeting(isSound ? fault : "FailsBefore", read, unavailable)
}

/** A commit that meets a fault. */
const committing = <A, E, R>(
  fault: Fault,
  commit: Effect.Effect<A, E, R>,
): Effect.Effect<A, E | StoreUnavailable | CommitUnknown, R> => {
  switch (fault) {
    case "LostBefore":
      return meeting("FailsBefore", commit, lost)
    case "LostWhile":
      return meeting("FailsWhile", commit, lost)
    case "LostAfter":
      return meeting("FailsAfter", commit, lost)
    default:
      return reading(fault, commit)
  }
}

/** A call, which tells of its fault. */
const call = <A, E, R>(what: string, next: () => Fault, met: (fault: Fault) => Effect.Effect<A, E, R>) =>
  Effect.withFiber((fiber) => {
    const fault = next()
    if (fault !== "None") Trace.tell(fiber, `(${what}: ${fault})`)
    return met(fault)
  })

/**
 * The store behind a connection with these faults.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventStore } from "everfold"
 * import { Faults } from "everfold/laws"
 * import { Memory } from "everfold/memory"
 *
 * const heads = Effect.gen(function*() {
 *   const store = yield* EventStore
 *   const flaky = Faults.inject(store, { commit: Faults.script([]), read: Faults.script(["Unavailable"]) })
 *   return [yield* Effect.flip(flaky.head), yield* flaky.head]
 * })
 * const [first, second] = Effect.runSync(heads.pipe(Effect.provide(Memory.layer)))
 * console.log(second) // 0
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const inject = (store: EventStore["Service"], { commit, read }: Plan): EventStore["Service"] => {
  const asking = <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) =>
    call(what, read, (fault) => reading(fault, effect))
  return over(store, {
    commit: (request) => call("commit", commit, (fault) => committing(fault, store.commit(request))),
    readStream: (stream, range) => asking("readStream", store.readStream(stream, range)),
    readAll: (range) => asking("readAll", store.readAll(range)),
    streams: (range) => asking("streams", store.streams(range)),
    command: (id) => asking("command", store.command(id)),
    head: asking("head", store.head),
  })
}

/**
 * The layer whose store is behind a connection with these faults: a new plan each time it is built.
 *
 * @example
 * ```ts
 * import { Faults } from "everfold/laws"
 * import { Memory } from "everfold/memory"
 *
 * // Every commit is lost at first, half of them after they were recorded.
 * let commits = 0
 * const commit = () => (["LostAfter", "None", "LostBefore", "None"] as const)[commits++ % 4] ?? "None"
 * const flaky = Memory.layer.pipe(Faults.layer(() => ({ commit, read: () => "None" })))
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layer =
  (plan: () => Plan) =>
  <A, E, R>(of: Layer.Layer<A | EventStore, E, R>): Layer.Layer<A | EventStore, E, R> =>
    Layer.effectContext(
      Effect.map(Layer.build(of), (context) =>
        Context.add(context, EventStore, inject(Context.get(context, EventStore), plan())),
      ),
    )
