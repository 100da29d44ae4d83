/**
 * The law that a repository is strictly serializable (S11): whatever concurrent callers are told fits one order of their
 * calls, in which each takes place between its question and its answer.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree, Mistake } from "../Difference.ts"
import * as Faults from "../Faults.ts"
import * as History from "../History.ts"
import * as Interleaving from "../Interleaving.ts"
import type * as Law from "../Law.ts"
import * as Trace from "../Trace.ts"
import { answerOf, ask, type Call, call, describe, type Id, nameOf, type Seen, type Told, timesOf } from "./Calls.ts"
import { conflict, noting } from "./Noting.ts"
import { NotedEvent, type RepositorySubject, repository } from "./Register.ts"

interface Step {
  readonly call: Call
  /** Of three, each with a cache of its own. */
  readonly repository: number
  /** How many turns the caller waits before it is interrupted; or for ever. */
  readonly patience: number | undefined
}

const patience = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(9) })
const step: fc.Arbitrary<Step> = fc.record({ call, repository: fc.nat(2), patience }, { noNullPrototype: true })

const turns = (times: number): Effect.Effect<void> => Effect.repeat(Effect.yieldNow, { times })

/** A call, when it was made and answered, and what its caller was told. */
interface Made {
  readonly caller: string
  readonly call: Call
  /** The name that it notes. */
  readonly name: string
  readonly start: number
  readonly end: number
  readonly told: Told
  /** How many events there were when it was done. */
  readonly there: number
}

const ids: ReadonlyArray<Id> = ["a", "b"]
const interrupted: Told = { _tag: "Interrupted" }
const isOpen = ({ _tag }: Told): boolean => _tag === "Unknown" || _tag === "Interrupted"

/** What is recorded of a register. */
interface Recorded {
  readonly id: Id
  readonly names: ReadonlyArray<string>
  readonly events: ReadonlyArray<StoredEvent>
}

const recorded = Effect.fnUntraced(function* (store: EventStore["Service"], id: Id) {
  const events = yield* store.readStream({ category: "Register", id })
  const found = yield* (yield* EventMapper).decode(NotedEvent, events)
  return { id, events, names: found.map(({ event }) => event.by) } satisfies Recorded
})

const foundIn = (registers: ReadonlyArray<Recorded>, name: string): ReadonlyArray<History.Access> =>
  registers.flatMap(({ id, names }) =>
    names.flatMap((by, i) => (by === name ? [{ stream: `Register-${id}`, version: i + 1 }] : [])),
  )

const wrote = (told: Told): boolean => told._tag === "Answered" && told.wrote.some(({ times }) => times > 0)

/** The history of what was told; a commit may be `late` where its connection was lost. What nobody was told to have written is the work of a call that has no answer. */
const historyOf = (
  made: ReadonlyArray<Made>,
  registers: ReadonlyArray<Recorded>,
  late: boolean,
): ReadonlyArray<History.Operation> => {
  /** When it has happened, or never will. */
  const latest = ({ told, end }: Made): number =>
    told._tag === "Interrupted" && !late ? end : Number.POSITIVE_INFINITY
  const owned = new Set(made.flatMap(({ told, name }) => (wrote(told) ? [name] : [])))
  const access = ({ id, version }: { readonly id: Id; readonly version: number }): History.Access => ({
    stream: `Register-${id}`,
    version,
  })
  return made
    .toSorted((a, b) => a.start - b.start)
    .flatMap(({ caller, call, name, start, end, told }): ReadonlyArray<History.Operation> => {
      const operation = { caller, what: describe(call), start }
      if (told._tag === "Answered") {
        const writes = told.wrote.flatMap(({ id, times }) => {
          const from = told.on.find((seen) => seen.id === id)?.version ?? 0
          return Array.from({ length: times }, (_, i) => access({ id, version: from + i + 1 }))
        })
        return [{ ...operation, end, reads: told.on.map(access), writes }]
      }
      if (!isOpen(told) || owned.has(name)) return []
      owned.add(name)
      // Of several with one command id, each may be the one.
      const ends = made.filter((each) => each.name === name && isOpen(each.told)).map(latest)
      return [{ ...operation, end: Math.max(...ends), reads: [], writes: foundIn(registers, name) }]
    })
}

/** What a caller was shown is what was recorded. */
const judgeSeen = Effect.fnUntraced(function* (
  who: string,
  { id, version, names, position }: Seen,
  registers: ReadonlyArray<Recorded>,
) {
  const register = registers.find((each) => each.id === id)
  const expected = {
    names: names && register?.names.slice(0, version),
    position: position === undefined ? undefined : (register?.events[version - 1]?.position ?? 0),
  }
  yield* agree(`what ${who} was shown of ${id} at version ${version}`, { expected, actual: { names, position } })
})

const judge = Effect.fnUntraced(function* (
  made: ReadonlyArray<Made>,
  registers: ReadonlyArray<Recorded>,
  late: boolean,
) {
  const head = Math.max(0, ...registers.flatMap(({ events }) => events.map(({ position }) => position)))
  for (const { caller, call, name, told, there } of made) {
    const alike = made.filter((other) => other.name === name)
    const times = foundIn(registers, name).length
    const wanted = alike.some((each) => wrote(each.told))
      ? [timesOf(call)]
      : alike.some((each) => isOpen(each.told))
        ? [0, timesOf(call)]
        : [0]
    yield* agree(`how often ${name} is noted, of which ${caller} was told "${answerOf(told)}",`, {
      expected: wanted.includes(times) ? times : wanted,
      actual: times,
    })
    if (told._tag === "Interrupted" && alike.length === 1 && !late) {
      const behind = registers.flatMap(({ events, names }) => events.filter((_, i) => names[i] === name))
      yield* agree(`what is recorded behind the back of ${caller}, who was interrupted`, {
        expected: [],
        actual: behind.flatMap(({ position }) => (position > there ? [position] : [])),
      })
    }
    if (told._tag !== "Answered") continue
    if (told.at !== undefined) {
      const { at } = told
      const least = told.on.map(
        (seen) => registers.find(({ id }) => id === seen.id)?.events[seen.version - 1]?.position,
      )
      yield* agree(`whether all that ${caller} saw is at or before position ${at}, of which it was told`, {
        expected: true,
        actual: least.every((position = 0) => position <= at) && at <= head,
      })
    }
    if (told.wrote.length > 0) {
      yield* agree(`how many events of ${name} ${caller} was told of`, {
        expected: timesOf(call),
        actual: told.wrote.reduce((sum, { times }) => sum + times, 0),
      })
    }
    for (const seen of told.on) yield* judgeSeen(caller, seen, registers)
  }
  const violation = History.violation(historyOf(made, registers, late))
  if (violation !== undefined) return yield* new Mistake({ says: History.explain(violation) })
  for (const { caller, told } of made) {
    if (told._tag !== "Answered") continue
    for (const seen of told.shown) yield* judgeSeen(caller, seen, registers)
  }
})

/**
 * S11
 *
 * @category laws
 * @since 0.1.0
 */
export const serializable = ({ layer, repository: make = repository, runs = 200 }: RepositorySubject): Law.Law =>
  Interleaving.law({
    name: "S11",
    title: "strict serializability",
    equation:
      "read and write edges, by versions, and real-time edges form no circle; what is shown was recorded, what was decided is answered",
    given: fc.record({
      callers: program(program(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      commits: program(
        fc.oneof({ weight: 20, arbitrary: Faults.fault }, { weight: 1, arbitrary: fc.constant<Faults.Fault>("Dies") }),
        { maxLength: 16 },
      ),
      reads: program(
        fc.oneof(
          { weight: 9, arbitrary: Faults.slowness },
          { weight: 1, arbitrary: fc.constant<Faults.Fault>("Unavailable") },
        ),
        { maxLength: 32 },
      ),
    }),
    runs,
    must: ["Answered", "Interrupted", "a refusal", conflict],
    holds: Effect.fnUntraced(
      function* ({ callers, commits, reads }, seen) {
        const store = yield* EventStore
        const flaky = Faults.inject(noting(store, seen), { commit: Faults.script(commits), read: Faults.script(reads) })
        const repositories = [make(1024), make(0), make(1)]
        const sound = [...commits, ...reads].every((fault) => fault === "None" || fault === "Slow")
        const made: Array<Made> = []
        let tick = 0
        const run = Effect.fnUntraced(function* (caller: string, { call, repository, patience }: Step) {
          const registers = repositories[repository] ?? make(0)
          yield* Effect.yieldNow
          const start = tick++
          const asking = ask(registers, call, caller)
          const waiting =
            patience === undefined ? asking : Effect.raceFirst(asking, Effect.as(turns(patience), interrupted))
          const told = yield* Trace.telling(describe(call), waiting, Trace.answered(answerOf)).pipe(
            Interleaving.named(caller),
          )
          if (sound && patience === undefined) {
            yield* agree(`whether ${caller}, over a sound connection, has an answer`, {
              expected: true,
              actual: told._tag === "Answered" || told._tag === "Again",
            })
          }
          seen(told._tag === "Answered" && told.wrote.length === 0 && call._tag !== "Load" ? "a refusal" : told._tag)
          made.push({ caller, call, name: nameOf(call, caller), start, end: tick++, told, there: yield* store.head })
        })
        yield* Effect.forEach(
          callers,
          (steps, i) => Effect.forEach(steps, (step, j) => run(`caller ${i + 1}.${j + 1}`, step)),
          { concurrency: "unbounded" },
        ).pipe(Effect.provideService(EventStore, flaky))
        // A commit whose connection was lost may still be on its way.
        const late = commits.includes("LostWhile")
        yield* Effect.sleep(late ? 5 : 0)
        const registers = yield* Effect.forEach(ids, (id) => recorded(store, id))
        yield* judge(made, registers, late)
      },
      (effect) => Effect.provide(effect, Layer.fresh(layer)),
    ),
  })
