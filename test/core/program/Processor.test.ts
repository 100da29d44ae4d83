import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import {
  Aggregate,
  CommandContext,
  Decider,
  EventCodec,
  EventMapper,
  EventStore,
  ProcessManager,
  Processor,
  Projection,
  Query,
  Repository,
  Subscription,
} from "../../../src/core/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"

const Money = EventCodec.make({ In: t.type({ amount: t.number }), Out: t.type({ amount: t.number }) })
type Money = EventCodec.TypeOf<typeof Money>
type Pay = { readonly _tag: "Put" | "Take"; readonly amount: number }

/** A purse cannot be overdrawn, and a negative amount breaks it. */
const purses = Repository.make(
  Aggregate.make({
    category: "Purse",
    events: Money,
    decider: Decider.make({
      initial: 0,
      decide: ({ _tag, amount }: Pay, money: number) => {
        if (amount < 0) throw new Error("no such amount")
        if (_tag === "Put") return Decider.accept(Money.In({ amount }))
        return amount > money ? Decider.reject("too little" as const) : Decider.accept(Money.Out({ amount }))
      },
      evolve: (money: number, event: Money) => (event._tag === "In" ? money + event.amount : money - event.amount),
    }),
  }),
)
const put = (id: string, amount: number) => purses.execute(id, { _tag: "Put", amount })

/** Of what comes into a purse, a tenth is put aside. */
const saving = (options: { readonly partitions?: number; readonly fails?: (amount: number) => boolean } = {}) =>
  Processor.policy({
    name: "saving",
    events: Money,
    filter: Query.make({ category: "Purse", types: ["In"] }),
    ...(options.partitions !== undefined && { partitions: options.partitions }),
    policy: ({ stream, event }) =>
      stream.id === "savings" ? [] : [{ tenth: options.fails?.(event.amount) ? -1 : event.amount / 10 }],
    send: ({ tenth }) => Processor.send(purses, "savings", { _tag: "Put", amount: tenth }),
  })

const live = Layer.mergeAll(Memory.layer, EventMapper.plain)
const run = <A, E>(effect: Effect.Effect<A, E, Layer.Success<typeof live>>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, live))

const moneyOf = (id: string) =>
  Effect.map(purses.load(id), (loaded) =>
    Option.getOrElse(
      Option.map(loaded, ({ state }) => state),
      () => 0,
    ),
  )

describe("a policy", () => {
  it("answers each event once, in one commit with its checkpoint, and says what caused it", async () => {
    const [money, events, checkpoint] = await run(
      Effect.gen(function* () {
        yield* put("ada", 100)
        const working = yield* Effect.forkChild(Projection.run(saving()))
        yield* put("bob", 50).pipe(CommandContext.correlate("pay day"), Projection.including(saving()))
        yield* Fiber.interrupt(working)
        const { position } = yield* Projection.status(saving())
        return [yield* moneyOf("savings"), yield* Stream.runCollect(Subscription.catchUp()), position] as const
      }),
    )
    expect(money).toBe(15)
    const answers = events.filter(({ stream }) => stream.id === "savings")
    const causes = events.filter(({ stream }) => stream.id !== "savings")
    expect(answers.map(({ causation }) => causation?.eventId)).toEqual(causes.map(({ id }) => id))
    expect(answers[1]?.correlationId).toBe("pay day")
    expect(checkpoint).toBeGreaterThanOrEqual(2)
  })

  it("works through what is there when it begins, a commit for many events", async () => {
    const [commits, money] = await run(
      Effect.gen(function* () {
        for (let n = 0; n < 50; n++) yield* put(`p${n % 5}`, 10)
        const store = yield* EventStore
        let commits = 0
        const counted = {
          ...store,
          commit: (request: Parameters<typeof store.commit>[0]) => {
            commits++
            return store.commit(request)
          },
        }
        const working = yield* Effect.forkChild(Effect.provideService(Projection.run(saving()), EventStore, counted))
        while ((yield* moneyOf("savings")) < 50) yield* Effect.sleep(1)
        yield* Fiber.interrupt(working)
        return [commits, yield* moneyOf("savings")] as const
      }),
    )
    expect(money).toBe(50)
    expect(commits).toBeLessThan(10)
  })

  it("stops at a rejection that it has no answer to, or parks it, and is tried again when told to", async () => {
    const rent = (answer: boolean) =>
      Processor.policy({
        name: "rent",
        events: Money,
        filter: Query.make({ stream: { category: "Purse", id: "ada" }, types: ["In"] }),
        policy: ({ event }) => [event.amount],
        send: (amount) => Processor.send(purses, "rent", { _tag: "Take", amount }),
        ...(answer && { rejected: () => [] }),
      })
    const [stopped, parked, left, rentAfter, answered] = await run(
      Effect.gen(function* () {
        yield* put("ada", 10)
        yield* put("ada", 1)
        const stopped = yield* Effect.flip(Projection.run(rent(false), { retry: Schedule.recurs(0) }))
        const working = yield* Effect.forkChild(
          Projection.run(rent(false), { retry: Schedule.recurs(0), onFailure: "park", lease: 60 }),
        )
        const behind = yield* Effect.flip(Projection.waitFor(rent(false), 1))
        const { parked } = yield* Projection.status(rent(false))
        yield* put("rent", 20)
        yield* Projection.replay(rent(false))
        while ((yield* Projection.status(rent(false))).parked.length > 0) yield* Effect.sleep(1)
        const rentAfter = yield* moneyOf("rent")
        yield* put("ada", 5).pipe(Projection.including(rent(false)))
        yield* Fiber.interrupt(working)
        const left = yield* moneyOf("rent")
        const answering = yield* Effect.forkChild(Projection.run(rent(true)))
        yield* put("ada", 500).pipe(Projection.including(rent(true)))
        yield* Fiber.interrupt(answering)
        return [stopped, [behind.message, parked], left, rentAfter, yield* moneyOf("rent")] as const
      }),
    )
    expect(stopped).toMatchObject({
      _tag: "ProjectionStopped",
      position: 1,
      cause: { _tag: "CommandRejected", rejection: "too little" },
    })
    expect(parked[1]).toMatchObject([
      { position: 1, stream: "Purse-ada" },
      { position: 2, stream: "Purse-ada", reason: expect.stringContaining("follows position 1") },
    ])
    expect(rentAfter).toBe(9)
    expect(left).toBe(4)
    expect(answered).toBe(4)
  })

  it("parks under whatever name it has", async () => {
    const named = { ...saving({ fails: () => true }), name: "s\u0007".repeat(100) }
    const parked = await run(
      Effect.gen(function* () {
        yield* put("ada", 10)
        const working = yield* Effect.forkChild(Projection.run(named, { retry: Schedule.recurs(0), onFailure: "park" }))
        while ((yield* Projection.status(named)).parked.length === 0) yield* Effect.sleep(1)
        yield* Fiber.interrupt(working)
        return (yield* Projection.status(named)).parked
      }),
    )
    expect(parked).toMatchObject([{ position: 1 }])
  })

  it("comes to an end where rejections lead to ever more commands", async () => {
    const endless = Processor.policy({
      name: "endless",
      events: Money,
      policy: () => ["take"],
      send: () => Processor.send(purses, "nobody", { _tag: "Take", amount: 1 }),
      rejected: () => ["take"],
    })
    const stopped = await run(
      Effect.andThen(put("ada", 1), Effect.flip(Projection.run(endless, { retry: Schedule.recurs(0) }))),
    )
    expect(stopped).toMatchObject({ cause: { _tag: "OutOfFuel", commands: 1000 } })
  })

  it("decides on what others have recorded meanwhile", async () => {
    const sum = await run(
      Effect.gen(function* () {
        const working = yield* Effect.forkChild(Projection.run(saving()))
        yield* Effect.forEach(
          Array.from({ length: 40 }, (_, n) => n),
          (n) => (n % 2 === 0 ? put("ada", 10) : put("savings", 100)),
          { concurrency: "unbounded", discard: true },
        )
        yield* put("ada", 10).pipe(Projection.including(saving()))
        yield* Fiber.interrupt(working)
        return yield* moneyOf("savings")
      }),
    )
    expect(sum).toBe(2021)
  })
})

const Note = EventCodec.make({
  Asked: t.type({ from: t.string, to: t.string, amount: t.number }),
  Taken: t.type({ amount: t.number }),
  Given: t.type({ amount: t.number }),
  Refused: t.type({ reason: t.string }),
})
type Note = EventCodec.TypeOf<typeof Note>
interface Transfer {
  readonly at: "nothing" | "asked" | "taken" | "done" | "refused"
  readonly from: string
  readonly to: string
  readonly amount: number
}
type Order = { readonly _tag: "Take" | "Put"; readonly id: string; readonly amount: number }

const Transfers = EventCodec.make({ TransferAsked: t.type({ from: t.string, to: t.string, amount: t.number }) })
type TransferAsked = EventCodec.TypeOf<typeof Transfers>
const asked = Repository.make(
  Aggregate.make({
    category: "Asked",
    events: Transfers,
    decider: Decider.make({
      initial: 0,
      decide: (wish: { readonly from: string; readonly to: string; readonly amount: number }, _times: number) =>
        Decider.accept(Transfers.TransferAsked(wish)),
      evolve: (times: number, _event: TransferAsked) => times + 1,
    }),
  }),
)

const owed = ({ at, from, to, amount }: Transfer): ReadonlyArray<Order> =>
  at === "asked" ? [{ _tag: "Take", id: from, amount }] : at === "taken" ? [{ _tag: "Put", id: to, amount }] : []

const transferring = Processor.process({
  name: "Transfer",
  events: Transfers,
  filter: Query.make({ category: "Asked" }),
  notes: Note,
  note: ({ stream, event }) => ({
    instance: stream.id,
    note: Note.Asked({ from: event.from, to: event.to, amount: event.amount }),
  }),
  process: ProcessManager.make({
    initial: { at: "nothing", from: "", to: "", amount: 0 },
    evolve: (state: Transfer, note: Note): Transfer =>
      note._tag === "Asked"
        ? { ...note, at: "asked" }
        : { ...state, at: note._tag === "Taken" ? "taken" : note._tag === "Given" ? "done" : "refused" },
    react: owed,
    pending: owed,
    isTerminal: ({ at }) => at === "done" || at === "refused",
  }),
  send: ({ _tag, id, amount }) => Processor.send(purses, id, { _tag, amount }),
  rejected: (_command, reason) => Note.Refused({ reason }),
})

describe("a process", () => {
  it("notes what it follows and what is rejected, in the commit of the commands it asks for", async () => {
    const [ada, first, second] = await run(
      Effect.gen(function* () {
        yield* put("ada", 10)
        const working = yield* Effect.forkChild(Projection.run(transferring))
        yield* asked.execute("1", { from: "ada", to: "bob", amount: 7 })
        yield* asked.execute("2", { from: "ada", to: "bob", amount: 7 }).pipe(Projection.including(transferring))
        yield* Fiber.interrupt(working)
        const [first, second] = yield* Effect.forEach(["1", "2"], (id) =>
          Stream.runCollect(transferring.instances.history(id)),
        )
        return [yield* moneyOf("ada"), first, second] as const
      }),
    )
    expect(ada).toBe(3)
    expect(first?.map(({ event }) => event._tag)).toEqual(["Asked"])
    expect(second?.map(({ event }) => event)).toMatchObject([
      { _tag: "Asked" },
      { _tag: "Refused", reason: "too little" },
    ])
  })

  it("is asked again for what it owes, and not for what was done", async () => {
    const Baking = EventCodec.make({ Ordered: t.type({ amount: t.number }), Paid: t.type({ amount: t.number }) })
    type Baking = EventCodec.TypeOf<typeof Baking>
    const paying = (react: boolean) =>
      Processor.process({
        name: "Paying",
        events: EventCodec.union(Transfers, Money),
        filter: Query.make({ category: "Asked" }, { category: "Purse", types: ["Out"] }),
        notes: Baking,
        note: ({ stream, event }) => {
          if (event._tag === "TransferAsked") {
            return { instance: event.from, note: Baking.Ordered({ amount: event.amount }) }
          }
          return event._tag === "Out" ? { instance: stream.id, note: Baking.Paid({ amount: event.amount }) } : undefined
        },
        process: ProcessManager.make({
          initial: 0,
          evolve: (owed: number, note: Baking) => (note._tag === "Ordered" ? owed + note.amount : owed - note.amount),
          react: (_owed, note): ReadonlyArray<number> => (react && note._tag === "Ordered" ? [note.amount] : []),
          pending: (owed) => (owed > 0 ? [owed] : []),
        }),
        send: (amount, id) => Processor.send(purses, id, { _tag: "Take", amount }),
      })
    const left = await run(
      Effect.gen(function* () {
        yield* put("ada", 10)
        yield* asked.execute("1", { from: "ada", to: "bob", amount: 3 })
        // It forgets what it should ask for.
        const forgetful = yield* Effect.forkChild(Projection.run(paying(false)))
        yield* Projection.waitFor(paying(false), 2)
        yield* Fiber.interrupt(forgetful)
        const mended = paying(true)
        const left = [yield* moneyOf("ada")]
        const working = yield* Effect.forkChild(Projection.run(mended))
        for (const _ of [1, 2]) {
          yield* mended.resume("ada")
          left.push(yield* moneyOf("ada"))
        }
        yield* Fiber.interrupt(working)
        return [...left, (yield* mended.instances.history("ada").pipe(Stream.runCollect)).length]
      }),
    )
    expect(left).toEqual([10, 7, 7, 2])
  })
})
