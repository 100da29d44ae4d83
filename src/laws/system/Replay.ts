/**
 * What was recorded, done again step by step: each step of a processor where the logs say that it was taken, and what came
 * from outside as it is recorded.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { exact } from "../../core/event/Commit.ts"
import { matches } from "../../core/event/Query.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import * as Partition from "../../core/program/Partition.ts"
import { keyOf, layoutAt } from "../../core/program/ProjectionKey.ts"
import * as StoreModel from "../../core/program/StoreModel.ts"
import type { Deployment, Job } from "../../core/program/System.ts"
import { agree } from "../Difference.ts"
import { type Entry, logOf, type Note } from "./World.ts"

/**
 * The log of each application.
 *
 * @category model
 * @since 0.1.0
 */
export type Logs = ReadonlyMap<string, ReadonlyArray<Entry>>

/**
 * Those of a system.
 *
 * @category queries
 * @since 0.1.0
 */
export const logsOf = Effect.fnUntraced(function* (
  applications: ReadonlyArray<{ readonly name: string }>,
  { within }: Deployment,
) {
  const logs = new Map<string, ReadonlyArray<Entry>>()
  for (const { name } of applications) logs.set(name, yield* within(name)(logOf))
  return logs
})

/** What is compared of a log: whatever else there is is new whenever it is recorded. */
const outlined = (log: ReadonlyArray<Entry>) =>
  log.map(({ event: { stream, version, type }, note }) => {
    // Whether it looked further, at what it does not follow, is nothing that matters.
    if (note !== undefined) return `${note.consumer} at ${note.upstream} ${note.partition} => ${note.events}`
    return `${stream.category}-${stream.id} ${version} ${type}`
  })

/** What came from outside. */
const recordAgain = Effect.fnUntraced(function* ({ stream, version, position: _, link: __, ...event }: StoredEvent) {
  const [store, { hash }] = [yield* EventStore, yield* EventMapper]
  yield* store.commit({ hash, writes: [{ stream, expected: exact(version - 1), events: [event] }] })
})

const headOf = EventStore.use(({ head }) => head)

/**
 * Replays logs in a world where nothing has happened yet, and sees whether the same is recorded.
 *
 * @category running
 * @since 0.1.0
 */
export const replay = Effect.fnUntraced(function* (logs: Logs, { jobs, within }: Deployment) {
  const keyAt = ({ processor, partitions, upstream }: Job, partition: number) => {
    const named = { name: processor, version: StoreModel.version, partitions, upstream: { name: upstream } }
    return keyOf(named, layoutAt(0, named), partition)
  }

  /** The job at whose place a note was made. */
  const jobOf = (application: string, note: Note): Job | undefined =>
    jobs.find(
      (job) =>
        job.application === application &&
        job.upstream === note.upstream &&
        keyAt(job, note.partition).consumer === note.consumer,
    )

  /** What a job has to have at hand to come from one position to another: up to the last event of its partition. */
  const between = ({ upstream, filter, partitions }: Job, partition: number, from: number, to: number) => {
    const followed = (logs.get(upstream) ?? [])
      .map(({ event }) => event)
      .filter((event) => event.position > from && event.position <= to && matches(filter)(event))
    const last = followed.findLastIndex(({ stream }) => Partition.of(stream, partitions) === partition)
    return followed.slice(0, last + 1)
  }

  /** Steps up to a position, if not further. */
  const advance = Effect.fnUntraced(function* (job: Job, partition: number, to: number) {
    const read = within(job.application)(Checkpoints.use((checkpoints) => checkpoints.read(keyAt(job, partition))))
    let from = yield* read
    for (;;) {
      const batch = between(job, partition, from, to).length
      if (batch === 0) return
      yield* job.step({ batch, partitions: [partition] })
      const reached = yield* read
      if (reached <= from) return yield* Effect.die(`${job.processor} does not come on from ${from}`)
      from = reached
    }
  })

  const done = new Map([...logs.keys()].map((application) => [application, 0]))
  const doneOf = (application: string): number => done.get(application) ?? 0

  /** The next of an application, where what it was about is there. */
  const next = Effect.fnUntraced(function* (application: string, log: ReadonlyArray<Entry>) {
    const at = doneOf(application)
    const entry = log[at]
    if (entry === undefined) return false
    const { event, note } = entry
    if (note === undefined) {
      yield* within(application)(recordAgain(event))
      done.set(application, at + 1)
      return true
    }
    const job = jobOf(application, note)
    if (job === undefined) return yield* Effect.die(`nobody has the checkpoint of ${note.consumer}`)
    const needed = between(job, note.partition, 0, note.to).at(-1)?.position ?? 0
    if (needed > doneOf(note.upstream)) return false
    // What it handled without looking at any stream has no order.
    yield* advance(job, note.partition, note.from)
    yield* advance(job, note.partition, note.to)
    const head = at + 1 + note.events
    yield* agree(`what ${application} records when ${job.processor} comes to position ${note.to} of ${note.upstream}`, {
      expected: outlined(log.slice(at, head)),
      actual: outlined((yield* within(application)(logOf)).slice(at)),
    })
    done.set(application, yield* within(application)(headOf))
    return true
  })

  for (;;) {
    let went = false
    for (const [application, log] of logs) while (yield* next(application, log)) went = true
    if (!went) break
  }
  for (const [application, log] of logs) {
    yield* agree(`what ${application} has recorded`, {
      expected: outlined(log),
      actual: outlined(yield* within(application)(logOf)),
    })
  }
})
