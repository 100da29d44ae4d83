/**
 * The laws of codecs, tried on a user's own events: those of today, and all that older versions of the model wrote.
 *
 * @since 0.1.0
 */
import * as Arbitrary from "./Arbitrary.ts"
import { C4 } from "./codec/Golden.ts"
import { C5 } from "./codec/Hardening.ts"
import { C6 } from "./codec/Renaming.ts"
import { C1, C2 } from "./codec/RoundTrip.ts"
import { C7 } from "./codec/Splitting.ts"
import { derived, type Subject, type Tried } from "./codec/Subject.ts"
import { C3 } from "./codec/Upcasting.ts"
import type * as Law from "./Law.ts"

export type { Fixture, StoredPayload, Subject } from "./codec/Subject.ts"

/**
 * The laws of an event codec: C1, C2, C3, C5 and C6, C4 where there is a corpus of what older versions wrote
 * (`golden`), and C7 where a name was split. The codec is enough: events, and payloads as any version wrote them, derive from it.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import { CodecLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as t from "io-ts"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) }, { past: { Added: EventCodec.renamed("Counted") } })
 *
 * laws(CodecLaws.suite({ codec: Counted }))
 * ```
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import { Arbitrary, CodecLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) }, { past: { Added: EventCodec.renamed("Counted") } })
 *
 * laws(
 *   CodecLaws.suite({
 *     codec: Counted,
 *     // Events of the model's own range.
 *     events: Arbitrary.events(Counted, { at: { "Counted.by": fc.integer({ min: 1, max: 9 }) } }),
 *     golden: [
 *       { type: "Added", schemaVersion: 1, data: { by: 1 }, events: [Counted.Counted({ by: 1 })] },
 *       { type: "Counted", schemaVersion: 1, data: { by: 2 }, events: [Counted.Counted({ by: 2 })] }
 *     ]
 *   })
 * )
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = <E extends { readonly _tag: string }, S = unknown>(subject: Subject<E, S>): Law.Suite => {
  const { codec, golden } = subject
  const tried: Tried<E, S> = {
    ...subject,
    events: subject.events ?? derived("CodecLaws", "events", () => Arbitrary.events(codec)),
    stored: subject.stored ?? derived("CodecLaws", "stored", () => Arbitrary.stored(codec)),
  }
  return {
    name: "an event codec",
    laws: [
      C1(tried),
      C2(tried),
      C3(tried),
      ...(golden === undefined ? [] : [C4(subject, golden)]),
      C5(tried),
      C6(tried),
      ...C7(tried),
    ],
  }
}
