import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Decider from "../../src/core/domain/Decider.ts"
import * as DeciderLaws from "../../src/laws/DeciderLaws.ts"
import * as Law from "../../src/laws/Law.ts"
import { laws } from "../../src/laws/vitest.ts"
import { anyCommand, subject } from "./broken/account.ts"
import { catchesAll } from "./broken/caught.ts"
import { cases, refined } from "./broken/deciders.ts"

describe("an account", () => {
  laws(DeciderLaws.suite(subject))
})

describe("an account that is sent any command", () => {
  laws(DeciderLaws.suite({ ...subject, commands: anyCommand }))
})

describe("a balance in place of an account", () => {
  laws(DeciderLaws.refinement(refined))
})

describe("broken", () => {
  catchesAll(cases)
})

const counter = Decider.make({
  initial: 0,
  decide: (by: number, _total: number) => Decider.accept(by),
  evolve: (total: number, by: number) => total + by,
})
const names = (suite: Law.Suite) => suite.laws.map(({ name }) => name)

describe("a suite", () => {
  it("has the laws of what a model promises", () => {
    expect(names(DeciderLaws.suite({ decider: counter, commands: fc.nat() }))).toEqual(["D1", "D2", "D3", "D6"])
    expect(names(DeciderLaws.suite(subject))).toEqual([
      "D1",
      "D2",
      "D3",
      "D4",
      "D5",
      "D6",
      "D7",
      "D8",
      "D9",
      "D10",
      "D12",
    ])
    const { codec: _, ...uncoded } = subject
    expect(names(DeciderLaws.suite(uncoded))).not.toContain("D10")
    expect(names(DeciderLaws.suite({ decider: subject.decider, commands: anyCommand, codec: subject.codec }))).toEqual([
      "D1",
      "D2",
      "D3",
      "D6",
      "D7",
      "D12",
    ])
  })

  it("counts what it comes upon", async () => {
    for (const law of DeciderLaws.suite(subject).laws) {
      const { seen } = await Effect.runPromise(Law.check(law, { seed: 1 }))
      expect([...seen.keys()]).toEqual(
        expect.arrayContaining([
          ...["Opened", "Deposited", "Withdrawn", "Renamed", "Closed"].map((tag) => `event ${tag}`),
          ...["NotOpen", "Taken", "Overdrawn"].map((tag) => `rejection ${tag}`),
          ...["None", "Open", "Closed"].map((tag) => `state ${tag}`),
          ...["command accepted", "command refused", "command without events"],
          ...["history of 1 to 4 events", "history of 5 to 9 events", "history of 10 events or more"],
          "history that is over",
        ]),
      )
    }
  })

  it("asks for texts, and for the events that are listed in place of those of the codec", async () => {
    const [law] = DeciderLaws.suite({
      decider: Decider.make({
        initial: "shut",
        decide: (to: "open" | "shut", now: "open" | "shut") =>
          to === now ? Decider.reject("so it is") : Decider.accept(to),
        evolve: (_: "open" | "shut", to: "open" | "shut") => to,
      }),
      commands: fc.constantFrom("open", "shut"),
      reach: { states: ["open", "shut"], events: ["open"], rejections: ["so it is"] },
    }).laws.filter(({ name }) => name === "D7")
    expect(law?.must).toEqual(["state open", "state shut", "event open", "rejection so it is"])
    expect(law && (await Effect.runPromise(Law.check(law, { seed: 1 })))).toMatchObject({ _tag: "Holds" })
    const { reach } = subject
    const [chosen] = DeciderLaws.suite({ ...subject, reach: { ...reach, events: ["Opened"] } }).laws.filter(
      ({ name }) => name === "D7",
    )
    expect(chosen?.must.filter((what) => what.startsWith("event"))).toEqual(["event Opened"])
  })
})

describe("one flaw fails one law:", () => {
  const failed = async (flaw: string): Promise<ReadonlyArray<string>> => {
    const found = cases.find((each) => each.flaw === flaw)
    const results = found && (await Effect.runPromise(Law.checkAll(found.suite, { seed: 7 })))
    return (results ?? []).flatMap(({ _tag, law }) => (_tag === "Counterexample" ? [law.name] : []))
  }
  it.each([
    ["D2", "an evolve that pushes into a list of its state"],
    ["D2", "a decide that asks the clock"],
    ["D3", "a decide that refuses by throwing"],
    ["D3", "an evolve that checks a rule"],
    ["D3", "a decide without a case"],
    ["D3", "an evolve without a case"],
    ["D4", "a limit that is off by one"],
    ["D5", "a retry that is refused"],
    ["D6", "an end that is opened again"],
    ["D8", "two beginnings that are said to commute"],
    ["D8", "a commutation that is told one way round"],
    ["D9", "a withdrawal that is rebased over withdrawals"],
    ["D10", "a query that forgets the end"],
  ])("%s, %s", async (law, flaw) => {
    expect(await failed(flaw)).toEqual([law])
  })
})

/** What happened, and what is wrong, without the places in files. */
const told = async (flaw: string): Promise<string> => {
  const found = cases.find((each) => each.flaw === flaw)
  const law = found?.suite.laws.find(({ name }) => name === found.law)
  const result = law && (await Effect.runPromise(Law.check(law, { seed: 42 })))
  const message = result?._tag === "Counterexample" && result.reason instanceof Error ? result.reason.message : ""
  return message.replaceAll(/^ +at .*\n/gm, "")
}

describe("a report tells the history, and then", () => {
  it("what was changed", async () => {
    expect(await told("an evolve that pushes into a list of its state")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Deposit { amount: 1 } → Deposited { amount: 1 }, then evolve changed the state
      evolve changed the state that it was given.
      Others may hold it still: a cache, or a command that waits. Answer a new one.
      before:
        Open { owner: "Ada", balance: 0, movements: [] }
      after:
        Open { owner: "Ada", balance: 0, movements: [1] }
      on the event:
        Deposited { amount: 1 }"
    `)
  })
  it("that the clock was asked", async () => {
    expect(await told("a decide that asks the clock")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Close { at: new Date("2026-01-01T00:00:00.000Z") } → answered one thing, then another
      decide answered otherwise when it was asked again. It follows the clock: let the command bring the time.
      at first:
        Closed { at: new Date("2026-01-01T12:00:00.000Z") }
      again:
        Closed { at: new Date("2027-02-05T12:00:00.000Z") }
      on the command:
        Close { at: new Date("2026-01-01T00:00:00.000Z") }
      in the state:
        Open { owner: "Ada", balance: 0, movements: [] }"
    `)
  })
  it("what was thrown, on what, in which state", async () => {
    expect(await told("a decide that refuses by throwing")).toMatchInlineSnapshot(`
      "what happened:
        Withdraw { amount: 1 } → threw Error: 1 cannot be withdrawn: not open
      decide threw Error: 1 cannot be withdrawn: not open
      To refuse a command, answer Decider.reject.
      on the command:
        Withdraw { amount: 1 }
      in the state:
        None"
    `)
  })
  it("what is thrown on an event that is recorded no more", async () => {
    expect(await told("an evolve that throws on what is recorded no more")).toMatchInlineSnapshot(`
      "Of an event that may be stored, though no command led to it here:
      evolve threw RangeError: a negative amount
      What has happened cannot be refused: a rule belongs into decide, and evolve takes every event as it is.
      on the event:
        Deposited { amount: -1 }
      in the state:
        None"
    `)
  })
  it("that there is no answer", async () => {
    expect(await told("an evolve without a case")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Deposit { amount: 1 } → Deposited { amount: 1 }
        Withdraw { amount: 1 } → Withdrawn { amount: 1 }, then evolve answered undefined
      evolve answered undefined, which is no state. Is there a case without a return?
      on the event:
        Withdrawn { amount: 1 }
      in the state:
        Open { owner: "Ada", balance: 1, movements: [1] }"
    `)
  })
  it("what is not true", async () => {
    expect(await told("an evolve that forgets one of two fields")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Deposit { amount: 1 } → Deposited { amount: 1 }
        Withdraw { amount: 1 } → Withdrawn { amount: 1 }
      It is not true that the balance is the sum of all movements, after Withdrawn { amount: 1 }.
      the state:
        Open { owner: "Ada", balance: 0, movements: [1] }"
    `)
  })
  it("what the same command came to again", async () => {
    expect(await told("a retry that is refused")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
      Open { owner: "Ada" } is declared idempotent. Sent again right after it was accepted, it should come to no events.
      it came to:
        rejected Taken
      in the state:
        Open { owner: "Ada", balance: 0, movements: [] }"
    `)
  })
  it("what is accepted after the end", async () => {
    expect(await told("an end that is opened again")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Close { at: new Date("2026-01-01T00:00:00.000Z") } → Closed { at: new Date("2026-01-01T00:00:00.000Z") }
      Open { owner: "Ada" } is accepted in a terminal state.
      it comes to:
        Opened { owner: "Ada" }
      in the terminal state:
        Closed { owner: "Ada" }"
    `)
  })
  it("what the order of events does", async () => {
    expect(await told("two changes of one field that are said to commute")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Rename { owner: "Mary" } → Renamed { owner: "Mary" }
        Rename { owner: "Ada" } → Renamed { owner: "Ada" }
      Renamed { owner: "Mary" } and Renamed { owner: "Ada" } are declared to commute, but their order matters.
      first Renamed { owner: "Mary" }:
        Open { owner: "Ada", balance: 0, movements: [] }
      first Renamed { owner: "Ada" }:
        Open { owner: "Mary", balance: 0, movements: [] }
      from the state:
        Open { owner: "Ada", balance: 0, movements: [] }"
    `)
  })
  it("what others' events do to a decision", async () => {
    expect(await told("a gift to whoever comes first")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Deposit { amount: 1 } → Deposited { amount: 11 }
      Deposit { amount: 1 } is declared to be decided alike, with or without Deposited { amount: 11 } meanwhile. It is not.
      decided without:
        Deposited { amount: 11 }
      decided after:
        Deposited { amount: 1 }
      in the state:
        Open { owner: "Ada", balance: 0, movements: [] }
      and in the state:
        Open { owner: "Ada", balance: 11, movements: [11] }"
    `)
  })
  it("what a query misses", async () => {
    expect(await told("a query that forgets the end")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Deposit { amount: 1 } → Deposited { amount: 1 }
      Closed { at: new Date("1970-01-01T00:00:00.000Z") } is outside the query for Deposit { amount: 1 }, but changes what is decided.
      decided without:
        Deposited { amount: 1 }
      decided after:
        rejected NotOpen
      in the state:
        Open { owner: "Ada", balance: 0, movements: [] }
      and in the state:
        Closed { owner: "Ada" }"
    `)
  })
  it("what cannot be stored", async () => {
    expect(await told("an amount that JSON does not know")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Deposit { amount: 1 } → Deposited { amount: Infinity }
      Deposited { amount: Infinity } cannot be stored: writing what it is encoded as failed at amount: Infinity has no JSON."
    `)
  })
  it("what a new decider shows", async () => {
    expect(await told("an upcast that drops a kind of event")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Deposit { amount: 1 } → Deposited { amount: 1 }
        Withdraw { amount: 1 } → Withdrawn { amount: 1 }
      The new decider shows something else after Withdrawn { amount: 1 }.
      the old one shows:
        0
      the new one shows:
        1
      the old state:
        Open { owner: "Ada", balance: 0, movements: [-1, 1] }
      the new state:
        { sum: 1 }"
    `)
  })

  it("that a new decider does not take an event", async () => {
    expect(await told("a new decider that refuses history")).toMatchInlineSnapshot(`
      "what happened:
        Open { owner: "Ada" } → Opened { owner: "Ada" }
        Deposit { amount: 91 } → Deposited { amount: 91 }
      The new decider does not take Deposited { amount: 91 }: evolve threw RangeError: 90 at most
      What has happened cannot be refused: a rule belongs into decide, and evolve takes every event as it is.
      on the event:
        91
      in the state:
        { sum: 0 }"
    `)
  })

  it("where in the user's file something was thrown", async () => {
    const throwing = (): never => {
      throw new Error("no")
    }
    const [, , law] = DeciderLaws.suite({ decider: { ...counter, evolve: throwing }, commands: fc.nat() }).laws
    const result = law && (await Effect.runPromise(Law.check(law, { seed: 42 })))
    expect(result?.report).toMatch(/evolve threw Error: no\n {2}at .*deciders\.test\.ts:\d+:\d+/)
    expect(result?.report).not.toMatch(/src[\\/]laws/)
  })
})
