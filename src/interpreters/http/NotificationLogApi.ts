/**
 * The notification log's HTTP API as a value: what is served, what a client may be made of, and the OpenAPI document.
 *
 * @since 0.1.0
 */

import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access } from "./Access.ts"
import { Faults } from "./Faults.ts"
import * as Wire from "./Wire.ts"

const section = HttpApiEndpoint.get("section", "/sections/:id", {
  params: { id: Schema.String.annotate({ description: "A section's first and last position, 1,20; or current." }) },
  query: {
    after: Schema.optionalKey(Wire.After),
    wait: Schema.optionalKey(
      Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
        description: `Milliseconds to wait at most until there is more than after; at most ${Wire.longestWait}.`,
      }),
    ),
  },
  headers: { "if-none-match": Schema.optionalKey(Schema.String) },
  success: [Wire.Section, HttpApiSchema.Empty(304)],
  error: [Wire.InvalidInput, Wire.StoreUnavailable],
}).annotateMerge(
  OpenApi.annotations({
    summary: "A section of the log",
    description:
      "Every answer has a strong ETag. An archived section may be kept for ever, by its Cache-Control; any other, and " +
      "whatever current answers, is asked for again. With after and wait the answer comes once there is more.",
  }),
)

const events = HttpApiEndpoint.get("events", "/events", {
  query: { after: Schema.optionalKey(Wire.After) },
  headers: { "last-event-id": Schema.optionalKey(Wire.After) },
  success: HttpApiSchema.StreamSse({ events: Wire.Told }),
  error: Wire.InvalidInput,
}).annotateMerge(
  OpenApi.annotations({
    summary: "Every event after a position, then each as it is recorded",
    description:
      "Server-sent events without end: named event, their id the position, their data the event; and named heartbeat, " +
      "without an id, their data the last position that was told. Last-Event-ID is stronger than after.",
  }),
)

/**
 * `GET /sections/:id` and `GET /events`.
 *
 * @example
 * ```ts
 * import * as OpenApi from "effect/http-api/OpenApi"
 * import { NotificationLogApi } from "everfold/http"
 *
 * console.log(Object.keys(OpenApi.fromApi(NotificationLogApi.api).paths)) // [ '/sections/{id}', '/events' ]
 * ```
 * @category api
 * @since 0.1.0
 */
export const api = HttpApi.make("everfold")
  .add(HttpApiGroup.make("log").add(section, events).middleware(Faults).middleware(Access))
  .annotateMerge(
    OpenApi.annotations({ title: "Notification log", description: "The events of a store, in numbered sections." }),
  )
