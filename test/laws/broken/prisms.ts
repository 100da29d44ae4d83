/** A prism of shapes, and the ways in which one goes wrong. */
import * as fc from "fast-check"
import { none, some } from "fp-ts/lib/Option.js"
import * as Prism from "../../../src/core/domain/Prism.ts"
import * as PrismLaws from "../../../src/laws/PrismLaws.ts"
import type { Case } from "./caught.ts"

export type Shape =
  | { readonly _tag: "Dot" }
  | { readonly _tag: "Line" | "Ray"; readonly length: number }
  | { readonly _tag: "Disc"; readonly radius: number }

export const dot = fc.constant({ _tag: "Dot" as const })
const line = fc.record({ _tag: fc.constantFrom("Line" as const, "Ray" as const), length: fc.nat(9) })
export const disc = fc.record({ _tag: fc.constant("Disc" as const), radius: fc.nat(9) })
export const shapes: fc.Arbitrary<Shape> = fc.oneof(dot, line, disc)

const ofDisc: Prism.Prism<Extract<Shape, { readonly _tag: "Disc" }>, number> = {
  getOption: ({ radius }) => some(radius),
  reverseGet: (radius) => ({ _tag: "Disc", radius }),
}
export const radius = Prism.compose(Prism.tagged<Shape>()("Disc"), ofDisc)

/** Takes the length of a line for a radius too. */
const anyLength = (shape: Shape) => ("length" in shape ? some(shape.length) : radius.getOption(shape))

const broken = (flawed: Partial<typeof radius>) =>
  PrismLaws.suite({ prism: { ...radius, ...flawed }, wholes: shapes, parts: fc.nat() })

export const cases: ReadonlyArray<Case> = [
  { law: "PR1", flaw: "a prism that picks nothing", suite: broken({ getOption: () => none }) },
  {
    law: "PR1",
    flaw: "a prism that puts back something else",
    suite: broken({ reverseGet: () => ({ _tag: "Dot" }) }),
  },
  {
    law: "PR2",
    flaw: "a prism that takes more for its own than it can put back",
    suite: broken({ getOption: anyLength }),
  },
]
