import { expectTypeOf } from "vitest"
import * as Decider from "../../src/core/domain/Decider.ts"

type Cmd = { readonly _tag: "A"; readonly n: number } | { readonly _tag: "B" }
type Evt = { readonly _tag: "Did"; readonly n: number } | { readonly _tag: "Done" }
class Late {
  readonly _tag = "Late"
}
class Early {
  readonly _tag = "Early"
  readonly by: number
  constructor(by: number) {
    this.by = by
  }
}

const d = Decider.make({
  initial: 0,
  decide: (c: Cmd, s: number) => {
    switch (c._tag) {
      case "A":
        return s > 3
          ? Decider.reject(new Late())
          : s < 0
            ? Decider.reject(new Early(1))
            : Decider.accept({ _tag: "Did", n: c.n })
      case "B":
        return Decider.accept({ _tag: "Done" }, { _tag: "Did", n: 1 })
    }
  },
  evolve: (s: number, e: Evt): number => (e._tag === "Did" ? s + e.n : s),
})
expectTypeOf(d).toEqualTypeOf<Decider.Decider<Cmd, number, Evt, Late | Early>>()

Decider.make({
  initial: 0,
  // @ts-expect-error an event that the model does not have
  decide: (_c: Cmd, _s: number) => Decider.accept({ _tag: "Dod" }),
  evolve: (s: number, _e: Evt): number => s,
})

const text = Decider.make({
  initial: "",
  decide: (c: "x" | "y", s: string) => (s === c ? Decider.reject(c) : Decider.accept(c)),
  evolve: (s: string, e: "x" | "y"): string => s + e,
})
const both = Decider.product({ d, text })
expectTypeOf(both).toEqualTypeOf<
  Decider.Decider<
    { readonly _tag: "d"; readonly command: Cmd } | { readonly _tag: "text"; readonly command: "x" | "y" },
    { readonly d: number; readonly text: string },
    { readonly _tag: "d"; readonly event: Evt } | { readonly _tag: "text"; readonly event: "x" | "y" },
    Late | Early | "x" | "y"
  >
>()
