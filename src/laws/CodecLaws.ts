/**
 * The laws of codecs, tried on a user's own events: those of today, and all that older versions of the model wrote.
 *
 * @since 0.1.0
 */
import { C4 } from "./codec/Golden.ts"
import { C5 } from "./codec/Hardening.ts"
import { C6 } from "./codec/Renaming.ts"
import { C1, C2 } from "./codec/RoundTrip.ts"
import type { Subject } from "./codec/Subject.ts"
import { C3 } from "./codec/Upcasting.ts"
import type * as Law from "./Law.ts"

export type { Fixture, StoredPayload, Subject } from "./codec/Subject.ts"

/**
 * The laws of an event codec: C1, C2 and C5; C3 and C6 where there are payloads that older versions wrote (`stored`),
 * and C4 where there is a corpus of them (`golden`).
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import { CodecLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) }, { past: { Added: EventCodec.renamed("Counted") } })
 *
 * laws(
 *   CodecLaws.suite({
 *     codec: Counted,
 *     events: fc.integer().map((by) => Counted.Counted({ by })),
 *     stored: fc.record({
 *       type: fc.constantFrom("Counted", "Added"),
 *       schemaVersion: fc.constant(1),
 *       data: fc.record({ by: fc.integer() })
 *     }),
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
  const { stored, golden } = subject
  return {
    name: "an event codec",
    laws: [
      C1(subject),
      C2(subject),
      ...(stored === undefined ? [] : [C3(subject, stored)]),
      ...(golden === undefined ? [] : [C4(subject, golden)]),
      C5(subject),
      ...(stored === undefined ? [] : [C6(subject, stored)]),
    ],
  }
}
