import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as t from "io-ts"
import { expect, it } from "vitest"
import { EventCodec, EventMapper, Projection, type ReadModel, type Recorded } from "../../src/core/index.ts"
import { Memory, MemoryModel } from "../../src/interpreters/memory/index.ts"
import * as ProjectionLaws from "../../src/laws/ProjectionLaws.ts"
import { laws } from "../../src/laws/vitest.ts"

const Added = EventCodec.make({ Added: t.type({ by: t.number }) })
type Added = EventCodec.TypeOf<typeof Added>

/** By version and stream, the numbers in the order in which they came. */
type Lists = Readonly<Record<string, ReadonlyArray<number>>>
const lists = MemoryModel.make("laws/Lists", {} as Lists)
type Cell = MemoryModel.Cell<Lists>

const noted = (version: number, { stream, event }: Recorded<Added>, cell: Cell): void => {
  const at = `${version} ${stream.id}`
  cell.set({ ...cell.get(), [at]: [...(cell.get()[at] ?? []), event.by] })
}

const events = fc.integer({ min: 0, max: 9 }).map((by): Added => Added.Added({ by }))

type Handle = (some: ReadonlyArray<Recorded<Added>>, cell: Cell) => Effect.Effect<void>

const listing = (handle: (version: number) => Handle) => (version: number) =>
  Projection.batched({ name: "lists", version, model: lists.model, events: Added, handle: handle(version) })

const listed = listing(
  (version) => (some, cell) => Effect.sync(() => some.forEach((each) => void noted(version, each, cell))),
)

/** Those of one version, by stream. */
const read = (version: number) =>
  Effect.map(lists.value, (all) =>
    Object.fromEntries(
      Object.entries(all).flatMap(([at, numbers]) => (at.startsWith(`${version} `) ? [[at.slice(2), numbers]] : [])),
    ),
  )

const layer = Layer.mergeAll(Memory.layer, EventMapper.plain, lists.layer)
const subject = { projection: listed, layer, read, events }

laws(ProjectionLaws.suite(subject))

const hasTag = (error: unknown, tag: string): boolean =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === tag

type Model = ReadModel.ReadModel<Cell>

/** The same world with a read model that has a flaw. */
const flawed = (flaw: (model: Model) => Partial<Model>) => ({
  ...subject,
  layer: Layer.provideMerge(
    Layer.effect(
      lists.model,
      Effect.map(lists.model, (model) => ({ ...model, ...flaw(model) })),
    ),
    layer,
  ),
})

const catches = async (
  name: string,
  of: Parameters<typeof ProjectionLaws.suite<MemoryModel.Named<"laws/Lists">, Cell, Added, never, unknown, never>>[0],
) => {
  const law = ProjectionLaws.suite(of).laws.find((one) => one.name === name)
  if (law === undefined) throw new Error(`There is no law ${name}.`)
  const { failed } = await fc.check(
    law.property(() => {}),
    { seed: 42, numRuns: 500, endOnFailure: true },
  )
  expect(failed).toBe(true)
}

it("P1 catches a handler that only looks at the last of several events", () =>
  catches("P1", {
    ...subject,
    projection: listing(
      (version) => (some, cell) => Effect.sync(() => some.slice(-1).forEach((each) => void noted(version, each, cell))),
    ),
  }))

it("P2 catches a checkpoint that moves after what was written", () =>
  catches(
    "P2",
    flawed((model) => ({
      transact: (move, work) =>
        Effect.gen(function* () {
          const answer = yield* model.transact({ ...move, to: move.from }, work)
          yield* Effect.yieldNow
          yield* model.transact(move, () => Effect.void)
          return answer
        }),
    })),
  ))

it("P2 catches a checkpoint that moves before what is written", () =>
  catches(
    "P2",
    flawed((model) => ({
      transact: (move, work) =>
        Effect.gen(function* () {
          yield* model.transact(move, () => Effect.void)
          yield* Effect.yieldNow
          return yield* model.transact({ ...move, from: move.to }, work)
        }),
    })),
  ))

it("P3 catches a transaction that goes through though another instance took over", () =>
  catches(
    "P3",
    flawed((model) => {
      let epoch = 0
      return {
        acquire: (key, ttl) =>
          Effect.tap(model.acquire(key, ttl), (mine) =>
            Effect.sync(() => {
              epoch = Option.isSome(mine) ? mine.value.epoch : epoch
            }),
          ),
        renew: () => Effect.void,
        // From wherever it stands, under whichever epoch: until it goes through.
        transact: (move, work) =>
          Effect.retry(
            Effect.flatMap(model.read(move), (from) =>
              model.transact({ ...move, epoch, from, to: Math.max(from, move.to) }, work),
            ),
            { while: (error) => hasTag(error, "CheckpointConflict") || hasTag(error, "Fenced") },
          ),
      }
    }),
  ))

it("P5 catches a rebuild that begins where the one before it stands", () =>
  catches(
    "P5",
    flawed((model) => ({
      acquire: (key, ttl) => model.acquire({ ...key, consumer: "lists:1" }, ttl),
    })),
  ))

it("P6 catches a model that says more than it includes", () =>
  catches(
    "P6",
    flawed((model) => ({ read: (key) => Effect.map(model.read(key), (position) => position + 1) })),
  ))
