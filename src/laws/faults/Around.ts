/**
 * Faults around any service: its operations take long, fail before or after they are done, or die.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { over } from "../Over.ts"
import * as Trace from "../Trace.ts"

/**
 * What happens to one call of an operation:
 *
 * - `None`: nothing
 * - `Slow`: others go first, and it is done then
 * - `FailsBefore`: it is not done, and fails
 * - `FailsWhile`: it fails, and is done a moment later all the same
 * - `FailsAfter`: it is done, and fails
 * - `Dies`: it is not done, and dies
 *
 * @example
 * ```ts
 * import { type Faults } from "everfold/laws"
 *
 * const lostAnswers: ReadonlyArray<Faults.Trouble> = ["None", "FailsAfter", "FailsAfter"]
 * ```
 * @category model
 * @since 0.1.0
 */
export type Trouble = "None" | "Slow" | "FailsBefore" | "FailsWhile" | "FailsAfter" | "Dies"

/**
 * Every trouble but death, most often none, or one that only takes time.
 *
 * @example
 * ```ts
 * import { Faults } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const found = new Set(fc.sample(Faults.trouble, { numRuns: 500, seed: 1 }))
 * console.log(found.has("FailsWhile"), found.has("Dies")) // true false
 * ```
 * @category arbitraries
 * @since 0.1.0
 */
export const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.constant<Trouble>("None") },
  { weight: 3, arbitrary: fc.constant<Trouble>("Slow") },
  { weight: 2, arbitrary: fc.constantFrom<Array<Trouble>>("FailsBefore", "FailsWhile", "FailsAfter") },
)

type AnyEffect = Effect.Effect<unknown, unknown, unknown>

/** What an operation of a service fails with, be it an effect or a function of one. */
type Failure<Operation> =
  Operation extends Effect.Effect<infer _A, infer E, infer _R>
    ? E
    : Operation extends (...args: never) => Effect.Effect<infer _A, infer E, infer _R>
      ? E
      : never

/**
 * Which operations of a service meet which troubles.
 *
 * @example
 * ```ts
 * import { type EventStore, StoreUnavailable } from "everfold"
 * import { type Faults } from "everfold/laws"
 *
 * const unavailable = () => new StoreUnavailable({ what: "reading", retryable: true, cause: "injected" })
 * const plan: Faults.Around<EventStore["Service"]> = {
 *   troubles: ["None", "FailsBefore"],
 *   failures: { readStream: unavailable, readAll: unavailable },
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Around<Service> {
  /** What the calls of these operations meet, one after another, and then nothing any more. */
  readonly troubles: ReadonlyArray<Trouble>
  /** The operations that meet troubles, and what each fails with. One that cannot fail throws here, and dies. */
  readonly failures: {
    readonly [Name in keyof Service as Service[Name] extends AnyEffect | ((...args: never) => AnyEffect)
      ? Name
      : never]?: () => Failure<Service[Name]>
  }
  /** How long what is slow takes, and a call that is done after it has failed; no time, if left out. */
  readonly slow?: Duration.Input | undefined
}

/**
 * An effect that meets trouble.
 *
 * @category running
 * @since 0.1.0
 */
export const meeting = <A, E, R, F>(
  trouble: Trouble,
  effect: Effect.Effect<A, E, R>,
  failure: () => F,
  slow: Duration.Input = 0,
): Effect.Effect<A, E | F, R> => {
  const fails = Effect.suspend(() => Effect.fail(failure()))
  const later = Effect.andThen(Effect.andThen(Effect.yieldNow, Effect.sleep(slow)), effect)
  switch (trouble) {
    case "None":
      return effect
    case "Slow":
      return later
    case "FailsBefore":
      return fails
    case "FailsWhile":
      return Effect.andThen(Effect.forkDetach(later), fails)
    case "FailsAfter":
      return Effect.andThen(Effect.exit(effect), fails)
    case "Dies":
      return Effect.suspend(() => Effect.die(new Error("an injected fault")))
  }
}

/** Whatever `Around` says of a service, without its types. */
interface Plan {
  readonly troubles: ReadonlyArray<Trouble>
  readonly failures: object
  readonly slow?: Duration.Input | undefined
}

/** A service that is a record of operations, some of which meet troubles; whatever else it has is as it was. */
function troubled<Service extends object>(service: Service, plan: Around<Service>): Service
function troubled(service: object, { troubles, failures, slow }: Plan): object {
  let calls = 0
  const met = (name: string, call: () => unknown, failure: () => unknown): AnyEffect =>
    Effect.withFiber((fiber) => {
      const trouble = troubles[calls++] ?? "None"
      if (trouble !== "None") Trace.tell(fiber, `(${name}: ${trouble})`)
      const effect = Effect.suspend((): AnyEffect => {
        const called = call()
        return Effect.isEffect(called) ? called : Effect.succeed(called)
      })
      return meeting(trouble, effect, failure, slow)
    })
  const operations: Record<string, unknown> = {}
  for (const [name, failure] of Object.entries(failures)) {
    const operation: unknown = Reflect.get(service, name)
    if (Effect.isEffect(operation)) operations[name] = met(name, () => operation, failure)
    else if (typeof operation === "function") {
      operations[name] = (...args: ReadonlyArray<unknown>) =>
        met(name, () => Reflect.apply(operation, service, args), failure)
    }
  }
  return over(service, operations)
}

/**
 * The layer whose service meets these troubles; from the first one on each time it is built. The service is a record of
 * operations, as most are.
 *
 * @example
 * ```ts
 * import * as Context from "effect/Context"
 * import { TaggedError } from "effect/Data"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Faults } from "everfold/laws"
 *
 * class Bounced extends TaggedError("Bounced")<{}> {}
 * class Mailer extends Context.Service<Mailer, { readonly send: (to: string) => Effect.Effect<void, Bounced> }>()("Mailer") {}
 *
 * const sent: Array<string> = []
 * const mailer = Layer.succeed(Mailer, { send: (to) => Effect.sync(() => void sent.push(to)) })
 * const flaky = mailer.pipe(
 *   Faults.around(Mailer, { troubles: ["FailsBefore", "FailsAfter"], failures: { send: () => new Bounced() } }),
 * )
 * const send = (to: string) => Effect.result(Mailer.use((service) => service.send(to)))
 * const program = Effect.forEach(["ada", "bob", "cyd"], send).pipe(Effect.provide(flaky))
 * console.log(Effect.runSync(program).map(({ _tag }) => _tag), sent) // [ 'Failure', 'Failure', 'Success' ] [ 'bob', 'cyd' ]
 * ```
 * @category layers
 * @since 0.1.0
 */
export const around =
  <I, Service extends object>(key: Context.Key<I, Service>, plan: Around<NoInfer<Service>>) =>
  <A, E, R>(layer: Layer.Layer<A | I, E, R>): Layer.Layer<A | I, E, R> =>
    Layer.effectContext(
      Effect.map(Layer.build(layer), (context) => Context.add(context, key, troubled(Context.get(context, key), plan))),
    )
