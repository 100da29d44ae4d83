import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { expect, it } from "vitest"
import * as Commit from "../../src/core/event/Commit.ts"
import { EventStore } from "../../src/core/port/EventStore.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as Commits from "../../src/laws/arbitrary/Commits.ts"
import * as Faults from "../../src/laws/Faults.ts"
import * as Interleaving from "../../src/laws/Interleaving.ts"

/** What a commit is answered, the head right after it, and a moment later. */
const under = (...faults: ReadonlyArray<Faults.Fault>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const store = yield* EventStore
      const flaky = Faults.inject(store, { commit: Faults.script(faults), read: Faults.script([]) })
      const [stream] = Commits.streams
      const commit = Commits.commit(Commits.ids(), [
        { stream, expected: Commit.any, events: [{ type: "Added", tags: [] }] },
      ])
      const answers: Array<string> = []
      for (const _ of faults) {
        const answer = yield* Effect.exit(Effect.result(flaky.commit(commit)))
        if (Exit.isFailure(answer)) answers.push("died")
        else if (Result.isFailure(answer.value)) answers.push(answer.value.failure._tag)
        else answers.push(answer.value.success.repeated ? "repeated" : "recorded")
      }
      const soon = yield* flaky.head
      yield* Effect.sleep(5)
      return [...answers, soon, yield* flaky.head]
    }).pipe(Effect.provide(Memory.layer)),
  )

it("is done or not, at once or late, whatever is told of it", async () => {
  expect(await under("None")).toEqual(["recorded", 1, 1])
  expect(await under("Slow")).toEqual(["recorded", 1, 1])
  expect(await under("Unavailable")).toEqual(["StoreUnavailable", 0, 0])
  expect(await under("LostBefore")).toEqual(["CommitUnknown", 0, 0])
  expect(await under("LostWhile")).toEqual(["CommitUnknown", 0, 1])
  expect(await under("LostAfter")).toEqual(["CommitUnknown", 1, 1])
  expect(await under("Dies")).toEqual(["died", 0, 0])
  expect(await under("Unavailable", "LostAfter", "None")).toEqual([
    "StoreUnavailable",
    "CommitUnknown",
    "repeated",
    1,
    1,
  ])
})

it("befalls each kind of call, in the order of the script, and then none any more", async () => {
  const plan = () => ({ commit: Faults.script([]), read: Faults.script(["Unavailable", "LostAfter", "Slow"]) })
  const heads = Effect.gen(function* () {
    const store = yield* EventStore
    return yield* Effect.forEach([1, 2, 3, 4], () => Effect.result(store.head))
  }).pipe(Effect.provide(Layer.fresh(Memory.layer.pipe(Faults.layer(plan)))))
  const tags = (await Effect.runPromise(heads)).map((head) =>
    Result.isFailure(head) ? head.failure._tag : head.success,
  )
  expect(tags).toEqual(["StoreUnavailable", "StoreUnavailable", 0, 0])
})

class Mailer extends Context.Service<
  Mailer,
  {
    readonly from: string
    readonly send: (to: string) => Effect.Effect<number, "bounced">
    readonly sent: Effect.Effect<ReadonlyArray<string>, "offline">
    readonly flush: () => Effect.Effect<void>
  }
>()("test/Mailer") {}

const mailer = Layer.sync(Mailer, () => {
  const sent: Array<string> = []
  return {
    from: "us",
    send: (to) => Effect.sync(() => sent.push(to)),
    sent: Effect.sync(() => [...sent]),
    flush: () => Effect.void,
  }
})

const bounces = (): "bounced" => "bounced"

/** What it answers to one after another, what was sent right after them, and what a moment later. */
const mailing = (...troubles: ReadonlyArray<Faults.Trouble>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const { send, sent, from } = yield* Mailer
      const answers: Array<unknown> = [from]
      for (const [i] of troubles.entries()) {
        const exit = yield* Effect.exit(Effect.result(send(`${i}`)))
        answers.push(Exit.isFailure(exit) ? "died" : Result.getOrElse(exit.value, (failure) => failure))
      }
      const soon = yield* sent
      yield* Effect.sleep(5)
      return [...answers, soon.join(" "), (yield* sent).join(" ")]
    }).pipe(Effect.provide(mailer.pipe(Faults.around(Mailer, { troubles, failures: { send: bounces } })))),
  )

it("is put around any service, and fails as its operations can", async () => {
  expect(await mailing("None", "Slow")).toEqual(["us", 1, 2, "0 1", "0 1"])
  expect(await mailing("FailsBefore", "None")).toEqual(["us", "bounced", 1, "1", "1"])
  expect(await mailing("FailsAfter", "None")).toEqual(["us", "bounced", 2, "0 1", "0 1"])
  expect(await mailing("FailsWhile", "None")).toEqual(["us", "bounced", 1, "1", "1 0"])
  expect(await mailing("Dies", "None")).toEqual(["us", "died", 1, "1", "1"])
})

it("meets effects and functions in one order, and nothing that is not named", async () => {
  const plan: Faults.Around<Mailer["Service"]> = {
    troubles: ["FailsBefore", "FailsBefore"],
    failures: { sent: () => "offline", send: bounces },
  }
  const program = Effect.gen(function* () {
    const { send, sent, flush } = yield* Mailer
    yield* flush()
    return [yield* Effect.flip(sent), yield* Effect.flip(send("ada")), yield* sent]
  }).pipe(Effect.provide(mailer.pipe(Faults.around(Mailer, plan))))
  expect(await Effect.runPromise(program)).toEqual(["offline", "bounced", []])
})

it("takes as long as is said, and dies where an operation cannot fail", async () => {
  const never = (): never => {
    throw new Error("no flush")
  }
  const plan: Faults.Around<Mailer["Service"]> = {
    troubles: ["Slow", "FailsAfter"],
    failures: { flush: never },
    slow: "1 minute",
  }
  const program = Effect.gen(function* () {
    const { flush } = yield* Mailer
    const late = yield* Effect.timeoutOption(flush(), "59 seconds")
    return [late._tag, String(yield* Effect.exit(flush()))]
  }).pipe(Effect.provide(mailer.pipe(Faults.around(Mailer, plan))), Interleaving.run([]))
  expect(await Effect.runPromise(program)).toEqual(["None", "Failure(Cause([Die(Error: no flush)]))"])
})

it("is put around an instance of a class, which keeps what it has of it", async () => {
  class Count {
    #count = 0
    readonly add = Effect.sync(() => ++this.#count)
    twice(): Effect.Effect<number> {
      return Effect.sync(() => 2 * this.#count)
    }
    get now(): Effect.Effect<number> {
      return Effect.sync(() => this.#count)
    }
  }
  class Counter extends Context.Service<Counter, Count>()("Counter") {}
  const counted = Effect.gen(function* () {
    const counter = yield* Counter
    const lost = yield* Effect.exit(counter.twice())
    return [Exit.isFailure(lost), yield* counter.add, yield* counter.twice(), yield* counter.now]
  })
  const failures = {
    twice: () => {
      throw new Error("lost")
    },
  }
  const flaky = Layer.sync(Counter, () => new Count()).pipe(
    Faults.around(Counter, { troubles: ["FailsBefore"], failures }),
  )
  expect(await Effect.runPromise(counted.pipe(Effect.provide(flaky)))).toEqual([true, 1, 2, 1])
})
