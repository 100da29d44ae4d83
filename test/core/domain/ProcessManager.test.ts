import { describe, expect, it } from "vitest"
import * as Prism from "../../../src/core/domain/Prism.ts"
import * as ProcessManager from "../../../src/core/domain/ProcessManager.ts"

type Event = { readonly _tag: "Ordered"; readonly order: string } | { readonly _tag: "Shipped"; readonly order: string }

const shipping = ProcessManager.make({
  initial: [],
  evolve: (open: ReadonlyArray<string>, event: Event): ReadonlyArray<string> =>
    event._tag === "Ordered" ? [...open, event.order] : open.filter((order) => order !== event.order),
  react: (_open, event): ReadonlyArray<string> => (event._tag === "Ordered" ? [`ship ${event.order}`] : []),
  pending: (open) => open.map((order) => `ship ${order}`),
  isTerminal: (open) => open.length > 2,
})
const ordered = (order: string): Event => ({ _tag: "Ordered", order })
const shipped = (order: string): Event => ({ _tag: "Shipped", order })

describe("a process manager", () => {
  it("owes what it asked for until that is done", () => {
    const owed = ProcessManager.owed(shipping)
    expect(owed([])).toEqual([])
    expect(owed([ordered("1"), ordered("2"), shipped("1")])).toEqual(["ship 2"])
    expect(owed([ordered("1"), shipped("1")])).toEqual([])
  })

  it("is never over where it does not say when", () => {
    const { isTerminal: _, ...rest } = shipping
    expect(ProcessManager.make(rest).isTerminal(["1", "2", "3"])).toBe(false)
    expect(shipping.isTerminal(["1", "2", "3"])).toBe(true)
  })

  it("follows translated events and asks for translated commands", () => {
    const loud = ProcessManager.promap(ordered, (command: string) => command.toUpperCase())(shipping)
    expect(loud.react([], "x")).toEqual(["SHIP X"])
    expect(ProcessManager.owed(loud)(["x", "y"])).toEqual(["SHIP X", "SHIP Y"])
  })

  it("asks for nothing on events that are not its own", () => {
    type Wide = Event | { readonly _tag: "Seen" }
    const wide = ProcessManager.adapt(Prism.tagged<Wide>()("Ordered", "Shipped").getOption)(shipping)
    expect(wide.react(["1"], { _tag: "Seen" })).toEqual([])
    expect(wide.react(["1"], ordered("1"))).toEqual(["ship 1"])
    expect(ProcessManager.owed(wide)([ordered("1"), { _tag: "Seen" }])).toEqual(["ship 1"])
  })

  it("works beside others, the first one first", () => {
    const thanking = ProcessManager.promap(
      (event: Event) => event,
      (command: string) => command.replace("ship", "thank for"),
    )(shipping)
    const both = ProcessManager.product({ shipping, thanking })
    expect(both.react(both.initial, ordered("1"))).toEqual(["ship 1", "thank for 1"])
    expect(ProcessManager.owed(both)([ordered("1"), ordered("2")])).toEqual([
      "ship 1",
      "ship 2",
      "thank for 1",
      "thank for 2",
    ])
    expect(both.isTerminal({ shipping: ["1", "2", "3"], thanking: [] })).toBe(false)
  })

  it("works beside any number of others", () => {
    const five = ProcessManager.product({ a: shipping, b: shipping, c: shipping, d: shipping, e: shipping })
    const state = { a: ["1"], b: ["2"], c: ["3"], d: ["4"], e: ["5"] }
    expect(five.pending(state)).toEqual(["ship 1", "ship 2", "ship 3", "ship 4", "ship 5"])
    expect(five.react(state, ordered("6"))).toEqual(Array.from({ length: 5 }, () => "ship 6"))
    const over = ["1", "2", "3"]
    expect(five.isTerminal({ a: over, b: over, c: over, d: over, e: over })).toBe(true)
    expect(five.isTerminal({ a: over, b: over, c: over, d: over, e: [] })).toBe(false)
  })

  it("has an fp-ts instance", () => {
    const sized = ProcessManager.Profunctor.map(shipping, (command) => command.length)
    expect(sized.react([], ordered("12"))).toEqual([7])
    expect(sized.pending(["1"])).toEqual([6])
    const named = ProcessManager.Profunctor.promap(shipping, ordered, (command) => [command])
    expect(named.react([], "1")).toEqual([["ship 1"]])
  })
})
