/**
 * Who may read the log: asked of every request before anything else.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Layer from "effect/Layer"
import * as Wire from "./Wire.ts"

/**
 * Whoever asks may not read the log: 401, with the challenge that tells how to.
 *
 * @example
 * ```ts
 * import { Unauthorized } from "everfold/http"
 *
 * const refused = new Unauthorized({ what: "the token has expired", challenge: "Bearer" })
 * console.log(refused.message) // Not allowed to read the log: the token has expired.
 * ```
 * @category errors
 * @since 0.1.0
 */
export class Unauthorized extends TaggedError("Unauthorized")<{
  /** What is wrong; told to whoever asked. */
  readonly what: string
  /** Of the `WWW-Authenticate` header: a scheme, with its parameters. */
  readonly challenge: string
}> {
  override get message(): string {
    return `Not allowed to read the log: ${this.what}.`
  }
}

/**
 * Who answers may be kept for: anybody, or only the one who was let in.
 *
 * @category service
 * @since 0.1.0
 */
export class Audience extends Context.Service<Audience, "public" | "private">()(
  "everfold/interpreters/http/Access/Audience",
) {}

/**
 * Who may read the log. A server has none by itself: say `open`, or bring what allows and refuses.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Access, Unauthorized } from "everfold/http"
 *
 * const everybody = Access.open
 * const refused = new Unauthorized({ what: "the token is wrong", challenge: "Bearer" })
 * const byToken = Access.check(({ headers }) =>
 *   headers.authorization === "Bearer a-long-secret" ? Effect.void : Effect.fail(refused)
 * )
 * ```
 * @category service
 * @since 0.1.0
 */
export class Access extends HttpApiMiddleware.Service<Access, { provides: Audience }>()(
  "everfold/interpreters/http/Access",
  { error: Wire.Unauthorized },
) {
  /** Everybody may read everything, and shared caches may keep it. */
  static readonly open: Layer.Layer<Access> = Layer.succeed(Access, (answer) =>
    Effect.provideService(answer, Audience, "public"),
  )

  /**
   * Those may read whom the effect does not refuse. It is asked once a request; an answer that lasts, as that of a
   * follower, is not cut when the permission ends. Shared caches keep nothing.
   */
  static readonly check = <R = never>(
    allow: (request: HttpServerRequest.HttpServerRequest) => Effect.Effect<void, Unauthorized, R>,
  ): Layer.Layer<Access, never, R> =>
    Layer.effect(
      Access,
      Effect.map(Effect.context<R>(), (context) => (answer) => {
        const allowed = Effect.flatMap(HttpServerRequest.HttpServerRequest, allow)
        return Effect.matchEffect(Effect.provideContext(allowed, context), {
          onFailure: (error) => Effect.succeed(refusal(error)),
          onSuccess: () => Effect.provideService(answer, Audience, "private"),
        })
      }),
    )
}

const refusal = ({ what, challenge }: Unauthorized) =>
  HttpServerResponse.jsonUnsafe(
    { _tag: "Unauthorized", what },
    { status: 401, headers: { "www-authenticate": challenge, "cache-control": "no-store" } },
  )
