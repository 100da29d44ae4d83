import { none, some } from "fp-ts/lib/Option.js"
import { Prism as Monocle } from "monocle-ts"
import { describe, expect, it } from "vitest"
import * as Prism from "../../../src/core/domain/Prism.ts"

type Shape =
  | { readonly _tag: "Dot" }
  | { readonly _tag: "Line"; readonly length: number }
  | { readonly _tag: "Disc"; readonly radius: number }

describe("a prism", () => {
  it("picks the members of a union by their tags", () => {
    const flat = Prism.tagged<Shape>()("Line", "Disc")
    expect(flat.getOption({ _tag: "Disc", radius: 1 })).toEqual(some({ _tag: "Disc", radius: 1 }))
    expect(flat.getOption({ _tag: "Dot" })).toEqual(none)
    expect(flat.reverseGet({ _tag: "Line", length: 2 })).toEqual({ _tag: "Line", length: 2 })
    expect(Prism.tagged<Shape>()().getOption({ _tag: "Dot" })).toEqual(none)
  })

  it("picks everything where it is the identity", () => {
    expect(Prism.id<Shape>().getOption({ _tag: "Dot" })).toEqual(some({ _tag: "Dot" }))
  })

  it("may come from monocle-ts, and composes", () => {
    const radius: Prism.Prism<{ readonly _tag: "Disc"; readonly radius: number }, number> = new Monocle(
      ({ radius }) => some(radius),
      (radius) => ({ _tag: "Disc", radius }),
    )
    const discs = Prism.compose(Prism.tagged<Shape>()("Disc"), radius)
    expect(discs.getOption({ _tag: "Disc", radius: 3 })).toEqual(some(3))
    expect(discs.getOption({ _tag: "Dot" })).toEqual(none)
    expect(discs.reverseGet(4)).toEqual({ _tag: "Disc", radius: 4 })
  })
})
