import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import {
  EventCodec,
  type EventStore,
  InvalidInput,
  NotificationLog,
  type Processor,
  Query,
  System,
  Upstream,
} from "../../../src/core/index.ts"
import { closing, depot, memory, parcels, Sent, Sold, sales, sending, shop, stateOf, stores, system } from "./sales.ts"

describe("a system", () => {
  it("has a job for each processor and each upstream that records what it follows", async () => {
    const other = System.application({ name: "other", records: Sold, processors: [closing, sending()] })
    const { links } = System.make("joined", shop.pipe(depot, shop, other), depot.pipe(other))
    expect(
      links.map(({ application, processor, upstream, types }) => [application, processor, upstream.name, types]),
    ).toEqual([
      ["shop", "closing", "depot", ["Sent"]],
      ["depot", "sending", "shop", ["Sold"]],
      ["other", "closing", "depot", ["Sent"]],
      ["other", "sending", "shop", ["Sold"]],
    ])
  })

  it("works where each application has a store of its own", async () => {
    const states = await Effect.gen(function* () {
      const { jobs, within } = yield* System.deploy(system, stores)
      yield* within("shop")(sales.execute("1", { item: "bread" }))
      const working = yield* Effect.forEach(jobs, (job) => Effect.forkChild(job.run()))
      for (const { reached } of jobs) yield* reached(1)
      yield* Effect.forEach(working, Fiber.interrupt)
      return [
        yield* within("shop")(stateOf(sales, "1")),
        yield* within("shop")(stateOf(parcels, "1")),
        yield* within("depot")(stateOf(parcels, "1")),
      ]
    }).pipe(Effect.scoped, Effect.runPromise)
    expect(states).toEqual([{ sold: 1, closed: 1 }, undefined, 1])
  })

  it("takes steps, and says who handled what, and what came of it", async () => {
    const steps = await Effect.gen(function* () {
      const { jobs, within } = yield* System.deploy(system, stores)
      yield* within("shop")(sales.execute("1", { item: "bread" }))
      const taken: Array<unknown> = []
      for (const job of [...jobs, ...jobs, ...jobs]) taken.push(yield* job.step())
      return taken
    }).pipe(Effect.scoped, Effect.runPromise)
    const sent = { position: 1, stream: { category: "Parcel", id: "1" }, type: "Sent" }
    const sold = { position: 1, stream: { category: "Sale", id: "1" }, type: "Sold" }
    const closed = { position: 2, stream: { category: "Sale", id: "1" }, type: "Closed" }
    const shops = { application: "shop", processor: "closing", upstream: "depot" }
    const depots = { application: "depot", processor: "sending", upstream: "shop" }
    expect(steps).toEqual([
      Option.none(),
      Option.some({ ...depots, handled: [sold], recorded: [sent] }),
      Option.some({ ...shops, handled: [sent], recorded: [closed] }),
      // It looks at what was closed, which it does not follow.
      Option.some({ ...depots, handled: [], recorded: [] }),
      Option.none(),
      Option.none(),
    ])
  })

  it("follows a log elsewhere, of which only its own needs to know where", async () => {
    const remote = System.make("remote", System.remote(Sold, Upstream.of("elsewhere", NotificationLog)).pipe(depot))
    const sent = await Effect.gen(function* () {
      yield* sales.execute("1", { item: "bread" })
      const { jobs, within } = yield* System.deploy(remote, stores)
      for (const { step } of jobs) yield* step()
      return yield* within("depot")(stateOf(parcels, "1"))
    }).pipe(Effect.scoped, Effect.provide(NotificationLog.layer().pipe(Layer.provideMerge(memory))), Effect.runPromise)
    expect(sent).toBe(1)
  })

  const reasonOf = (build: () => unknown): string => {
    try {
      build()
    } catch (error) {
      if (error instanceof InvalidInput) return error.what
      throw error
    }
    return "nothing is wrong with it"
  }

  it("is not built of what cannot work", async () => {
    const make = (
      name: string,
      processors: ReadonlyArray<Processor.Processor<Sold, unknown, never, EventStore>> = [],
    ) => System.application({ name, records: Sold, processors })
    const closed = System.application({
      name: "closed",
      records: Sold,
      processors: [sending("closer", Query.make({ types: ["Closed"] }))],
    })
    const only = EventCodec.make({ Sold: t.type({ item: t.string }) })
    const reduced = System.application({ name: "reduced", records: only, processors: [sending()] })
    expect([
      reasonOf(() => make("")),
      reasonOf(() => make("shop", [sending(), sending()])),
      reasonOf(() => make("shop", [sending("s", Query.make({ types: ["Sold", "Lost"] }))])),
      reasonOf(() => System.make("", shop.pipe(depot, shop))),
      reasonOf(() => System.make("none")),
      reasonOf(() => System.make("twice", shop.pipe(depot, shop), make("shop").pipe(depot))),
      reasonOf(() => System.make("alone", shop.pipe(depot, shop), make("other").pipe())),
      reasonOf(() => System.make("idle", shop.pipe(depot))),
      reasonOf(() => System.make("deaf", reduced.pipe(reduced, closed))),
    ]).toEqual([
      'name of an application "" is not 1 to 512 bytes of well-formed text without NUL',
      "two processors of shop are called sending",
      "s of shop filters for Lost, which its codec does not know",
      'name of a system "" is not 1 to 512 bytes of well-formed text without NUL',
      "system none: there is no application in it",
      "system twice: two nodes are called shop",
      "system alone: other follows nobody, and nobody follows it",
      "system idle: processor closing of shop follows nothing",
      "system deaf: closed follows nothing that reduced records",
    ])
  })

  it("knows the applications that it has", async () => {
    const open = Effect.map(System.deploy(system, stores), ({ within }) => reasonOf(() => within("shops")))
    expect(await Effect.runPromise(Effect.scoped(open))).toBe(
      "system sales has no application shops (it has shop, depot)",
    )
  })

  it("is drawn in Mermaid", () => {
    const remote = System.remote(Sold, Upstream.of("else where", NotificationLog))
    const drawn = System.mermaid(System.make("sales", remote.pipe(depot, shop), shop.pipe(depot)))
    expect(drawn.split("\n")).toEqual([
      "flowchart LR",
      '  n0(["else where"])',
      '  n1["depot"]',
      '  n2["shop"]',
      '  n0 -->|"sending: Sold"| n1',
      '  n2 -->|"sending: Sold"| n1',
      '  n1 -->|"closing: Sent"| n2',
      "",
    ])
  })

  it("is drawn whatever it is called", () => {
    const name = '"]\n<b>&amp;#35;`|\u0001'
    const odd = System.application({ name, records: Sent, processors: [sending(name)] })
    const odder = System.make(name, shop.pipe(odd, shop))
    const [, shops, odds, ...arrows] = System.mermaid(odder).split("\n")
    expect([shops, odds]).toEqual(['  n0["shop"]', '  n1["#34;#93; #60;b#62;#38;amp;#35;35;#96;#124;\u0001"]'])
    expect(arrows.length).toBe(3)
    const svg = System.svg(odder)
    // Whatever is between tags is text, and no tag is open that is not closed.
    const texts = [...svg.matchAll(/<(text|title)[^<>]*>([^<>]*)<\/\1>/g)].map(([, , text]) => text)
    expect(texts).toContain("&#34;] &#60;b&#62;&#38;amp;#35;`|?")
    expect(svg.match(/<text/g)?.length).toBe(texts.length - 1)
  })
})
