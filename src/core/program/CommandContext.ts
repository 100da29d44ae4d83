/**
 * What a command takes along from where it is given: correlation, causation and user metadata. It travels in the
 * fiber's context, so that it reaches every event without being passed by hand.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { JsonObject } from "../event/Json.ts"
import type { Cause, StoredEvent } from "../event/StoredEvent.ts"

/**
 * @category model
 * @since 0.1.0
 */
export interface CommandContext {
  /** `undefined` at the root: the command then seeds the correlation with its own id. */
  readonly correlationId: string | undefined
  /** The event that the command answers. */
  readonly causation: Cause | null
  /** Sealed with each event's payload. */
  readonly metadata: JsonObject
}

/**
 * The context of the running fiber.
 *
 * @category references
 * @since 0.1.0
 */
export const Current: Context.Reference<CommandContext> = Context.Reference<CommandContext>(
  "everfold/core/program/CommandContext",
  { defaultValue: () => ({ correlationId: undefined, causation: null, metadata: {} }) },
)

const update =
  (f: (context: CommandContext) => CommandContext) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.updateService(effect, Current, f)

/**
 * Everything in the effect belongs together under this id: 1 to 512 bytes of text.
 *
 * @category combinators
 * @since 0.1.0
 */
export const correlate = (
  correlationId: string,
): (<A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  update((context) => ({ ...context, correlationId }))

/**
 * Commands in the effect answer this event: their events name it as their cause and share its correlation.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { CommandContext, type Recorded } from "everfold"
 *
 * declare const sendInvoice: Effect.Effect<void>
 * const onOrdered = (event: Recorded<{ readonly _tag: "Ordered" }>) => sendInvoice.pipe(CommandContext.causedBy(event))
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const causedBy = (
  event: Pick<StoredEvent, "id" | "stream" | "position" | "correlationId">,
): (<A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  update((context) => ({
    ...context,
    correlationId: event.correlationId,
    causation: { eventId: event.id, stream: event.stream, position: event.position },
  }))

/**
 * Adds user metadata to every event recorded in the effect; later keys win.
 *
 * @category combinators
 * @since 0.1.0
 */
export const annotate = (metadata: JsonObject): (<A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  update((context) => ({ ...context, metadata: { ...context.metadata, ...metadata } }))
