import * as fc from "fast-check"
import { none, some } from "fp-ts/lib/Option.js"
import { describe } from "vitest"
import * as Prism from "../../src/core/domain/Prism.ts"
import * as PrismLaws from "../../src/laws/PrismLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catches } from "./broken/caught.ts"

type Shape =
  | { readonly _tag: "Dot" }
  | { readonly _tag: "Line" | "Ray"; readonly length: number }
  | { readonly _tag: "Disc"; readonly radius: number }

const dot = fc.constant({ _tag: "Dot" as const })
const line = fc.record({ _tag: fc.constantFrom("Line" as const, "Ray" as const), length: fc.nat(9) })
const disc = fc.record({ _tag: fc.constant("Disc" as const), radius: fc.nat(9) })
const shapes: fc.Arbitrary<Shape> = fc.oneof(dot, line, disc)

laws(PrismLaws.suite({ prism: Prism.id<Shape>(), wholes: shapes, parts: shapes }))
laws(PrismLaws.suite({ prism: Prism.tagged<Shape>()("Dot", "Disc"), wholes: shapes, parts: fc.oneof(dot, disc) }))

const ofDisc: Prism.Prism<Extract<Shape, { readonly _tag: "Disc" }>, number> = {
  getOption: ({ radius }) => some(radius),
  reverseGet: (radius) => ({ _tag: "Disc", radius }),
}
const radius = Prism.compose(Prism.tagged<Shape>()("Disc"), ofDisc)
laws(PrismLaws.suite({ prism: radius, wholes: shapes, parts: fc.nat() }))

describe("broken", () => {
  const broken = (prism: Partial<typeof radius>) =>
    PrismLaws.suite({ prism: { ...radius, ...prism }, wholes: shapes, parts: fc.nat() })
  catches("PR1", "a prism that picks nothing", broken({ getOption: () => none }))
  catches("PR1", "a prism that puts back something else", broken({ reverseGet: () => ({ _tag: "Dot" }) }))
  catches(
    "PR2",
    "a prism that takes more for its own than it can put back",
    broken({ getOption: (shape) => ("length" in shape ? some(shape.length) : radius.getOption(shape)) }),
  )
})
