/**
 * What happens in one run of a law, a line a step, in the words of a person: who asked for what, and was answered what.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { Traced } from "./Difference.ts"
import { show } from "./Show.ts"

/**
 * The lines of the run that is on. Outside of one, there are no readers, and nothing is kept.
 *
 * @category model
 * @since 0.1.0
 */
export const Lines: Context.Reference<Array<string> | undefined> = Context.Reference<Array<string> | undefined>(
  "everfold/laws/Trace/Lines",
  {
    defaultValue: () => undefined,
  },
)

/**
 * Who acts: a writer, a follower.
 *
 * @category model
 * @since 0.1.0
 */
export const Actor: Context.Reference<string | undefined> = Context.Reference<string | undefined>(
  "everfold/laws/Trace/Actor",
  {
    defaultValue: () => undefined,
  },
)

type AnyFiber = Fiber.Fiber<unknown, unknown>

const line = (fiber: AnyFiber, text: string): string => {
  const actor = fiber.getRef(Actor)
  return actor === undefined ? text : `${actor}: ${text}`
}

/**
 * Adds a line about what a fiber does.
 *
 * @category telling
 * @since 0.1.0
 */
export const tell = (fiber: AnyFiber, text: string): void => void fiber.getRef(Lines)?.push(line(fiber, text))

/**
 * Adds a line.
 *
 * @category telling
 * @since 0.1.0
 */
export const say = (text: string): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    tell(fiber, text)
    return Effect.void
  })

/**
 * Tells of an operation: in one line where nothing happens meanwhile, else when it begins and when it is answered.
 *
 * @category telling
 * @since 0.1.0
 */
export const telling = <A, E, R>(
  what: string,
  effect: Effect.Effect<A, E, R>,
  answered: (exit: Exit.Exit<A, E>) => string,
): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => {
    const lines = fiber.getRef(Lines)
    if (lines === undefined) return effect
    const begun = line(fiber, `${what} …`)
    const at = lines.push(begun) - 1
    return Effect.onExit(effect, (exit) =>
      Effect.sync(() => {
        const answer = line(fiber, `${what}: ${answered(exit)}`)
        if (lines.length - 1 === at) lines[at] = answer
        else lines.push(answer)
      }),
    )
  })

/**
 * How an operation was answered, for `telling`.
 *
 * @category telling
 * @since 0.1.0
 */
export const answered =
  <A>(shown: (value: A) => string) =>
  <E>(exit: Exit.Exit<A, E>): string => {
    if (Exit.isSuccess(exit)) return shown(exit.value)
    const [failed] = exit.cause.reasons
    return failed?._tag === "Fail" ? show(failed.error) : String(failed?._tag)
  }

/**
 * Keeps the lines of a run, and fails with them where it fails.
 *
 * @category running
 * @since 0.1.0
 */
export const traced = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, Traced, R> =>
  Effect.suspend(() => {
    const trace: Array<string> = []
    return effect.pipe(
      Effect.provideService(Lines, trace),
      Effect.catchCause((cause) => Effect.fail(new Traced({ reason: Cause.squash(cause), trace }))),
    )
  })
