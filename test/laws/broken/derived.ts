/** Codecs with a flaw that is found by what derives from them, and nothing else. */
import * as t from "io-ts"
import { NonEmptyString } from "io-ts-types/lib/NonEmptyString.js"
import { NumberFromString } from "io-ts-types/lib/NumberFromString.js"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import * as CodecLaws from "../../../src/laws/CodecLaws.ts"
import { rightOf } from "../../core/support.ts"
import type { Case } from "./caught.ts"
import * as codecs from "./codecs.ts"
import type { OrderEvent } from "./orders.ts"

const alone = (codec: EventCodec.EventCodec<OrderEvent>) => CodecLaws.suite({ codec })

/** A text is not always as long as one thinks. */
const Initial = EventCodec.make({
  Named: EventCodec.version(t.type({ name: t.string })).pipe(
    EventCodec.upcast(t.type({ initial: t.string }), ({ name }) => ({
      initial: rightOf(NonEmptyString.decode(name.slice(0, 1))),
    })),
  ),
})

/** What is a number in a text is read as a number. */
const Ambiguous = EventCodec.make({ Noted: t.type({ what: t.union([NumberFromString, t.string]) }) })

/** Takes what is absent for what is empty. */
const Defaulting = EventCodec.make({
  Noted: t.partial({
    text: new t.Type<string, string | null>(
      "Defaulting",
      t.string.is,
      (u, context) => (u === null ? t.success("none") : t.string.validate(u, context)),
      (text) => (text === "" ? null : text),
    ),
  }),
})

const found: ReadonlyArray<Case> = [
  { law: "C1", flaw: "a codec of numbers of 32 bits", suite: CodecLaws.suite({ codec: codecs.Narrowing }) },
  { law: "C1", flaw: "a union whose members overlap", suite: CodecLaws.suite({ codec: Ambiguous }) },
  { law: "C1", flaw: "a codec that confuses empty and absent", suite: CodecLaws.suite({ codec: Defaulting }) },
  { law: "C2", flaw: "a codec that writes when it was written", suite: alone(codecs.Stamping) },
  {
    law: "C2",
    flaw: "a codec that writes a set in another order each time",
    suite: CodecLaws.suite({ codec: codecs.Reversing }),
  },
  { law: "C3", flaw: "an upcast that did not think of an empty text", suite: CodecLaws.suite({ codec: Initial }) },
  { law: "C3", flaw: "an upcast whose answer its version does not accept", suite: alone(codecs.Unacceptable) },
  { law: "C3", flaw: "an upcast whose answer its version writes otherwise", suite: alone(codecs.Losing) },
  { law: "C3", flaw: "an upcast that keeps what it answered, and changes it", suite: alone(codecs.Sharing) },
  { law: "C3", flaw: "a split into what the tag's codec does not accept", suite: alone(codecs.Ill) },
  { law: "C3", flaw: "a split that does not decode", suite: alone(codecs.Undeclared) },
  { law: "C5", flaw: "a codec that writes what it should refuse", suite: alone(codecs.Careless) },
  { law: "C5", flaw: "a codec that refuses and does not say why", suite: alone(codecs.Silent) },
  { law: "C5", flaw: "a codec that reads what it does not write", suite: alone(codecs.OneWay) },
  { law: "C6", flaw: "a codec that knows its own names only", suite: alone(codecs.OwnNames) },
  { law: "C6", flaw: "a codec that knows the first tag of a split only", suite: alone(codecs.FirstOnly) },
]

export const cases: ReadonlyArray<Case> = found.map((each) => ({ ...each, flaw: `${each.flaw}, told by itself` }))
