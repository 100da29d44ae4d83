import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import { CommandContext, Repository } from "../../../src/core/index.ts"
import { at } from "../support.ts"
import { Accounts, deposit, inMemory } from "./support.ts"

const accounts = Repository.make(Accounts)
const pay = accounts.execute("ada", deposit(1))
const events = Stream.runCollect(accounts.history("ada"))

describe("the context of a command", () => {
  it("is empty at the root, which seeds the correlation with its own event", async () => {
    const recorded = await inMemory(Effect.andThen(Effect.andThen(pay, pay), events))
    for (const { id, correlationId, causation, metadata } of recorded) {
      expect(correlationId).toBe(id)
      expect(causation).toBe(null)
      expect(metadata).toEqual({})
    }
  })

  it("reaches every event that is recorded in the effect, and none outside", async () => {
    const recorded = await inMemory(
      Effect.gen(function* () {
        yield* Effect.andThen(pay, pay).pipe(
          CommandContext.correlate("checkout"),
          CommandContext.annotate({ user: "u" }),
        )
        yield* pay
        return yield* events
      }),
    )
    expect(recorded.map(({ metadata }) => metadata)).toEqual([{ user: "u" }, { user: "u" }, {}])
    expect(recorded.slice(0, 2).map(({ correlationId }) => correlationId)).toEqual(["checkout", "checkout"])
    expect(at(recorded, 2).correlationId).toBe(at(recorded, 2).id)
  })

  it("names the cause, and shares its correlation", async () => {
    const recorded = await inMemory(
      Effect.gen(function* () {
        yield* pay.pipe(CommandContext.correlate("checkout"))
        const cause = at(yield* events, 0)
        yield* accounts.execute("bob", deposit(1)).pipe(CommandContext.causedBy(cause))
        return [cause, at(yield* Stream.runCollect(accounts.history("bob")), 0)]
      }),
    )
    expect(recorded[1]).toMatchObject({
      correlationId: "checkout",
      causation: { eventId: at(recorded, 0).id, stream: { category: "Account", id: "ada" }, position: 1 },
    })
  })

  it("adds metadata to metadata; the inner one wins", async () => {
    const [event] = await inMemory(
      Effect.andThen(
        pay.pipe(CommandContext.annotate({ a: "inner", b: 1 }), CommandContext.annotate({ a: "outer", c: 2 })),
        events,
      ),
    )
    expect(event?.metadata).toEqual({ a: "inner", b: 1, c: 2 })
  })

  it("is inherited by fibers that are forked inside", async () => {
    const [event] = await inMemory(
      Effect.andThen(
        Effect.flatMap(Effect.forkChild(pay), Fiber.join).pipe(CommandContext.correlate("parent")),
        events,
      ),
    )
    expect(event?.correlationId).toBe("parent")
  })

  it("that no store takes fails the command and not the program", async () => {
    const error = await inMemory(Effect.flip(pay.pipe(CommandContext.correlate(""))))
    expect(error).toMatchObject({ _tag: "InvalidInput" })
  })

  it("with a cause that is none fails its own command, and none that is carried out with it", async () => {
    const tags = await inMemory(
      Effect.gen(function* () {
        const cause = JSON.parse('{ "id": "17", "correlationId": "checkout" }')
        const strange = pay.pipe(CommandContext.causedBy(cause))
        const together = { concurrency: "unbounded" } as const
        const exits = yield* Effect.forEach([pay, pay, strange, pay], (command) => Effect.exit(command), together)
        const error = yield* Effect.flip(strange)
        const across = yield* Effect.flip(
          Repository.transactAll({ ada: accounts.stream("ada") }, () => right([0, {}])).pipe(
            CommandContext.causedBy(cause),
          ),
        )
        return [exits.map((exit) => exit._tag), error._tag, across._tag]
      }),
    )
    expect(tags).toEqual([["Success", "Success", "Failure", "Success"], "InvalidInput", "InvalidInput"])
  })
})
