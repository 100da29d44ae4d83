/**
 * What of a request is not as it should be, told like any other refusal.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import type * as Layer from "effect/Layer"
import * as Wire from "./Wire.ts"

/**
 * Turns what does not decode into `InvalidInput`.
 *
 * @category service
 * @since 0.1.0
 */
export class Faults extends HttpApiMiddleware.Service<Faults>()("everfold/interpreters/http/Faults", {
  error: Wire.InvalidInput,
}) {
  static readonly layer: Layer.Layer<Faults> = HttpApiMiddleware.layerSchemaErrorTransform(Faults, ({ kind, cause }) =>
    Effect.fail({ _tag: "InvalidInput" as const, what: `${kind.toLowerCase()}: ${cause.message}` }),
  )
}
