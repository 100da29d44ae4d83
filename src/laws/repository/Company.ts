/**
 * The law that a command fails alone (S19, for callers): those that wait for the same stream, and are decided and recorded
 * together with it, come to what they come to without it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { left } from "fp-ts/lib/Either.js"
import { EventStore } from "../../core/port/EventStore.ts"
import type { Executed } from "../../core/program/Batch.ts"
import * as CommandContext from "../../core/program/CommandContext.ts"
import type { Needs } from "../../core/program/Repository.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Faults from "../Faults.ts"
import * as Interleaving from "../Interleaving.ts"
import type * as Law from "../Law.ts"
import { show } from "../Show.ts"
import * as Trace from "../Trace.ts"
import { noting } from "./Noting.ts"
import { type Names, type NotedEvent, type Registers, type RepositorySubject, repository } from "./Register.ts"

const faults = [
  "VersionConflict",
  "InvalidInput",
  "InvalidInput at the store",
  "EncodeFailed",
  "EncodeFailed at its second event",
  "DeciderThrew",
  "Full",
  "a rejection of a use case",
] as const
type Fault = (typeof faults)[number]

interface Command {
  readonly fault: Fault | undefined
  readonly times: number
  readonly keyed: boolean
}

const command: fc.Arbitrary<Command> = fc.record({
  fault: fc.option(fc.constantFrom(...faults), { nil: undefined, freq: 2 }),
  times: fc.nat(2),
  keyed: fc.boolean(),
})

/** Half of a surrogate pair is no text. */
const unwritable = "\ud800"
/** 600 bytes are more than a tag or a correlation id may have. */
const tooLong = "é".repeat(300)

const carryOut = (
  registers: Registers,
  by: string,
  { fault, times, keyed }: Command,
): Effect.Effect<Executed<Names, NotedEvent>, unknown, Needs> => {
  const options = keyed ? { commandId: by } : {}
  const good = registers.execute("a", { by, times, limit: 1000 }, options)
  switch (fault) {
    case undefined:
      return good
    case "VersionConflict":
      return registers.execute("a", { by, times, limit: 1000 }, { ...options, expected: 999 })
    case "InvalidInput":
      return good.pipe(CommandContext.correlate(tooLong))
    case "InvalidInput at the store":
      return registers.execute("a", { by: tooLong, times: 1, limit: 1000 }, options)
    case "EncodeFailed":
      return registers.execute("a", { by: unwritable, times: 1, limit: 1000 }, options)
    case "EncodeFailed at its second event":
      return registers.transact("a", () => ({
        _tag: "Right",
        right: [0, [by, unwritable].map((by) => ({ _tag: "Noted", by }) as const)] as const,
      }))
    case "DeciderThrew":
      return registers.transact("a", (): ReturnType<typeof left<string>> => {
        throw new Error("the model has a fault")
      })
    case "Full":
      return registers.execute("a", { by, times: 1, limit: 0 }, options)
    case "a rejection of a use case":
      return registers.transact("a", () => left({ _tag: "a rejection of a use case" }))
  }
}

const tagOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "_tag" in error ? error._tag : error

const isFaulty = ({ fault }: Command): boolean => fault !== undefined

/**
 * S19, for callers
 *
 * @category laws
 * @since 0.1.0
 */
export const company = ({ layer, repository: make = repository, runs = 100 }: RepositorySubject): Law.Law =>
  Interleaving.law({
    name: "S19.2",
    title: "a command fails alone",
    equation:
      "k commands at once on one stream, some faulty: each faulty one fails as it would alone, the others succeed, and under their ids again",
    given: fc.record({
      commands: program(command, { minLength: 1, maxLength: 10 }),
      slowness: program(Faults.slowness, { maxLength: 8 }),
    }),
    runs,
    holds: Effect.fnUntraced(
      function* ({ commands, slowness }, seen) {
        const store = yield* EventStore
        const slow = Faults.script(slowness)
        const registers = make(1024)
        const answers = yield* Effect.forEach(
          commands,
          (command, i) =>
            Trace.telling(
              command.fault ?? `notes ${command.times}`,
              Effect.result(carryOut(registers, `c${i}`, command)),
              Trace.answered(Result.match({ onSuccess: ({ version }) => `version ${version}`, onFailure: show })),
            ).pipe(Interleaving.named(`c${i}`)),
          { concurrency: "unbounded" },
        ).pipe(Effect.provideService(EventStore, Faults.inject(noting(store, seen), { commit: slow, read: slow })))
        for (const answer of answers) seen(Result.isSuccess(answer) ? "recorded" : String(tagOf(answer.failure)))
        yield* agree("the answers", {
          expected: commands.map((command) => (isFaulty(command) ? command.fault?.split(" at ")[0] : "recorded")),
          actual: answers.map((answer) => (Result.isSuccess(answer) ? "recorded" : tagOf(answer.failure))),
        })
        const { state } = yield* make(0).execute("a", { by: "nobody", times: 0, limit: 1000 })
        yield* agree("what was recorded", {
          expected: commands.flatMap((command, i) =>
            isFaulty(command) ? [] : Array.from({ length: command.times }, () => `c${i}`),
          ),
          actual: state.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
        })
        for (const [i, answer] of answers.entries()) {
          if (Result.isFailure(answer)) continue
          yield* agree(`the state that was answered to c${i}`, {
            expected: state.slice(0, answer.success.version),
            actual: answer.success.state,
          })
          const command = commands[i]
          if (command?.keyed !== true) continue
          yield* agree(`the answer to c${i}, given again`, {
            expected: { ...answer.success, repeated: true },
            actual: yield* carryOut(make(0), `c${i}`, command),
          })
        }
      },
      (effect) => Effect.provide(effect, Layer.fresh(layer)),
    ),
  })
