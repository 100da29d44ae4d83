import { expectTypeOf } from "vitest"
import * as Decider from "../../src/core/domain/Decider.ts"
import * as Prism from "../../src/core/domain/Prism.ts"
import * as ProcessManager from "../../src/core/domain/ProcessManager.ts"
import * as View from "../../src/core/domain/View.ts"

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

// Events of several tags, each from its constructor.
declare const did: (n: number) => Extract<Evt, { readonly _tag: "Did" }>
declare const done: () => Extract<Evt, { readonly _tag: "Done" }>
const constructed = Decider.make({
  initial: 0,
  decide: (c: Cmd, _s: number) =>
    c._tag === "B" ? Decider.accept() : c.n === 0 ? Decider.reject(new Late()) : Decider.accept(did(c.n), done()),
  evolve: (s: number, _e: Evt): number => s,
})
expectTypeOf(constructed).toEqualTypeOf<Decider.Decider<Cmd, number, Evt, Late>>()

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

// Each of these parts has its own tags: they combine without wrapping.
type LampCommand = { readonly _tag: "Press" } | { readonly _tag: "Hold"; readonly seconds: number }
type LampEvent = { readonly _tag: "Pressed" } | { readonly _tag: "Held" }
const lamp = Decider.make({
  initial: false,
  decide: (c: LampCommand, s: boolean) =>
    c._tag === "Press" ? Decider.accept({ _tag: "Pressed" }) : s ? Decider.reject(new Early(1)) : Decider.accept(),
  evolve: (s: boolean, e: LampEvent): boolean => (e._tag === "Pressed" ? !s : s),
})
const routing = {
  commands: { A: "d", B: "d", Press: "lamp", Hold: "lamp" },
  events: { Did: "d", Done: "d", Pressed: "lamp", Held: "lamp" },
} as const
const combined = Decider.combine({ d, lamp }, routing)
expectTypeOf(combined).toEqualTypeOf<
  Decider.Decider<Cmd | LampCommand, { readonly d: number; readonly lamp: boolean }, Evt | LampEvent, Late | Early>
>()
// The routes are checked where they are written, too.
Decider.combine(
  { d, lamp },
  {
    commands: { A: "d", B: "d", Press: "lamp", Hold: "lamp" },
    events: { Did: "d", Done: "d", Pressed: "lamp", Held: "lamp" },
  },
)
Decider.combine(
  { d, lamp },
  {
    // @ts-expect-error a command without a part
    commands: { A: "d", B: "d", Press: "lamp" },
    events: routing.events,
  },
)
Decider.combine(
  { d, lamp },
  {
    commands: routing.commands,
    // @ts-expect-error an event of another part
    events: { ...routing.events, Held: "d" },
  },
)
// @ts-expect-error parts that share their tags
Decider.combine({ d, again: d }, { commands: { A: "d", B: "again" }, events: { Did: "d", Done: "again" } })
// @ts-expect-error parts whose commands have no tags
Decider.combine({ text, d }, { commands: { A: "d", B: "d" }, events: { Did: "d", Done: "d" } })

const adapted = Decider.adapt(
  Prism.tagged<Cmd | LampCommand>()("A", "B"),
  Prism.tagged<Evt | LampEvent>()("Did", "Done"),
)(d)
expectTypeOf(adapted).toEqualTypeOf<Decider.Decider<Cmd | LampCommand, number, Evt | LampEvent, Late | Early>>()
// @ts-expect-error a tag that the union does not have
Prism.tagged<Cmd>()("C")
// @ts-expect-error a prism that does not pick all of the decider's events
Decider.adapt(Prism.id<Cmd>(), Prism.tagged<Evt | LampEvent>()("Did"))(d)

const seats = Decider.many<"left" | "right">()(d)
expectTypeOf(seats).toEqualTypeOf<
  Decider.Decider<
    Decider.ManyCommand<"left" | "right", Cmd>,
    ReadonlyMap<"left" | "right", number>,
    Decider.ManyEvent<"left" | "right", Evt>,
    Late | Early
  >
>()
expectTypeOf(Decider.batch(d)).toEqualTypeOf<Decider.Decider<ReadonlyArray<Cmd>, number, Evt, Late | Early>>()
expectTypeOf(Decider.mapRejection((r: Late | Early) => r._tag)(d)).toEqualTypeOf<
  Decider.Decider<Cmd, number, Evt, "Late" | "Early">
>()

// A process manager may ask for some of the commands only, and follow more events than the decider has.
const driver = ProcessManager.make({
  initial: 0,
  evolve: (n: number, e: Evt | LampEvent): number => n + (e._tag === "Did" ? 1 : 0),
  react: (n) => (n === 1 ? [{ _tag: "B" }] : []),
  pending: (n) => (n === 1 ? [{ _tag: "B" }] : []),
})
expectTypeOf(driver).toEqualTypeOf<ProcessManager.ProcessManager<Evt | LampEvent, { readonly _tag: "B" }, number>>()
const driven = Decider.orchestrate(driver, 3)(d)
expectTypeOf(driven).toEqualTypeOf<
  Decider.Decider<Cmd, Decider.Orchestrated<number, number>, Evt, Late | Early | Decider.OutOfFuel<Cmd>>
>()
// @ts-expect-error a manager that asks for what the decider does not know
Decider.orchestrate(driver, 3)(lamp)

const seen = View.product({
  ons: View.make(0, (n: number, e: Evt) => n + e._tag.length),
  all: View.make("", (s: string, e: Evt | LampEvent) => s + e._tag),
})
expectTypeOf(seen).toEqualTypeOf<View.View<{ readonly ons: number; readonly all: string }, Evt>>()
const nothing: View.View<Readonly<Record<never, never>>, unknown> = View.product({})
expectTypeOf(nothing.initial).toExtend<object>()

// Parts have to be deciders through and through, each with a name.
// @ts-expect-error a part that evolves another state than it begins with
Decider.product({ p: { ...d, initial: "" } })
// @ts-expect-error a part that may be missing
Decider.product<{ readonly d: typeof d; readonly text?: typeof text }>({ d })
// @ts-expect-error a view that evolves another state than it begins with
View.product({ v: { initial: 0, evolve: (s: string, _e: Evt) => s } })
// @ts-expect-error a process manager that asks on another state
ProcessManager.product({ driver, p: { ...driver, react: (_s: string) => [] } })

// A tag that stands for many could be a tag of any part.
const wide = Decider.make({
  initial: 0,
  decide: (_c: { readonly _tag: string }, _s: number) => Decider.accept({ _tag: "Widened" }),
  evolve: (s: number, _e: { readonly _tag: string }): number => s,
})
// @ts-expect-error parts whose tags are not known
Decider.combine({ wide, lamp }, routing)

// A prism gives what it picks its true type, also where one member has several tags.
type Parcel = { readonly _tag: "Pack" | "Send"; readonly parcel: number } | { readonly _tag: "Order" }
expectTypeOf(Prism.tagged<Parcel>()("Pack", "Send")).toEqualTypeOf<
  Prism.Prism<Parcel, { readonly _tag: "Pack" | "Send"; readonly parcel: number }>
>()
const packing = Prism.tagged<Parcel>()("Pack").getOption({ _tag: "Order" })
if (packing._tag === "Some") expectTypeOf(packing.value.parcel).toEqualTypeOf<number>()

// A process manager may ask for commands of several kinds, and owes only such.
const several = ProcessManager.make({
  initial: 0,
  evolve: (n: number, _e: Evt) => n + 1,
  react: (n) => (n === 1 ? [{ _tag: "A", n }] : n === 2 ? [{ _tag: "B" }] : []),
  pending: (n) => (n === 1 ? [{ _tag: "B" }] : []),
})
Decider.orchestrate(several, 3)(d)
ProcessManager.make({
  initial: 0,
  evolve: (n: number, _e: Evt) => n + 1,
  react: (n) => (n === 1 ? [{ _tag: "B" }] : []),
  // @ts-expect-error a command that is never asked for
  pending: (n) => (n === 1 ? [{ _tag: "C" }] : []),
})
