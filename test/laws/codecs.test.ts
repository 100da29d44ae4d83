import { describe } from "vitest"
import * as CodecLaws from "../../src/laws/CodecLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as codecs from "./broken/codecs.ts"
import { good } from "./broken/orders.ts"
import { sqlite } from "./subjects.ts"

describe("an order over a long life", () => {
  laws(CodecLaws.suite(good))
  laws(CodecLaws.suite({ codec: codecs.Reversing, events: codecs.reversed.map((event) => event) }), { only: "C1" })
})

describe("the same on SQLite", () => {
  laws(CodecLaws.suite({ ...good, layer: sqlite }), { only: "C6", runs: 20 })
})

catchesAll(codecs.cases)
