/** What processors answered is what a fold of the log says that they should have: each once, in order. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { EventStore, Projection, type Repository } from "everfold"
import { type Answer, type Answered, asks, moving, pots, takesBack, tallies, tallying } from "../processors/answers.ts"
import type { Projected } from "../report.ts"
import type { Event, Log } from "./log.ts"
import type { Verdict } from "./verdict.ts"

/** Answers by where they are, in order. */
type Answers = ReadonlyMap<string, ReadonlyArray<Omit<Answered, "_tag">>>

const folding = () => {
  const answers = new Map<string, Array<Omit<Answered, "_tag">>>()
  /** Whether it was accepted. */
  const add = ({ at, to, amount }: Answer): boolean => {
    const before = answers.get(at) ?? []
    const total = (before.at(-1)?.total ?? 0) + amount
    if (total < 0) return false
    answers.set(at, [...before, { to, amount, total }])
    return true
  }
  return { answers, add }
}

/** What should be in tallies and in pots. */
export const expected = (events: ReadonlyArray<Pick<Event, "stream" | "position" | "event">>) => {
  const [tallied, moved] = [folding(), folding()]
  for (const { stream, position: to, event } of events.toSorted((a, b) => a.position - b.position)) {
    if (event._tag === "Deposited") tallied.add({ at: stream.id, to, amount: event.amount })
    const refused = asks(to, event).filter((asked) => !moved.add(asked))
    for (const each of refused) moved.add(takesBack(each))
  }
  return { tallies: tallied.answers, pots: moved.answers }
}

export const compare = (what: string, wanted: Answers, found: Answers, verdict: Verdict): void => {
  for (const at of new Set([...wanted.keys(), ...found.keys()])) {
    const [asked, given] = [wanted.get(at) ?? [], found.get(at) ?? []]
    const count = (of: typeof asked, key: string) => of.filter(({ to, amount }) => `${to} ${amount}` === key).length
    const keys = new Set([...asked, ...given].map(({ to, amount }) => `${to} ${amount}`))
    let isWhole = true
    for (const key of keys) {
      const [once, times] = [count(asked, key), count(given, key)]
      isWhole &&= once === times
      if (times > once) verdict.answeredTwice.push(`${what} ${at} has ${times} of ${once} answers to ${key}`)
      if (times < once) verdict.answeredNever.push(`${what} ${at} has ${times} of ${once} answers to ${key}`)
    }
    const odd = given.findIndex(({ total }, i) => total !== asked[i]?.total)
    if (isWhole && odd >= 0) {
      verdict.answeredWrong.push(`${what} ${at} came to ${given[odd]?.total}, not ${asked[odd]?.total}, at ${odd}`)
    }
  }
}

const found = <C, S, E extends Answered, R>(repository: Repository.Repository<C, S, E, R>) =>
  Effect.gen(function* () {
    const answers = new Map<string, ReadonlyArray<Answered>>()
    for (const id of yield* Stream.runCollect(repository.ids)) {
      const history = yield* Stream.runCollect(repository.history(id))
      answers.set(
        id,
        history.map(({ event }) => event),
      )
    }
    return answers
  })

/** What is left is answered first. */
export const answeredOnce = Effect.fnUntraced(function* (
  { histories }: Log,
  told: ReadonlyArray<Projected>,
  verdict: Verdict,
) {
  for (const line of told) if (line.told === "wrong") verdict.faults.push(`a processor: ${line.why}`)
  const { head } = yield* EventStore
  const end = yield* head
  const timeout = "20 seconds"
  for (const processor of [tallying, moving]) {
    const working = Projection.run(processor)
    yield* Effect.raceFirst(Effect.andThen(working, Effect.never), Projection.waitFor(processor, end, { timeout }))
  }
  const wanted = expected([...histories.values()].flat())
  compare("tally", wanted.tallies, yield* found(tallies), verdict)
  compare("pot", wanted.pots, yield* found(pots), verdict)
})
