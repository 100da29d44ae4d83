/**
 * The law of command ids (S13, for callers): whoever gives a command again under its id, over whichever connection, gets
 * the first answer, and nothing is doubled.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { EventStore } from "../../core/port/EventStore.ts"
import type { Executed } from "../../core/program/Batch.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Faults from "../Faults.ts"
import * as Interleaving from "../Interleaving.ts"
import type * as Law from "../Law.ts"
import { show } from "../Show.ts"
import * as Trace from "../Trace.ts"
import { conflict, noting, repeat } from "./Noting.ts"
import { Full, type Names, type NotedEvent, type RepositorySubject, repository } from "./Register.ts"

type Answer = Result.Result<Executed<Names, NotedEvent>, unknown>

/** How long after a lost connection a commit may still arrive, in milliseconds, and more. */
const stragglers = 5

/** What an answer says, whether it is the first or a later one. */
const content = ({ state, version, position, events }: Executed<Names, NotedEvent>) => ({
  state,
  version,
  position,
  events,
})

/** How often in a row the connection may fail until a caller is told that nobody knows what became of the commit. */
const patience = 10

/** What a caller may be told instead, where the connection fails so often. */
const excusesFor = (commits: ReadonlyArray<Faults.Fault>): ReadonlyArray<unknown> => [
  ...(commits.includes("Unavailable") ? ["StoreUnavailable"] : []),
  ...(commits.filter((fault) => fault !== "None" && fault !== "Slow").length > patience ? ["CommitUnknown"] : []),
]
const tagOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "_tag" in error ? error._tag : error

/** Mostly the same one, so that commands wait there together. */
const crowded = fc.constantFrom(0, 0, 0, 1, 2)

/**
 * S13, for callers
 *
 * @category laws
 * @since 0.1.0
 */
export const repeats = ({ layer, repository: make = repository, runs = 100 }: RepositorySubject): Law.Law =>
  Interleaving.law({
    name: "S13.2",
    title: "a command id answers the first outcome",
    equation:
      "the same command id, at once or later, in any repository, over a connection that ends before, while or after the commit: the first answer, recorded once",
    given: fc.record({
      command: fc.record({ times: fc.nat(2), limit: fc.integer({ min: 0, max: 7 }) }),
      before: fc.nat(3),
      callers: program(fc.record({ repository: crowded, again: fc.nat(2) }), { minLength: 1, maxLength: 4 }),
      others: program(crowded, { maxLength: 6 }),
      commits: program(Faults.fault, { maxLength: 12 }),
      reads: program(Faults.slowness, { maxLength: 16 }),
    }),
    runs,
    must: ["done", "again", "Full", conflict, repeat],
    holds: Effect.fnUntraced(
      function* ({ command, before, callers, others, commits, reads }, seen) {
        const store = yield* EventStore
        const flaky = Faults.inject(noting(store, seen), { commit: Faults.script(commits), read: Faults.script(reads) })
        const repositories = [make(1024), make(0), make(1)]
        const at = (n: number) => repositories[n] ?? make(0)
        const note = (by: string) => ({ by, times: 1, limit: 99 })
        for (let i = 0; i < before; i++) yield* at(0).execute("a", note("before"))

        const give = (repository: number) =>
          Effect.result(at(repository).execute("a", { by: "it", ...command }, { commandId: "once" }))
        const answers: Array<Answer> = []
        let known: Executed<Names, NotedEvent> | undefined
        const ask = Effect.fnUntraced(function* (repository: number, excused: ReadonlyArray<unknown>) {
          const knownBefore = known
          const answer = yield* Trace.telling(
            `gives the command to repository ${repository + 1}`,
            give(repository),
            Trace.answered(
              Result.match({ onSuccess: ({ repeated }) => (repeated ? "again" : "done"), onFailure: show }),
            ),
          )
          answers.push(answer)
          seen(Result.isSuccess(answer) ? (answer.success.repeated ? "again" : "done") : String(tagOf(answer.failure)))
          if (Result.isSuccess(answer)) {
            known ??= answer.success
            yield* agree("the answers to one command id", { expected: content(known), actual: content(answer.success) })
            return
          }
          const error = answer.failure
          if (!(error instanceof Full)) {
            const tag = tagOf(error)
            if (!excused.includes(tag)) {
              yield* agree("what a caller is told", { expected: ["an answer", ...excused], actual: tag })
            }
            return
          }
          yield* agree("what is told once a command was accepted", {
            expected: knownBefore && content(knownBefore),
            actual: undefined,
          })
          yield* agree("whether a refusal was decided on what the command itself recorded", {
            expected: false,
            actual: error.seen.includes("it"),
          })
        })
        const excuses = excusesFor(commits)
        const asking = Effect.forEach(
          callers,
          ({ repository, again }, i) =>
            Effect.forEach(Array.from({ length: again + 1 }), () => ask(repository, excuses), { discard: true }).pipe(
              Interleaving.named(`caller ${i + 1}`),
            ),
          { concurrency: "unbounded", discard: true },
        )
        const writing = Effect.forEach(
          others,
          (repository, i) =>
            Effect.ignore(at(repository).execute("a", note("other"))).pipe(Interleaving.named(`other ${i + 1}`)),
          { concurrency: "unbounded", discard: true },
        )
        yield* Effect.all([asking, writing], { concurrency: "unbounded" }).pipe(
          Effect.provideService(EventStore, flaky),
        )
        if (commits.includes("LostWhile")) yield* Effect.sleep(stragglers)

        // Whatever it came to, it comes to the same from now on, also in a repository that has seen nothing of it.
        const head = yield* store.head
        repositories.push(make(1024))
        for (const [i] of repositories.entries()) yield* ask(i, [])
        const fresh = answers.filter((answer) => Result.isSuccess(answer) && !answer.success.repeated)
        if (fresh.length > 1) yield* agree("how many are told to be the first", { expected: 1, actual: fresh.length })
        const events = yield* store.readStream({ category: "Register", id: "a" })
        const { state } = yield* make(0).execute("a", { by: "nobody", times: 0, limit: 99 })
        yield* agree("how often it was recorded", {
          expected: known === undefined ? 0 : command.times,
          actual: state.filter((name) => name === "it").length,
        })
        yield* agree("the version of the register", { expected: events.length, actual: state.length })
        const late = answers.slice(-repositories.length).some((answer) => fresh.includes(answer))
        if (!late) yield* agree("the head, after it was asked for again", { expected: head, actual: yield* store.head })
      },
      (effect) => Effect.provide(effect, Layer.fresh(layer)),
    ),
  })
