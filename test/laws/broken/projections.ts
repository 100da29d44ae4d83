/** Projections and read models that count an event twice, or not at all. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import * as t from "io-ts"
import type { CheckpointKey } from "../../../src/core/event/Commit.ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import type { EventStore } from "../../../src/core/port/EventStore.ts"
import type { Move, ReadModel } from "../../../src/core/port/ReadModel.ts"
import { EventMapper, type Recorded } from "../../../src/core/program/EventMapper.ts"
import * as Projection from "../../../src/core/program/Projection.ts"
import { keyOf, keysOf, layoutAt, layoutKeyOf } from "../../../src/core/program/ProjectionKey.ts"
import * as Upstream from "../../../src/core/program/Upstream.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as MemoryModel from "../../../src/interpreters/memory/MemoryModel.ts"
import * as ProjectionLaws from "../../../src/laws/ProjectionLaws.ts"
import type { Case } from "./caught.ts"

const Added = EventCodec.make({ Added: t.type({ by: t.number }) })
type Added = EventCodec.TypeOf<typeof Added>

/** By version and stream, the numbers in the order in which they came. */
type Lists = Readonly<Record<string, ReadonlyArray<number>>>
const nothing: Lists = {}
const lists = MemoryModel.make("test/Lists", nothing)
type Cell = MemoryModel.Cell<Lists>

const noted = (version: number, { stream, event }: Recorded<Added>, cell: Cell): void => {
  const at = `${version} ${stream.id}`
  cell.set({ ...cell.get(), [at]: [...(cell.get()[at] ?? []), event.by] })
}

const byStream = ({ stream }: Recorded<Added>): string => stream.id

type Cut = (events: ReadonlyArray<Recorded<Added>>) => ReadonlyArray<Recorded<Added>>

const listing =
  (cut: Cut, partitions = 1) =>
  (version: number) =>
    Projection.batched({
      name: "lists",
      version,
      partitions,
      model: lists.model,
      events: Added,
      key: byStream,
      handle: (events, cell) =>
        Effect.sync(() => {
          for (const event of cut(events)) noted(version, event, cell)
        }),
    })

/** One by one, and those of a transaction at the same time: between what is read and what is written others have their turn. */
const apart = (key: ((event: Recorded<Added>) => string) | undefined) => (version: number) =>
  Projection.make({
    name: "lists",
    version,
    model: lists.model,
    events: Added,
    ...(key && { key }),
    handle: (event, cell) =>
      Effect.andThen(
        Effect.yieldNow,
        Effect.sync(() => noted(version, event, cell)),
      ),
  })

/** Those of one version, by stream. */
const read = (version: number) =>
  Effect.map(lists.value, (all) =>
    Object.fromEntries(
      Object.entries(all).flatMap(([at, numbers]) => (at.startsWith(`${version} `) ? [[at.slice(2), numbers]] : [])),
    ),
  )

const layer = Layer.mergeAll(Memory.layer, EventMapper.plain, lists.layer)
const events = fc.integer({ min: 0, max: 9 }).map((by): Added => Added.Added({ by }))

/** What is sound. */
export const good = { projection: listing((events) => events), layer, read, events }

/** A log that shows only what is recorded while it is followed. */
const newOnly: Upstream.Upstream<EventStore> = {
  ...Upstream.local,
  source: Effect.map(Upstream.local.source, (source) => ({
    ...source,
    pages: (range) =>
      Stream.unwrap(
        Effect.map(source.head, (head) => source.pages({ ...range, after: Math.max(range.after, head) })),
      ).pipe(Stream.orDie),
  })),
}

/** What is sound, in partitions. */
export const goodParted = { ...good, projection: listing((events) => events, 3) }

/** What is sound, one by one. */
export const goodApart = { ...good, projection: apart(byStream) }

type Model = ReadModel<Cell>

/** The same with a read model that has a flaw. */
const flawed = (flaw: (model: Model) => Partial<Model>, subject = good) =>
  ProjectionLaws.suite({
    ...subject,
    layer: Layer.provideMerge(
      Layer.effect(
        lists.model,
        Effect.map(lists.model, (model) => ({ ...model, ...flaw(model) })),
      ),
      layer,
    ),
  })

const hasTag = (error: unknown, tag: string): boolean =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === tag

/** The checkpoint moves after what was written. */
const after = flawed(({ transact }) => ({
  transact: (move, work) =>
    Effect.gen(function* () {
      const answer = yield* transact({ ...move, to: move.from }, work)
      yield* Effect.yieldNow
      yield* transact(move, () => Effect.void)
      return answer
    }),
}))
/** The checkpoint moves before anything is written. */
const before = flawed(({ transact }) => ({
  transact: (move, work) =>
    Effect.gen(function* () {
      yield* transact(move, () => Effect.void)
      yield* Effect.yieldNow
      return yield* transact({ ...move, from: move.to }, work)
    }),
}))
/** From wherever the checkpoint stands, under whichever epoch: until it goes through. */
const unfenced = ({ acquire, read, transact }: Model): Partial<Model> => {
  const epochs = new Map<string, number>()
  const nameOf = ({ consumer, partition }: CheckpointKey): string => `${consumer} ${partition}`
  return {
    acquire: (key, ttl) =>
      Effect.tap(acquire(key, ttl), (mine) =>
        Effect.sync(() => {
          if (Option.isSome(mine)) epochs.set(nameOf(key), mine.value.epoch)
        }),
      ),
    transact: (move, work) =>
      Effect.retry(
        Effect.flatMap(read(move), (from) => {
          const epoch = epochs.get(nameOf(move)) ?? move.epoch
          return transact({ ...move, epoch, from, to: Math.max(from, move.to) }, work)
        }),
        { while: (error) => hasTag(error, "CheckpointConflict") || hasTag(error, "Fenced") },
      ),
  }
}

const parted = goodParted.projection(1)

/** The layout that is being left, while one is. */
const closing = (model: Model) =>
  Effect.map(model.read(layoutKeyOf(parted)), (position) => {
    const layout = layoutAt(position, parted)
    return layout.isClosing ? layout : undefined
  })

/** The same with another move for partitions that begin in another number. */
const beginning = (flaw: (move: Move) => Move) =>
  flawed(
    (model) => ({
      transact: (move, work) =>
        Effect.flatMap(closing(model), (layout) => {
          const isOther = layout !== undefined && move.consumer.endsWith(`@${layout.generation + 1}`)
          return model.transact(isOther ? flaw(move) : move, work)
        }),
    }),
    goodParted,
  )

/** Partitions in another number begin at the first event. */
const anew = beginning((move) => ({ ...move, to: move.from }))
/** All are said to stand where the furthest does, while they are changed. */
const unlevelled = flawed(
  (model) => ({
    acquire: (key, ttl) =>
      Effect.gen(function* () {
        const mine = yield* model.acquire(key, ttl)
        const layout = yield* closing(model)
        if (Option.isNone(mine) || layout === undefined || key.consumer !== keyOf(parted, layout, 0).consumer)
          return mine
        const positions = yield* Effect.forEach(keysOf(parted, layout), model.read)
        return Option.some({ ...mine.value, position: Math.max(...positions) })
      }),
  }),
  goodParted,
)
/** What is parked stays with those who work no more. */
const forgotten = beginning((move) => ({ ...move, park: [] }))

export const cases: ReadonlyArray<Case> = [
  {
    law: "P1",
    flaw: "a handler that only looks at the last of several events",
    suite: ProjectionLaws.suite({ ...good, projection: listing((events) => events.slice(-1)) }),
  },
  { law: "P2", flaw: "a checkpoint that moves after what was written", suite: after },
  { law: "P2", flaw: "a checkpoint that moves before anything is written", suite: before },
  { law: "P3", flaw: "a transaction that goes through though another instance took over", suite: flawed(unfenced) },
  {
    law: "P4",
    flaw: "a key by which what depends on one another does not belong together",
    suite: ProjectionLaws.suite({ ...good, projection: apart(({ event }) => `${event.by % 2}`) }),
  },
  {
    law: "P5",
    flaw: "a rebuild that begins where the version before it stands",
    suite: flawed(({ acquire }) => ({
      acquire: (key, ttl) => acquire(key.consumer === "lists:2" ? { ...key, consumer: "lists:1" } : key, ttl),
    })),
  },
  {
    law: "P6",
    flaw: "a model that says it is further than it is",
    suite: flawed(({ read }) => ({ read: (key) => Effect.map(read(key), (position) => position + 1) })),
  },
  {
    law: "P8",
    flaw: "partitions that are said to be further than they are",
    suite: flawed(({ read }) => ({ read: (key) => Effect.map(read(key), (position) => position + 2) }), goodParted),
  },
  {
    law: "P9",
    flaw: "a log that is followed from its next event on",
    suite: ProjectionLaws.suite({ ...good, projection: (version) => Projection.of(newOnly)(good.projection(version)) }),
  },
  { law: "P11", flaw: "another number of partitions that begins at the first event", suite: anew },
  {
    law: "P11",
    flaw: "another number of partitions that begins where the furthest stood, though others were behind",
    suite: unlevelled,
  },
  {
    law: "P11",
    flaw: "partitions that are worked at though there are others by now",
    suite: flawed(unfenced, goodParted),
  },
  { law: "P11", flaw: "another number of partitions that knows nothing of what is parked", suite: forgotten },
]
