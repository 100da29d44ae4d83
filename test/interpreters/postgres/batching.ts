/** Laws of lines: of whatever says which of the commits that wait share a statement. */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import type { Commit } from "../../../src/core/event/Commit.ts"
import { decide } from "../../../src/core/event/Decision.ts"
import type { Line, Place } from "../../../src/interpreters/postgres/Batch.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import { program } from "../../../src/laws/arbitrary/Programs.ts"
import { means } from "../../../src/laws/arbitrary/Queries.ts"
import { agree } from "../../../src/laws/Difference.ts"
import * as Law from "../../../src/laws/Law.ts"
import * as Calls from "./calls.ts"
import * as Simulated from "./simulated.ts"

export type Make = () => Line<number>

/** What happens to a line: a commit queues up, somebody gives up, or the next statement goes. */
const step = fc.oneof(
  { withCrossShrink: true },
  { weight: 6, arbitrary: fc.record({ _tag: fc.constant("Enter" as const), spec: Calls.spec }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Leave" as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Send" as const), most: fc.integer({ min: 1, max: 6 }) }) },
)
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never
const steps = program(step, { minLength: 1, maxLength: 24 })

const touched = ({ writes, commands = [], checkpoint }: Commit): ReadonlySet<string> =>
  new Set([
    ...writes.flatMap(({ stream, events }) => [`${stream.category}-${stream.id}`, ...events.map(({ id }) => id)]),
    ...commands.map(({ id }) => `command ${id}`),
    ...(checkpoint === undefined ? [] : [`${checkpoint.consumer} ${checkpoint.upstream} ${checkpoint.partition}`]),
  ])

const touchesThat = (a: Commit, b: Commit): boolean => {
  const keys = touched(b)
  return [...touched(a)].some((key) => keys.has(key))
}

const forbids = ({ condition }: Commit, { writes }: Commit): boolean =>
  condition !== undefined &&
  writes.some(({ stream, events }) => events.some((event) => means(condition.failIfMatch, { ...event, stream })))

/** What the next batch is, said another way: every commit that waits is looked at, beside every one before it. */
const batchOf = (out: ReadonlyArray<Commit>, waiting: ReadonlyArray<Commit>, most: number): ReadonlyArray<Commit> => {
  const batch: Array<Commit> = []
  for (const [i, commit] of waiting.entries()) {
    if (batch.length === most) break
    const earlier = waiting.slice(0, i)
    if ([...out, ...earlier].some((other) => touchesThat(other, commit))) continue
    if (batch[0] !== undefined && batch[0].hash !== commit.hash) break
    const isBarred = batch.some((other) => forbids(commit, other))
    const overtakes = earlier.some((other) => !batch.includes(other) && forbids(other, commit))
    if (!isBarred && !overtakes) batch.push(commit)
  }
  return batch
}

/** A line at work, and a server that records what it lets go together. */
const played = Effect.fnUntraced(function* (
  line: Line<number>,
  steps: ReadonlyArray<Step>,
  seen: Law.Seen,
  check: (
    out: ReadonlyArray<Commit>,
    waiting: ReadonlyArray<Commit>,
    most: number,
    batch: ReadonlyArray<Commit>,
  ) => Effect.Effect<void, unknown>,
) {
  const next = Commits.ids()
  const server = Simulated.make()
  const alone = Simulated.make()
  const places: Array<Place<number>> = []
  const waiting = new Set<number>()

  const commitsOf = (numbers: Iterable<number>): ReadonlyArray<Commit> =>
    [...numbers].flatMap((number) => places[number]?.commit ?? [])

  const take = Effect.fnUntraced(function* (out: ReadonlyArray<number>, most: number) {
    const taken = line.take(most)
    yield* check(
      commitsOf(out),
      commitsOf([...waiting].filter((number) => !out.includes(number))),
      most,
      commitsOf(taken),
    )
    if (taken.length > 1) seen("several together")
    return taken
  })

  const record = Effect.fnUntraced(function* (taken: ReadonlyArray<number>) {
    const batch = commitsOf(taken)
    const answers = server.run(batch)
    yield* agree("the answers to a batch, and to its commits one by one", {
      expected: batch.map((commit, i) => (answers[i] === undefined ? undefined : alone.run([commit])[0])),
      actual: answers,
    })
    for (const [i, number] of taken.entries()) {
      const place = places[number]
      if (place === undefined) continue
      waiting.delete(number)
      for (const late of line.leave(place, answers[i])) {
        seen("late")
        const commit = places[late]?.commit
        yield* agree(`whether somebody who is lost was waiting, and is refused`, {
          expected: [true, true],
          actual: [waiting.delete(late), commit && isLeft(decide(server.view, commit))],
        })
      }
    }
  })

  /** Another batch is out beside the first, if it can be, and recorded before it. */
  const send = Effect.fnUntraced(function* (most: number) {
    const first = yield* take([], most)
    const second = line.ready(true) > 0 ? yield* take(first, most) : []
    if (second.length > 0) seen("two at once")
    yield* record(second)
    yield* record(first)
  })

  for (const step of steps) {
    if (step._tag === "Enter") {
      const commit = Calls.commitOf(next, step.spec)
      if (touched(commit).size === 0) continue
      waiting.add(places.length)
      places.push(line.enter(places.length, commit))
    } else if (step._tag === "Leave") {
      const number = [...waiting][step.which % Math.max(1, waiting.size)]
      const place = number === undefined ? undefined : places[number]
      if (number === undefined || place === undefined) continue
      waiting.delete(number)
      line.leave(place)
    } else {
      yield* send(step.most)
    }
  }
  const most = waiting.size
  for (let sent = 0; sent < most && waiting.size > 0; sent++) yield* send(Number.POSITIVE_INFINITY)
  yield* agree("who still waits after as many statements", {
    expected: [0, true],
    actual: [waiting.size, line.ready(false) === 0],
  })
})

const asOne = (make: Make): Law.Law =>
  Law.make({
    name: "B1",
    title: "a batch is as its commits one by one",
    equation: "decided together on one state = decided one after another; and everybody has their turn",
    given: steps,
    must: ["several together", "late", "two at once"],
    runs: 300,
    holds: (steps, seen) => played(make(), steps, seen, () => Effect.void),
  })

const noOtherWaits = (make: Make): Law.Law =>
  Law.make({
    name: "B2",
    title: "who waits, and who does not",
    equation:
      "the next batch = as many as asked for, in order, but for those who clash with somebody earlier, or would overtake one whose condition they could match",
    given: steps,
    must: ["several together", "two at once"],
    runs: 300,
    holds: (steps, seen) =>
      played(make(), steps, seen, (out, waiting, most, batch) =>
        Effect.andThen(
          agree("the batch", { expected: batchOf(out, waiting, most), actual: batch }),
          agree("whether which of two that are out comes first matters to a condition", {
            expected: false,
            actual: out.length > 0 && [...out, ...batch].some(({ condition }) => condition !== undefined),
          }),
        ),
      ),
  })

export const suite = (make: Make): Law.Suite => ({ name: "a line", laws: [asOne(make), noOtherWaits(make)] })
