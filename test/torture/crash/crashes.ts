/**
 * Kills a process between any two statements of SQLite, and looks at what it left behind: every step is there or not,
 * nothing that was acknowledged is lost, and going on comes to what it would have come to.
 */
import { isDeepStrictEqual } from "node:util"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Audit, Checkpoints, EventMapper, EventStore, Hash } from "everfold"
import { Sqlite } from "everfold/sqlite"
import { start } from "../processes.ts"
import { type Answer, consumer, opOf, type Step, standing, steps } from "./scenario.ts"

interface Line {
  readonly name?: string
  readonly answer?: Answer
  readonly statements?: number
}

/** Runs the steps in a process that kills itself before its n-th statement, or never: what it was told until then. */
export const dying = async (filename: string, last: number) => {
  const child = start<Line>("crash/dying.ts", [filename, String(last)], () => {})
  const ended = await child.ends(20_000)
  const answers = child.lines.flatMap(({ answer }) => (answer === undefined ? [] : [answer]))
  const statements = child.lines.find((line) => line.statements !== undefined)?.statements
  return { ended, answers, statements, complaints: child.complaints() }
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

/** What is wrong after the process ended having told these answers. */
const judge = (answers: ReadonlyArray<Answer>, whole: ReadonlyArray<Answer>, end: unknown) =>
  Effect.gen(function* () {
    const faults: Array<string> = []
    const expect = (what: string, actual: unknown, expected: unknown): void => {
      if (isDeepStrictEqual(JSON.parse(JSON.stringify(actual)), JSON.parse(JSON.stringify(expected)))) return
      faults.push(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
    }
    expect("what it was told", answers, whole.slice(0, answers.length))
    const found = yield* observe
    for (const { aided, unaided } of found.accounts) expect("a load with its snapshot", aided, unaided)
    for (const [i, { name, events, repeatable, run, recorded }] of steps.entries()) {
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

const on = (filename: string) => Layer.mergeAll(Sqlite.layer({ filename }), EventMapper.plain, Hash.sha256)

/** The steps without a kill: their answers, and what the store holds in the end. */
export const undisturbed = async (filename: string) => {
  const { answers, statements, complaints } = await dying(filename, 0)
  if (statements === undefined) throw new Error(`the steps did not come to an end: ${complaints}`)
  return { answers, statements, end: await Effect.runPromise(Effect.provide(observe, on(filename))) }
}

/** What is wrong with a file whose process was told these answers. */
export const inspect = (
  filename: string,
  answers: ReadonlyArray<Answer>,
  whole: Awaited<ReturnType<typeof undisturbed>>,
): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(Effect.provide(judge(answers, whole.answers, whole.end), on(filename)))

export interface Crashes {
  readonly statements: number
  readonly kills: number
  readonly faults: ReadonlyArray<string>
}

/** Kills before every n-th statement, `every` apart, from the `first` on, two at a time. */
export const crashes = async (folder: string, every: number, first = 1): Promise<Crashes> => {
  const whole = await undisturbed(`${folder}/whole.db`)
  const moments: Array<number> = []
  for (let n = first; n <= whole.statements; n += every) moments.push(n)
  const faults: Array<string> = []
  let kills = 0
  const work = async (): Promise<void> => {
    for (let n = moments.shift(); n !== undefined; n = moments.shift()) {
      const filename = `${folder}/${n}.db`
      const { ended, answers, complaints } = await dying(filename, n)
      if (!ended) kills++
      if (complaints !== "") faults.push(`before statement ${n}: ${complaints.trim()}`)
      const found = await inspect(filename, answers, whole)
      faults.push(...found.map((fault) => `before statement ${n}: ${fault}`))
    }
  }
  await Promise.all([work(), work()])
  return { statements: whole.statements, kills, faults }
}
