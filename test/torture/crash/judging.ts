/**
 * What a process left behind that carried out the steps, or some of them: every step is there or not, nothing that was
 * acknowledged is lost, and going on comes to what it would have come to.
 */
import { isDeepStrictEqual } from "node:util"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Audit, Checkpoints, EventMapper, EventStore, Hash, type Recorded, Repository } from "everfold"
import { projectedOnce } from "../checks/projections.ts"
import { innocent } from "../checks/verdict.ts"
import type { AccountEvent } from "../model.ts"
import { open, type Place } from "../places.ts"
import { type Child, start } from "../processes.ts"
import { Accounts, type Answer, consumer, modelAt, opOf, type Step, standing, steps } from "./scenario.ts"

const accounts = Repository.make(Accounts)

interface Line {
  readonly name?: string
  readonly answer?: Answer
  readonly statements?: number
}

/** A process that carries out the steps, and what it is told. */
export const dying = (place: Place, last = 0) => {
  const child: Child<Line> = start("crash/dying.ts", [JSON.stringify(place), String(last)], () => {})
  return {
    kill: child.kill,
    end: async () => {
      const ended = await child.ends(60_000)
      const answers = child.lines.flatMap(({ answer }) => (answer === undefined ? [] : [answer]))
      const statements = child.lines.find((line) => line.statements !== undefined)?.statements
      return { ended, answers, statements, complaints: child.complaints() }
    },
  }
}

/** All that matters of a store in the end. */
const observe = Effect.gen(function* () {
  const store = yield* EventStore
  const { events } = yield* store.readAll({ after: 0, limit: 100 })
  const accounts = yield* Effect.forEach(["a", "b"], standing)
  const log = events.map((event) => [event.position, event.stream.id, event.version, event.type, opOf(event)])
  const audited = yield* Audit.store
  const checkpoint = yield* (yield* Checkpoints).read(consumer)
  return { log, accounts, audited, checkpoint }
})

const answered = (run: Step["run"]) =>
  Effect.catchCause(run, (cause) => Effect.succeed<Answer>({ failed: Cause.pretty(cause) }))

/** Where a read model is not the fold of the log up to its checkpoint. */
const misprojected = Effect.fnUntraced(function* (place: Place) {
  const found = yield* modelAt(place)
  const histories = new Map<string, ReadonlyArray<Recorded<AccountEvent>>>()
  for (const id of ["a", "b"]) histories.set(id, yield* Stream.runCollect(accounts.history(id)))
  const verdict = innocent()
  if (found !== undefined) projectedOnce({ histories }, [found], [], verdict)
  return Object.values(verdict).flat()
})

/** What is wrong after the process ended having told these answers. */
const judge = (place: Place, answers: ReadonlyArray<Answer>, whole: ReadonlyArray<Answer>, end: unknown) =>
  Effect.gen(function* () {
    const faults: Array<string> = []
    const expect = (what: string, actual: unknown, expected: unknown): void => {
      if (isDeepStrictEqual(JSON.parse(JSON.stringify(actual)), JSON.parse(JSON.stringify(expected)))) return
      faults.push(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
    }
    expect("what it was told", answers, whole.slice(0, answers.length))
    const found = yield* observe
    for (const { aided, unaided } of found.accounts) expect("a load with its snapshot", aided, unaided)
    faults.push(...(yield* misprojected(place)))
    for (const [i, { name, events, repeatable, run, recorded }] of steps(place).entries()) {
      const there = found.log.filter(([, , , , op]) => op === name).length
      if (there !== 0 && there !== events) faults.push(`${name} has ${there} of ${events} events`)
      const isThere = events > 0 ? there > 0 : recorded === undefined ? false : yield* recorded
      const told = i < answers.length
      if (told && !isThere && (events > 0 || recorded !== undefined))
        faults.push(`${name} was told to be recorded, and is not there`)
      if (i > answers.length && isThere) faults.push(`${name} is there before the steps before it`)
      if (name === "everything") expect("the checkpoint", found.checkpoint, isThere ? 5 : 0)
      // Once more, under the same ids: it comes to what it came to. What has none is done if it was not.
      if (repeatable || !(told || isThere)) expect(`${name} once more`, yield* answered(run), whole[i])
    }
    expect("the end", yield* observe, end)
    return faults
  })

const on = (place: Place) => Layer.mergeAll(open(place), EventMapper.plain, Hash.sha256)

/** The steps without a kill: their answers, and what the store holds in the end. */
export const undisturbed = async (place: Place) => {
  const { answers, statements, complaints } = await dying(place).end()
  if (statements === undefined) throw new Error(`the steps did not come to an end: ${complaints}`)
  return { answers, statements, end: await Effect.runPromise(Effect.provide(observe, on(place))) }
}

/** What is wrong where a process was told these answers. */
export const inspect = (
  place: Place,
  answers: ReadonlyArray<Answer>,
  whole: Pick<Awaited<ReturnType<typeof undisturbed>>, "answers" | "end">,
): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(Effect.provide(judge(place, answers, whole.answers, whole.end), on(place)))

/** What was done to processes, and what was wrong with what they left behind. */
export interface Crashes {
  readonly statements: number
  readonly kills: number
  readonly faults: ReadonlyArray<string>
}
