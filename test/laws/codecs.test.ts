import { describe } from "vitest"
import * as CodecLaws from "../../src/laws/CodecLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catches } from "./broken/caught.ts"
import * as codecs from "./broken/codecs.ts"
import { sqlite } from "./subjects.ts"

const { good, golden } = codecs
const broken = (flawed: Partial<CodecLaws.Subject<codecs.OrderEvent, number>>) =>
  CodecLaws.suite({ ...good, ...flawed })

describe("an order over a long life", () => {
  laws(CodecLaws.suite(good))
  laws(CodecLaws.suite({ codec: codecs.Reversing, events: codecs.reversed.map((event) => event) }), { only: "C1" })
})

describe("the same on SQLite", () => {
  laws(CodecLaws.suite({ ...good, layer: sqlite }), { only: "C6", runs: 20 })
})

describe("broken", () => {
  catches("C2", "a codec that writes when it was written", broken({ codec: codecs.Stamping }))
  catches(
    "C2",
    "a codec that writes a set in another order each time",
    CodecLaws.suite({ codec: codecs.Reversing, events: codecs.reversed }),
  )

  catches("C3", "an upcast whose answer its version does not accept", broken({ codec: codecs.Unacceptable }))
  catches("C3", "an upcast whose answer its version writes otherwise", broken({ codec: codecs.Losing }))
  catches("C3", "an upcast that keeps what it answered, and changes it", broken({ codec: codecs.Sharing }))
  catches("C3", "a split into what the tag's codec does not accept", broken({ codec: codecs.Ill }))
  catches("C3", "a split that does not decode", broken({ codec: codecs.Undeclared }))

  catches("C4", "an upcast that changed its mind", broken({ codec: codecs.Reinterpreting }))
  catches("C4", "an old name that was forgotten", broken({ codec: codecs.Forgetful }))
  catches("C4", "a first version that was dropped", broken({ codec: codecs.Dropping }))
  catches("C4", "an evolve that refuses history", broken({ view: codecs.refusing }))
  catches("C4", "an evolve that comes to nothing", broken({ view: codecs.vanishing }))
  catches(
    "C4",
    "a corpus without one version",
    broken({ golden: golden.filter(({ type, schemaVersion }) => type !== "Placed" || schemaVersion !== 2) }),
  )
  catches("C4", "a corpus without an old name", broken({ golden: golden.filter(({ type }) => type !== "OrderPlaced") }))
  catches("C4", "a corpus without a retired name", broken({ golden: golden.filter(({ type }) => type !== "Noted") }))
  catches("C4", "an empty corpus", broken({ golden: [] }))

  catches("C5", "a codec that writes what it should refuse", broken({ codec: codecs.Careless }))
  catches("C5", "a codec that refuses and does not say why", broken({ codec: codecs.Silent }))
  catches("C5", "a codec that throws on a long text", broken({ codec: codecs.Throwing }))
  catches("C5", "a codec that throws on a name that it does not know", broken({ codec: codecs.Reading }))
  catches("C5", "a codec that reads what it does not write", broken({ codec: codecs.OneWay }))
  catches("C5", "a codec of numbers of 32 bits", CodecLaws.suite({ codec: codecs.Narrowing, events: codecs.small }))

  catches("C6", "a codec that knows its own names only", broken({ codec: codecs.OwnNames }))
  catches("C6", "a codec that knows the first tag of a split only", broken({ codec: codecs.FirstOnly }))
  catches("C6", "a store that does not find old names", broken({ layer: codecs.finding }))
  catches("C6", "a store that checks one type of a condition", broken({ layer: codecs.checking }))
})
