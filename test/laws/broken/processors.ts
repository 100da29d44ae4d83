/** Processors that answer an event twice, or not at all, or on what was no longer so. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as ProcessManager from "../../../src/core/domain/ProcessManager.ts"
import * as Aggregate from "../../../src/core/event/Aggregate.ts"
import { any } from "../../../src/core/event/Commit.ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import * as Query from "../../../src/core/event/Query.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import type { ReadModel } from "../../../src/core/port/ReadModel.ts"
import { EventMapper } from "../../../src/core/program/EventMapper.ts"
import * as Processor from "../../../src/core/program/Processor.ts"
import * as Repository from "../../../src/core/program/Repository.ts"
import * as StoreModel from "../../../src/core/program/StoreModel.ts"
import * as UnitOfWork from "../../../src/core/program/UnitOfWork.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as ProjectionLaws from "../../../src/laws/ProjectionLaws.ts"
import type { Case } from "./caught.ts"

const Added = EventCodec.make({ Added: t.type({ by: t.number }) })
type Added = EventCodec.TypeOf<typeof Added>

/** An event has what was decided, not what was asked for: so that one that was decided on something old shows. */
const Counted = EventCodec.make({ Counted: t.type({ by: t.number, total: t.number }) })
type Counted = EventCodec.TypeOf<typeof Counted>

/** Nothing can be added that would come to a multiple of seven. */
const sums = Repository.make(
  Aggregate.make({
    category: "Sum",
    events: Counted,
    decider: Decider.make({
      initial: 0,
      decide: (by: number, total: number) =>
        by > 0 && (total + by) % 7 === 0
          ? Decider.reject("a multiple of seven" as const)
          : Decider.accept(Counted.Counted({ by, total: total + by })),
      evolve: (_total: number, event: Counted) => event.total,
    }),
  }),
)

const streams = ["1", "2", "3"]

/** Of all sums, what they are and what they were made of. */
const sumsRead = Effect.forEach(["all", "refused", ...streams], (id) =>
  Effect.map(Stream.runCollect(sums.history(id)), (history) => {
    const numbers = history.map(({ event }) => event.by)
    // In which order partitions come to what they share is not said.
    const by = streams.includes(id) ? numbers : numbers.toSorted()
    return { id, total: history.at(-1)?.event.total ?? 0, by }
  }),
)

const filter = Query.make({ category: "Projected" })

/** What is added to a stream is added to its sum and to that of all; what is refused is counted. */
const adding = (partitions = 1, answers = true) =>
  Processor.policy({
    name: "adding",
    events: Added,
    filter,
    partitions,
    policy: ({ stream, event: { by } }) => [
      { to: "all", by: -by },
      { to: stream.id, by },
    ],
    send: ({ to, by }) => Processor.send(sums, to, by),
    ...(answers && { rejected: () => [{ to: "refused", by: -1 }] }),
  })

const Note = EventCodec.make({
  Asked: t.type({ by: t.number }),
  Refused: t.type({ by: t.number }),
})
type Note = EventCodec.TypeOf<typeof Note>

interface Tally {
  readonly asked: ReadonlyArray<number>
  readonly refused: ReadonlyArray<number>
}
const nothing: Tally = { asked: [], refused: [] }

/** What an instance was asked for so far is added together, and one more for what was refused. */
const tallying = (partitions = 1) =>
  Processor.process({
    name: "Tallying",
    events: Added,
    filter,
    partitions,
    notes: Note,
    note: ({ stream, event: { by } }) => ({ instance: stream.id, note: Note.Asked({ by }) }),
    process: ProcessManager.make({
      initial: nothing,
      evolve: ({ asked, refused }, { _tag, by }: Note) =>
        _tag === "Asked" ? { asked: [...asked, by], refused } : { asked, refused: [...refused, by] },
      react: ({ asked }, { _tag, by }) =>
        _tag === "Refused"
          ? [{ to: "refused", by: -1 }]
          : [
              { to: "own", by },
              { to: "all", by: -asked.length },
            ],
      pending: () => [],
    }),
    send: ({ to, by }, instance) => Processor.send(sums, to === "own" ? instance : to, by),
    rejected: ({ by }) => Note.Refused({ by }),
  })

const tallies = tallying().instances
const talliesRead = Effect.forEach(streams, (id) =>
  Effect.map(tallies.load(id), (loaded) =>
    Option.getOrElse(
      Option.map(loaded, ({ state }) => state),
      () => nothing,
    ),
  ),
)

const layer = Layer.mergeAll(Memory.layer, EventMapper.plain)
const events = fc.integer({ min: 0, max: 9 }).map((by): Added => Added.Added({ by }))

type Subject = ProjectionLaws.Subject<StoreModel.Needs, Processor.Unit, Added, unknown, unknown, never>

export const suite = (subject: Subject) => ProjectionLaws.processor(subject)

/** What is sound. */
export const policy: Subject = { projection: () => adding(), layer, read: () => sumsRead, events }

/** What is sound, in partitions that answer on the same streams. */
export const policyParted: Subject = { ...policy, projection: () => adding(3) }

/** What is sound, with notes of its own. */
export const process: Subject = {
  ...policy,
  projection: () => tallying(),
  read: () => Effect.all([sumsRead, talliesRead]),
}

/** What is sound, with notes of its own, in partitions. */
export const processParted: Subject = { ...process, projection: () => tallying(3) }

type Model = ReadModel<Processor.Unit>

/** The same over a store model that has a flaw. */
const flawed = (
  flaw: (model: Model, services: Context.Context<StoreModel.Needs>) => Partial<Model>,
  subject = policy,
) => {
  const model = Effect.contextWith((services: Context.Context<StoreModel.Needs>) =>
    Effect.map(StoreModel.model, (model): Model => ({ ...model, ...flaw(model, services) })),
  )
  return suite({ ...subject, projection: (version) => ({ ...subject.projection(version), model }) })
}

/** Commands are recorded without the checkpoint, and that in the commit after theirs. */
const before = flawed(
  ({ transact }, services) => ({
    transact: (move, work) =>
      Effect.tap(UnitOfWork.carryOut(services, work), () =>
        Effect.andThen(
          Effect.repeat(Effect.yieldNow, { times: 99 }),
          transact(move, () => Effect.void),
        ),
      ),
  }),
  policy,
)
/** The checkpoint is recorded, and the commands in a commit after it. */
const after = flawed(
  ({ transact }, services) => ({
    transact: (move, work) =>
      Effect.gen(function* () {
        yield* transact(move, () => Effect.void)
        yield* Effect.yieldNow
        return yield* UnitOfWork.carryOut(services, work)
      }),
  }),
  policy,
)
/** Whichever version a stream has, what was decided on another one is recorded. */
const unasserted = suite({
  ...policyParted,
  layer: Layer.provideMerge(
    Layer.effect(
      EventStore,
      Effect.map(EventStore, (store) => ({
        ...store,
        commit: (commit) =>
          store.commit({ ...commit, writes: commit.writes.map((write) => ({ ...write, expected: any })) }),
      })),
    ),
    layer,
  ),
})

/** What a command of several is refused for is let go, and all that would have come after it. */
const forgetful = () => {
  const whole = adding(1, false)
  const handle: typeof whole.handle = (some, unit) => Effect.ignore(whole.handle(some, unit))
  return { ...whole, handle }
}

/** What an instance notes is in a commit of its own, before the commands are. */
const apart = flawed(({ transact }, services) => {
  const noted = new Set<string>()
  const noting = (unit: Processor.Unit, cause = ""): Processor.Unit => ({
    ...unit,
    causedBy: (event) => noting(unit.causedBy(event), event.id),
    execute: (repository, id, command) =>
      Effect.gen(function* () {
        if (repository.aggregate.category !== "Tallying") return yield* unit.execute(repository, id, command)
        const at = `${cause} ${JSON.stringify(command)}`
        if (!noted.has(at)) {
          yield* UnitOfWork.carryOut(services, (own) => own.execute(repository, id, command)).pipe(
            Effect.catchTag(["CheckpointConflict", "Fenced", "CommitUnknown"], Effect.die),
          )
          noted.add(at)
        }
        const events = repository.aggregate.decider.decide(command, yield* unit.state(repository, id))
        return isLeft(events) ? yield* Effect.die(events.left) : events.right
      }),
  })
  return { transact: (move, work) => transact(move, (unit) => work(noting(unit))) }
}, process)

export const cases: ReadonlyArray<Case> = [
  { law: "P2", flaw: "commands that are recorded before the checkpoint, in a commit of their own", suite: before },
  { law: "P2", flaw: "commands that are recorded after the checkpoint, in a commit of their own", suite: after },
  {
    law: "P3",
    flaw: "what was decided on a state that is old, recorded as if it were not",
    suite: unasserted,
  },
  {
    law: "P1",
    flaw: "a rejection with which all is lost that was asked for beside it",
    suite: suite({ ...policy, projection: forgetful }),
  },
  {
    law: "P2",
    flaw: "notes of a process in a commit of their own",
    suite: apart,
  },
]
