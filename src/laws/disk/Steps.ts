/**
 * The steps of a simulated disk: each lets others go first, meets its fault, and is then done at one moment.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { PlatformError, type SystemErrorTag, systemError } from "effect/PlatformError"
import * as Trace from "../Trace.ts"

/**
 * What happens to one operation that changes or syncs something:
 *
 * - `None`: nothing
 * - `Slow`: it takes a millisecond
 * - `Fails`: it is not done, and fails; a sync that fails loses what it was to keep, in case that the power fails
 * - `Halfway`: a write writes the first half, and either says so or fails; anything else fails
 *
 * @example
 * ```ts
 * import { type SimulatedDisk } from "everfold/laws"
 *
 * const fullAtTheThirdWrite: ReadonlyArray<SimulatedDisk.Fault> = ["None", "None", "Fails"]
 * ```
 * @category model
 * @since 0.1.0
 */
export type Fault = "None" | "Slow" | "Fails" | "Halfway"

/**
 * An operation, and what it comes to where it is not done as it should be.
 *
 * @category model
 * @since 0.1.0
 */
export interface Change<A> {
  readonly method: string
  readonly path: string
  /** What a trace tells of it, where that is not the method and the path. */
  readonly told?: string
  readonly done: () => A
  readonly halfway?: () => A
  readonly fails?: () => void
}

/** @category errors @since 0.1.0 */
export const failed = (tag: SystemErrorTag, method: string, path: string, description?: string): PlatformError =>
  systemError({
    _tag: tag,
    module: "FileSystem",
    method,
    pathOrDescriptor: path,
    ...(description !== undefined && { description }),
  })

const orThrown = <A>(done: () => A): Effect.Effect<A, PlatformError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(done())
    } catch (error) {
      return error instanceof PlatformError ? Effect.fail(error) : Effect.die(error)
    }
  })

/**
 * How whoever looks, or changes something, goes about it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Steps {
  readonly look: <A>(done: () => A) => Effect.Effect<A, PlatformError>
  readonly change: <A>(change: Change<A>) => Effect.Effect<A, PlatformError>
}

/**
 * The steps whose changes meet the faults that `next` tells.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (next: () => Fault): Steps => ({
  look: (done) => Effect.andThen(Effect.yieldNow, orThrown(done)),
  change: ({ method, path, told = `${method} ${path}`, done, halfway, fails }) =>
    Effect.suspend(() => {
      const fault = next()
      const outcome = () => {
        if (fault === "Halfway" && halfway !== undefined) return halfway()
        if (fault === "None" || fault === "Slow") return done()
        fails?.()
        throw failed("Unknown", method, path, "an injected fault")
      }
      const step = Effect.withFiber((fiber) => {
        const injected = fault === "Fails" || fault === "Halfway" ? ` (${fault})` : ""
        Trace.tell(fiber, `disk: ${told}${injected}`)
        return orThrown(outcome)
      })
      return Effect.andThen(fault === "Slow" ? Effect.sleep(1) : Effect.yieldNow, step)
    }),
})
