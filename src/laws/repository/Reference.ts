/**
 * The law that a repository does what its decider says (S17, for callers): one program, asked of it and of plain lists,
 * has the same answers.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Interleaving from "../Interleaving.ts"
import type * as Law from "../Law.ts"
import { show } from "../Show.ts"
import * as Trace from "../Trace.ts"
import { ask, ids, question } from "./Asking.ts"
import * as Lists from "./Lists.ts"
import { type RepositorySubject, repository } from "./Register.ts"

const over = "a register that is over"
const again = "a command that is given again"

/** An answer; or an error, as far as is known what it has to say. */
const told = (answer: Result.Result<unknown, unknown>, expected: unknown): unknown => {
  if (Result.isSuccess(answer)) return answer.success
  const error: unknown = answer.failure
  if (typeof error !== "object" || error === null || typeof expected !== "object" || expected === null) return error
  return Object.fromEntries(Object.keys({ _tag: "", ...expected }).map((key) => [key, Reflect.get(error, key)]))
}

/** A command's events have one correlation id: the one that it was given, or its own, or one that no other has. */
const judgeCorrelations = Effect.fnUntraced(function* ({ log }: Lists.Lists, recorded: ReadonlyArray<StoredEvent>) {
  const chosen = new Map<number, string>()
  for (const [i, { group, correlation }] of log.entries()) {
    if (correlation === undefined && !chosen.has(group)) chosen.set(group, recorded[i]?.correlationId ?? "")
  }
  yield* agree("the correlation ids of what is recorded", {
    expected: log.map(({ group, correlation }) => correlation ?? chosen.get(group)),
    actual: recorded.map(({ correlationId }) => correlationId),
  })
  yield* agree("how many correlation ids there are of commands that were given none", {
    expected: chosen.size,
    actual: new Set(chosen.values()).size,
  })
})

/**
 * S17, for callers
 *
 * @category laws
 * @since 0.1.0
 */
export const reference = ({ layer, repository: make = repository, runs = 100 }: RepositorySubject): Law.Law =>
  Interleaving.law({
    name: "S17.2",
    title: "a repository does what its decider says",
    equation: "one program of calls, whatever the cache: each answered as by deciding and folding over plain lists",
    given: program(fc.record({ repository: fc.nat(2), question }), { minLength: 1, maxLength: 16 }),
    runs,
    must: ["Execute", "Both", "LoadAt", "LoadVersion", "History", again, over],
    holds: Effect.fnUntraced(
      function* (questions, seen) {
        const store = yield* EventStore
        const repositories = [make(1024), make(0), make(1)]
        const lists = Lists.empty()
        const recorded: Array<StoredEvent> = []
        for (const { repository, question } of questions) {
          const expected = Lists.answer(lists, question)
          const answer = yield* Trace.telling(
            `${question._tag} in repository ${repository + 1}`,
            Effect.result(ask(repositories[repository] ?? make(0), question, lists.times)),
            Trace.answered(Result.match({ onSuccess: show, onFailure: show })),
          )
          const actual = told(answer, expected)
          yield* agree(`the answer to ${show(question)}`, { expected, actual })
          if (Result.isSuccess(answer)) seen(question._tag)
          else if (typeof actual === "object" && actual !== null && "_tag" in actual) seen(String(actual._tag))
          if (typeof actual === "object" && actual !== null && "repeated" in actual && actual.repeated) seen(again)

          const { events } = yield* store.readAll({ after: recorded.length, limit: 100 })
          recorded.push(...events)
          lists.times.push(...events.map(({ recordedAt }) => recordedAt))
          yield* agree("the streams of what is recorded", {
            expected: lists.log.map(({ id }) => id),
            actual: recorded.map(({ stream }) => stream.id),
          })
        }
        if (ids.some((id) => Lists.isOver(Lists.namesOf(lists, id)))) seen(over)
        yield* judgeCorrelations(lists, recorded)
      },
      (effect) => Effect.provide(effect, Layer.fresh(layer)),
    ),
  })
