/** The checks that need only what was recorded and what was told, on what is made by hand. */
import { HashChain, type StoredEvent, type StreamName } from "everfold"
import { expect, it } from "vitest"
import { nameTag } from "../commits.ts"
import { fixed } from "../fixed.ts"
import { AccountEvent } from "../model.ts"
import { next } from "../projections/digests.ts"
import type { Look } from "../projections/look.ts"
import type { Answer, Consumed, Projected, Told } from "../report.ts"
import { areTrue, resolved } from "./answers.ts"
import { oneOwner } from "./claims.ts"
import { exactlyOnce } from "./consumers.ts"
import { lag } from "./followers.ts"
import { holdsTogether, type Log } from "./log.ts"
import { compare, expected } from "./processors.ts"
import { projectedOnce, projections } from "./projections.ts"
import { innocent, type Verdict } from "./verdict.ts"

const kinds = (look: (verdict: Verdict) => void): ReadonlyArray<string> => {
  const verdict = innocent()
  look(verdict)
  return Object.entries(verdict).flatMap(([kind, examples]) => (examples.length > 0 ? [kind] : []))
}

const event = (
  position: number,
  stream: StreamName.StreamName,
  version: number,
  data: object = {},
  tags: ReadonlyArray<string> = [],
): StoredEvent => ({
  ...fixed(String(position), stream, "Any", data, tags),
  stream,
  version,
  position,
  link: HashChain.empty.link,
})

const log = (stored: ReadonlyArray<StoredEvent>, checkpoint = 0): Log => ({
  stored,
  histories: new Map(),
  states: new Map(),
  byOp: new Map(),
  checkpoint,
})

const told = (answer: Answer, serial: number, start: number): Told => ({
  ...answer,
  lane: "a",
  serial,
  start,
  end: start + 1,
  done: true,
})

const a = { category: "Account", id: "a" }
const copy = { category: "Copy", id: "copier" }

it("finds holes in positions and in versions, and versions in another order than their positions", () => {
  const found = (...stored: ReadonlyArray<StoredEvent>) => kinds((verdict) => holdsTogether(log(stored), verdict))
  expect(found(event(1, a, 1), event(2, copy, 1), event(3, a, 2))).toEqual([])
  expect(found(event(1, a, 1), event(3, a, 2))).toEqual(["holes"])
  expect(found(event(1, a, 1), event(2, a, 3))).toEqual(["holes"])
  expect(found(event(1, a, 2), event(2, a, 1))).toEqual(["reordered"])
})

it("finds a name with two owners, one that is lost, and owners that were made up", () => {
  const claim = (position: number, op: string) =>
    event(position, { category: "Claim", id: op }, 1, { op, name: "x" }, [nameTag("x")])
  const found = (stored: ReadonlyArray<StoredEvent>, ...lines: ReadonlyArray<Told>) =>
    kinds((verdict) => oneOwner(stored, lines, verdict))
  const claimed = told({ told: "claimed", name: "x", position: 1, repeated: false }, 1, 0)
  const taken = (serial: number, position = 1) => told({ told: "taken", name: "x", position }, serial, 0)
  expect(found([claim(1, "a.1")], claimed, taken(2))).toEqual([])
  expect(found([claim(1, "a.1"), claim(2, "a.2")], claimed)).toEqual(["claims"])
  expect(found([claim(1, "a.1"), event(2, { category: "Claim", id: "a.1" }, 2)])).toEqual(["repeated"])
  expect(found([], claimed)).toEqual(["lost"])
  expect(found([claim(2, "a.1")], claimed)).toEqual(["untrue"])
  expect(found([claim(1, "a.1")], taken(2, 2))).toEqual(["claims"])
  expect(found([claim(1, "a.1")], taken(1))).toEqual(["unwanted"])
})

it("finds what a consumer did twice, left out, or did when another had taken over", () => {
  const copied = (position: number, version: number, of: number, epoch: number) =>
    event(position, copy, version, { of, epoch })
  const leased = (epoch: number, position: number, start: number): Consumed => ({
    told: "leased",
    epoch,
    position,
    start,
    end: start + 1,
  })
  const consumed = (epoch: number, from: number, to: number, start: number): Consumed => ({
    told: "consumed",
    epoch,
    from,
    to,
    position: 0,
    start,
    end: start + 1,
  })
  const found = (stored: ReadonlyArray<StoredEvent>, checkpoint: number, ...lines: ReadonlyArray<Consumed>) =>
    kinds((verdict) => exactlyOnce(log(stored, checkpoint), lines, verdict))
  const accounts = [event(1, a, 1), event(2, a, 2)]
  const both = [...accounts, copied(3, 1, 1, 1), copied(4, 2, 2, 2)]
  expect(found(both, 2, leased(1, 0, 0), consumed(1, 0, 1, 2), leased(2, 1, 4), consumed(2, 1, 2, 6))).toEqual([])
  // Nobody was told of what came after.
  expect(found(both, 2, leased(1, 0, 0))).toEqual([])
  expect(found([...both, copied(5, 3, 2, 2)], 2)).toEqual(["checkpoints"])
  expect(found([...accounts, copied(3, 1, 2, 1)], 2)).toEqual(["checkpoints"])
  expect(found([...accounts, copied(3, 1, 1, 2), copied(4, 2, 2, 1)], 2)).toEqual(["checkpoints"])
  expect(found(both, 1)).toEqual(["checkpoints"])
  expect(found(both, 2, leased(1, 0, 0), leased(1, 0, 2))).toEqual(["checkpoints"])
  expect(found(both, 2, leased(1, 0, 0), consumed(1, 0, 2, 2), leased(2, 0, 4))).toEqual(["checkpoints"])
  expect(found(both, 2, leased(1, 0, 0), consumed(1, 1, 2, 2))).toEqual(["checkpoints"])
  expect(found(both, 2, leased(1, 0, 0), consumed(1, 0, 3, 2))).toEqual(["lost"])
  expect(found(both, 2, { told: "fenced", epoch: 2, by: 2, start: 0, end: 1 })).toEqual(["checkpoints"])
  expect(found(both, 2, { told: "wrong", why: "CheckpointConflict", start: 0, end: 1 })).toEqual(["faults"])
})

const deposited = (position: number, amount: number) => ({
  ...event(position, a, position),
  event: AccountEvent.Deposited({ op: `a.${position}`, amount }),
  index: 0,
  metadata: {},
})

it("finds what a read model has twice, not at all, too early or in another order, and versions shown in no order", () => {
  const [first, second, third] = [deposited(1, 5), deposited(2, 7), deposited(3, 9)]
  const histories = new Map([["a", [first, second, third]]])
  /** A model of the first two, by a handler that was given these. */
  const model = (given: ReadonlyArray<typeof first>, checkpoint = 2, changed: Partial<Look> = {}): Look => ({
    version: 1,
    checkpoint,
    rows: given.length,
    digests: [{ stream: "a", ...given.reduce((digest, event) => next(digest, event), { events: 0, digest: "" }) }],
    shown: [],
    active: 0,
    positions: given.map(({ position }) => position),
    ...changed,
  })
  const found = (looks: ReadonlyArray<Look>, ...told: ReadonlyArray<Projected>) =>
    kinds((verdict) => projectedOnce({ histories }, looks, told, verdict))
  const whole = [first, second]
  expect(found([model(whole)])).toEqual([])
  expect(found([model([first, second, second])])).toEqual(["projectedTwice", "projectedWrong"])
  expect(found([model(whole, 1)])).toEqual(["projectedTwice", "projectedWrong"])
  expect(found([model(whole, 3)])).toEqual(["projectedNever", "projectedWrong"])
  expect(found([model([first, third], 3)])).toEqual(["projectedNever", "projectedWrong"])
  expect(found([model([second, first])])).toEqual(["projectedWrong"])
  // By the number of rows, where it was not looked closely.
  const hastily = ({ positions, ...look }: Look): Look => look
  expect(found([hastily(model(whole))])).toEqual([])
  expect(found([hastily(model(whole, 1))])).toEqual(["projectedTwice", "projectedWrong"])
  expect(found([hastily(model(whole, 3))])).toEqual(["projectedNever", "projectedWrong"])
  // Over time.
  expect(found([model(whole), model([first], 1)])).toEqual(["projectedWrong"])
  expect(found([model(whole, 2, { shown: [1, 2], active: 2 })])).toEqual([])
  expect(found([model(whole, 2, { shown: [1, 1], active: 1 })])).toEqual(["projectedWrong"])
  expect(found([model(whole, 2, { shown: [1], active: 2 })])).toEqual(["projectedWrong"])
  expect(found([2, 1].map((active) => model(whole, 2, { shown: [active], active })))).toEqual(["projectedWrong"])
  const times = { version: 1, start: 0, end: 1 }
  expect(found([model(whole)], { told: "projected", from: 0, to: 3, ...times })).toEqual(["lost"])
  expect(found([model(whole)], { told: "wrong", why: "ProjectionStopped", ...times })).toEqual(["faults"])
})

it("counts who went on with what another instance had begun", () => {
  const began = (instance: number, epoch: number, version = 1): Projected => ({
    told: "began",
    instance,
    epoch,
    version,
    start: epoch,
    end: epoch,
  })
  const told = [began(7, 1), began(8, 2), began(8, 3), began(9, 4, 2), began(7, 5)]
  expect(projections(told, [])).toMatchObject({ takeovers: 2, projected: 0 })
})

it("takes no for an answer, unless somebody asked before who was never told", () => {
  const recorded = {
    ...event(1, a, 1),
    event: AccountEvent.Deposited({ op: "a.1", amount: 1 }),
    index: 0,
    metadata: {},
  }
  const of: Log = { ...log([]), byOp: new Map([["a.1", [recorded]]]) }
  const no = told({ told: "nothing", why: "StoreUnavailable" }, 1, 10)
  const found = (lines: ReadonlyArray<Told>, what?: "process" | "connection") =>
    kinds((verdict) => areTrue(of, lines, what === undefined ? [] : [{ what, op: "a.1", at: 5 }], verdict))
  expect(found([no])).toEqual(["unwanted"])
  expect(found([no], "process")).toEqual([])
  expect(found([no], "connection")).toEqual(["unwanted"])
  expect(found([told({ told: "unknown" }, 1, 2), no])).toEqual([])
})

it("counts what was answered for certain after its connection was lost", () => {
  const claimed = told({ told: "claimed", name: "x", position: 1, repeated: true }, 1, 10)
  const lost = (serial: number, at: number) => ({ what: "connection", op: `a.${serial}`, at }) as const
  expect(resolved([claimed], [lost(1, 5), lost(1, 7), lost(2, 5)])).toBe(1)
  expect(resolved([claimed], [lost(1, 12)])).toBe(0)
  expect(resolved([told({ told: "unknown" }, 1, 10)], [lost(1, 5)])).toBe(0)
})

it("measures how far a follower is behind what writers were told", () => {
  const claims = [1, 2, 3].map((position) =>
    told({ told: "claimed", name: "x", position, repeated: false }, position, 10),
  )
  const saw = [11, 14, 41].map((at, i) => ({ told: "saw", position: i + 1, id: "", at }) as const)
  expect(lag(saw, claims)).toEqual({ p50: 3, most: 30 })
})

it("finds answers of processors that are there twice, never, or were decided on something old", () => {
  const stream = { category: "Account", id: "a" }
  const events = [5, 3, 4].map((amount, i) => ({
    stream,
    position: i + 1,
    event: AccountEvent.Deposited({ op: "a.1", amount }),
  }))
  const [first, second, third] = [
    { to: 1, amount: 5, total: 5 },
    { to: 2, amount: 3, total: 8 },
    { to: 3, amount: 4, total: 12 },
  ]
  const { tallies, pots } = expected([
    ...events,
    { stream, position: 4, event: AccountEvent.Withdrawn({ op: "a.2", amount: 1 }) },
  ])
  expect(tallies).toEqual(new Map([["a", [first, second, third]]]))
  // The pot that it should come out of is empty: what was put into the next one is taken back.
  expect([pots.get("pot-0"), pots.get("pot-1")?.map(({ total }) => total)]).toEqual([undefined, [5, 6, 5]])
  const found = (...answers: ReadonlyArray<typeof first>) =>
    kinds((verdict) => compare("tally", tallies, new Map([["a", answers]]), verdict))
  expect(found(first, second, third)).toEqual([])
  expect(found(first, second, second, third)).toEqual(["answeredTwice"])
  expect(found(first, third)).toEqual(["answeredNever"])
  expect(found(first, third, second)).toEqual(["answeredWrong"])
  expect(found(first, second, { ...third, total: 9 })).toEqual(["answeredWrong"])
})
