/** Systems whose end depends on what is not recorded, or on who came first. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as t from "io-ts"
import {
  Aggregate,
  type Commit,
  Decider,
  EventCodec,
  EventMapper,
  EventStore,
  Processor,
  Query,
  Repository,
  System,
} from "../../../src/core/index.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as SystemLaws from "../../../src/laws/SystemLaws.ts"
import type { Case } from "./caught.ts"

const Wish = EventCodec.make({ Wished: t.type({ pieces: t.number }), Served: t.type({ pieces: t.number }) })
const Cake = EventCodec.make({ Cut: t.type({ pieces: t.number, guest: t.string }) })
type Wish = EventCodec.TypeOf<typeof Wish>
type Cake = EventCodec.TypeOf<typeof Cake>

/** Guests wish for pieces of cake, and are served. */
const guests = Repository.make(
  Aggregate.make({
    category: "Guest",
    events: Wish,
    decider: Decider.make({
      initial: { wished: 0, served: 0 },
      decide: (event: Wish, _state) => Decider.accept(event),
      evolve: ({ wished, served }, { _tag, pieces }: Wish) =>
        _tag === "Wished" ? { wished: wished + pieces, served } : { wished, served: served + pieces },
    }),
  }),
)

/** A cake has so many pieces, and first come is first served. */
const cakesOf = (size: number) =>
  Repository.make(
    Aggregate.make({
      category: "Cake",
      events: Cake,
      decider: Decider.make({
        initial: { left: size },
        decide: ({ pieces, guest }: { readonly pieces: number; readonly guest: string }, { left }) =>
          pieces > left ? Decider.reject("no cake") : Decider.accept(Cake.Cut({ pieces, guest })),
        evolve: ({ left }, { pieces }: Cake) => ({ left: left - pieces }),
      }),
    }),
  )

interface Party {
  readonly size: number
  readonly partitions?: number
  /** The pieces that are cut for a wish. */
  readonly pieces?: (wished: number) => number
  /** Whether whoever serves has a piece, too, for each wish that it hears of. */
  readonly nibbles?: boolean
}

const party = ({ size, partitions = 1, pieces = (wished) => wished, nibbles = false }: Party) => {
  const cakes = cakesOf(size)
  const cutting = Processor.policy({
    name: "cutting",
    events: Wish,
    filter: Query.make({ types: ["Wished"] }),
    partitions,
    policy: ({ stream, event }) => [{ pieces: pieces(event.pieces), guest: stream.id }],
    send: (wish) => Processor.send(cakes, "party", wish),
    rejected: () => [],
  })
  const nibbling = Processor.policy({
    name: "nibbling",
    events: Wish,
    filter: Query.make({ types: ["Wished"] }),
    policy: () => [{ pieces: 1, guest: "the kitchen" }],
    send: (wish) => Processor.send(cakes, "party", wish),
    rejected: () => [],
  })
  const serving = Processor.policy({
    name: "serving",
    events: Cake,
    policy: ({ event }) => [event],
    send: ({ guest, pieces }) => Processor.send(guests, guest, Wish.Served({ pieces })),
  })
  const table = System.application({ name: "table", records: Wish, processors: [serving] })
  const processors: ReadonlyArray<typeof cutting> = nibbles ? [nibbling, cutting] : [cutting]
  const kitchen = System.application({
    name: "kitchen",
    records: Cake,
    processors,
  })
  return System.make("party", table.pipe(kitchen, table))
}

const names = ["ada", "bob", "cyd"]
const memory = Layer.mergeAll(Memory.layer, EventMapper.plain)

const subject = (given: Party, layer: Layer.Layer<Layer.Success<typeof memory>> = memory) => ({
  system: party(given),
  stores: () => layer,
  commands: fc.record(
    { guest: fc.constantFrom(...names), pieces: fc.integer({ min: 1, max: 3 }) },
    { noNullPrototype: true },
  ),
  execute: ({ guest, pieces }: { readonly guest: string; readonly pieces: number }, { within }: System.Deployment) =>
    within("table")(guests.execute(guest, Wish.Wished({ pieces }))),
  read: ({ within }: System.Deployment) =>
    Effect.forEach(names, (name) =>
      within("table")(
        Effect.map(
          guests.load(name),
          Option.map(({ state }) => state),
        ),
      ),
    ),
})

/** Enough cake for all. */
export const good = { ...subject({ size: 1000 }), confluent: true }
export const goodParted = { ...subject({ size: 1000, partitions: 3 }), confluent: true }
/** Too little cake: who comes first is served, and what is recorded says who that was. */
export const goodRacing = subject({ size: 5, partitions: 3, nibbles: true })

/** What it answers depends on how often it was asked in this process. */
const remembering = () => {
  let asked = 0
  return (wished: number): number => wished + (asked++ % 3)
}

/** The checkpoint moves after what was decided. */
const after = Layer.provideMerge(
  Layer.effect(
    EventStore,
    Effect.map(EventStore, (store) => ({
      ...store,
      commit: Effect.fnUntraced(function* (request: Commit.Commit) {
        const { checkpoint, ...decided } = request
        if (checkpoint === undefined || decided.writes.length === 0) return yield* store.commit(request)
        const committed = yield* store.commit({ ...decided, checkpoint: { ...checkpoint, to: checkpoint.from } })
        yield* Effect.yieldNow
        yield* store.commit({ hash: request.hash, writes: [], checkpoint })
        return committed
      }),
    })),
  ),
  memory,
)

const confluent = (given: Party) => SystemLaws.suite({ ...subject(given), confluent: true })

export const cases: ReadonlyArray<Case> = [
  {
    law: "P7",
    flaw: "a policy that remembers what it was asked",
    suite: SystemLaws.suite(subject({ size: 1000, pieces: remembering() })),
  },
  {
    law: "P7",
    flaw: "a store that moves checkpoints after what was decided",
    suite: SystemLaws.suite(subject({ size: 1000 }, after)),
  },
  {
    law: "P10",
    flaw: "a cake that goes to whose partition comes first",
    suite: confluent({ size: 3, partitions: 3 }),
  },
  { law: "P10", flaw: "a cake that goes to who cuts first", suite: confluent({ size: 5, nibbles: true }) },
  {
    law: "P10",
    flaw: "a checkpoint that moves after what was decided",
    suite: SystemLaws.suite({ ...subject({ size: 1000 }, after), confluent: true }),
  },
]
