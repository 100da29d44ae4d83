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
