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
 * What is recorded beside the events that a command decides. The references and combinators below set it.
 *
 * @example
 * ```ts
 * import { type CommandContext } from "everfold"
 *
 * const fromTheShop: CommandContext.CommandContext = {
 *   correlationId: "order-17",
 *   causation: null,
 *   metadata: { user: "ada" }
 * }
 * ```
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
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { CommandContext } from "everfold"
 *
 * const seen = CommandContext.Current.pipe(
 *   Effect.map(({ correlationId }) => correlationId),
 *   CommandContext.correlate("order-17")
 * )
 * console.log(Effect.runSync(seen)) // order-17
 * ```
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
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { CommandContext } from "everfold"
 *
 * const ids = Effect.forEach(["a", "b"], () => Effect.map(CommandContext.Current, (context) => context.correlationId))
 * console.log(Effect.runSync(ids.pipe(CommandContext.correlate("order-17")))) // [ 'order-17', 'order-17' ]
 * ```
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
 * const sendInvoice = Effect.map(CommandContext.Current, ({ causation }) => `caused at position ${causation?.position}`)
 * const onOrdered = (event: Recorded<{ readonly _tag: "Ordered" }>) => sendInvoice.pipe(CommandContext.causedBy(event))
 *
 * const id = "01890a5d-ac96-774b-bcce-b302099a8057"
 * const ordered = { id, stream: { category: "Order", id: "17" }, position: 9, correlationId: "order-17" }
 * console.log(Effect.runSync(sendInvoice.pipe(CommandContext.causedBy(ordered)))) // caused at position 9
 * ```
 *
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
 * Adds user metadata to every event recorded in the effect; where it is given twice, the inner one wins.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { CommandContext } from "everfold"
 *
 * const metadata = Effect.map(CommandContext.Current, (context) => context.metadata).pipe(
 *   CommandContext.annotate({ user: "bob" }),
 *   CommandContext.annotate({ user: "ada", ip: "10.0.0.7" })
 * )
 * console.log(Effect.runSync(metadata)) // { user: 'bob', ip: '10.0.0.7' }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const annotate = (metadata: JsonObject): (<A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  update((context) => ({ ...context, metadata: { ...context.metadata, ...metadata } }))
