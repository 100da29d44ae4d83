/**
 * The laws of codecs, tried on a user's own events.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as fc from "fast-check"
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import * as EventCodec from "../core/event/EventCodec.ts"
import * as Json from "../core/event/Json.ts"
import { agree, Difference } from "./Difference.ts"
import * as Law from "./Law.ts"

/**
 * A codec, and events of it.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import { CodecLaws } from "everfold/laws"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) })
 * type Counted = EventCodec.TypeOf<typeof Counted>
 * const subject: CodecLaws.Subject<Counted> = {
 *   codec: Counted,
 *   events: fc.integer().map((by) => Counted.Counted({ by }))
 * }
 * ```
 *
 * @category model
 * @since 0.1.0
 */
export interface Subject<E> {
  readonly codec: EventCodec.EventCodec<E>
  readonly events: fc.Arbitrary<E>
  /** How often each law is tried; 100 times, if left out. */
  readonly runs?: number
}

/** What should succeed: its fault is the other side of the equation. */
const succeeds = <A>(what: string, expected: unknown, result: Either<Json.Fault, A>): Effect.Effect<A, Difference> =>
  isLeft(result) ? Effect.fail(new Difference({ what, expected, actual: result.left })) : Effect.succeed(result.right)

/** C1 */
const roundTrip = <E>({ codec, events, runs }: Subject<E>): Law.Law =>
  Law.make({
    name: "C1",
    title: "round trip",
    equation: "decode(encode(e)) = e, through the text of its JSON",
    given: events,
    runs,
    holds: Effect.fnUntraced(function* (event) {
      const { type, schemaVersion, data } = yield* succeeds(
        "encoding the event",
        event,
        EventCodec.encode(codec, event),
      )
      const text = yield* succeeds("writing what it is encoded as", data, Json.stringify(data))
      const json = yield* succeeds("reading it back", data, Json.parse(text))
      const decoded = EventCodec.decode(codec, type, schemaVersion, json)
      yield* agree("the event, decoded", {
        expected: [event],
        actual: yield* succeeds(`decoding ${text}`, event, decoded),
      })
    }),
  })

/**
 * The laws of an event codec (C1).
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import { CodecLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) })
 *
 * laws(CodecLaws.suite({ codec: Counted, events: fc.integer().map((by) => Counted.Counted({ by })) }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = <E>(subject: Subject<E>): Law.Suite => ({ name: "an event codec", laws: [roundTrip(subject)] })
