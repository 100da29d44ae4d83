/** How a writer carries out an operation: its steps, one after another, each with what it was told. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { CommitUnknown, EventStore, StoreUnavailable, VersionConflict } from "everfold"
import { claims } from "./commits.ts"
import { type Design, type Done, designs, load } from "./designs.ts"
import { type Command, Overdrawn } from "./model.ts"
import { nameOf, operation } from "./operations.ts"
import type { Answer } from "./report.ts"

export type Needs = Effect.Services<ReturnType<typeof load>>
type Act = Effect.Effect<Answer, never, Needs>

const recorded =
  (stream: string) =>
  ({ state, version, position, repeated, events }: Done): Answer => ({
    told: "recorded",
    stream,
    version,
    position,
    repeated,
    amounts: events.map(({ amount }) => amount),
    state,
  })

/** Errors that say that nothing was recorded, and that it may be later; whatever else comes is a fault. */
const harmless = (error: unknown): error is VersionConflict | StoreUnavailable =>
  error instanceof VersionConflict || (error instanceof StoreUnavailable && error.retryable)

const interrupted: Answer = { told: "interrupted" }
const unknown: Answer = { told: "unknown" }

const answered = <E, R>(stream: string, effect: Effect.Effect<Answer, E, R>): Effect.Effect<Answer, never, R> =>
  Effect.map(Effect.exit(effect), (exit): Answer => {
    if (Exit.isSuccess(exit)) return exit.value
    const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
    if (error instanceof Overdrawn) return { told: "refused", stream, seen: error.seen }
    if (error instanceof CommitUnknown) return unknown
    return harmless(error) ? { told: "nothing", why: error._tag } : { told: "wrong", why: Cause.pretty(exit.cause) }
  })

const soon = (millis: number, act: Act): Act =>
  Effect.map(
    Effect.timeoutOption(act, millis),
    Option.getOrElse(() => interrupted),
  )

/** Who has a name, and how far the log was read for it. */
const look = (name: string) =>
  EventStore.use((store) => store.readAll({ after: 0, filter: claims(name), limit: 10 })).pipe(
    Effect.map(({ events: [owner], scannedTo }) => ({ owner, scannedTo })),
  )

export const act = (design: Design, lane: string, serial: number): ReadonlyArray<Act> => {
  const { execute, transfer, spread, claim } = designs[design]
  const op = nameOf(lane, serial)
  const task = operation(lane, serial)

  /** What has an id is done again until it is known what became of it: after an interruption, or when nobody can tell. */
  const keyed = (once: Act): ReadonlyArray<Act> => {
    const again: Act = Effect.map(once, (answer) => (answer.told === "nothing" ? unknown : answer))
    const patiently: Act = Effect.repeat(again, { times: 3, while: ({ told }) => told === "unknown" })
    const certain: Act = Effect.flatMap(once, (answer) =>
      answer.told === "unknown" ? patiently : Effect.succeed(answer),
    )
    if (task.manner === "twice") return [certain, certain]
    return task.manner === "interrupted" ? [soon(serial % 4, once), certain] : [certain]
  }
  const command = (stream: string, command: Command) =>
    keyed(answered(stream, Effect.map(execute(stream, command, { commandId: op }), recorded(stream))))

  switch (task.kind) {
    case "deposit":
      return command(task.stream, { _tag: "Deposit", op, amounts: task.amounts })
    case "withdraw":
      return command(task.stream, { _tag: "Withdraw", op, amount: task.amount })
    case "look":
      return command(task.stream, { _tag: "Look" })
    case "transfer": {
      const { from, to, amount } = task
      const moved = Effect.map(
        transfer(op, from, to, amount),
        ({ position, seen }): Answer => ({ told: "moved", from, to, position, seen }),
      )
      const done = answered(from, moved)
      return [task.manner === "interrupted" ? soon(serial % 6, done) : done]
    }
    case "spread": {
      const done = Effect.map(spread(op, task.amount, task.streams), ({ position, repeated, streams }): Answer => {
        const at = streams.map(({ stream, version }) => ({ stream: stream.id, version }))
        return { told: "spread", position, repeated, streams: at }
      })
      return keyed(answered(op, done))
    }
    case "claim": {
      const { name, looks } = task
      const taken = (position: number): Answer => ({ told: "taken", name, position })
      const done = Effect.gen(function* () {
        const { owner, scannedTo } = looks ? yield* look(name) : { owner: undefined, scannedTo: 0 }
        if (owner !== undefined && owner.stream.id !== op) return taken(owner.position)
        const { position, repeated } = yield* claim(op, name, scannedTo)
        return { told: "claimed", name, position, repeated } as const
      }).pipe(Effect.catchTag("ConditionFailed", ({ position }) => Effect.succeed(taken(position))))
      return keyed(answered(op, done))
    }
    case "hasty": {
      const command: Command = { _tag: "Deposit", op, amounts: [task.amount] }
      return [
        soon(task.millis, answered(task.stream, Effect.map(execute(task.stream, command), recorded(task.stream)))),
      ]
    }
    case "stale": {
      const stale = Effect.gen(function* () {
        const { version } = yield* load(task.stream)
        if (version === 0) return { told: "nothing", why: "no stream" } as const
        const command: Command = { _tag: "Deposit", op, amounts: [1000] }
        return recorded(task.stream)(yield* execute(task.stream, command, { expected: version - 1 }))
      })
      return [
        Effect.map(answered(task.stream, stale), (answer) =>
          answer.told === "nothing" && answer.why === "VersionConflict" ? { ...answer, why: "stale" } : answer,
        ),
      ]
    }
    case "load":
      return [
        answered(
          task.stream,
          Effect.map(load(task.stream), ({ state, version, position }): Answer => {
            return { told: "loaded", stream: task.stream, state, version, position }
          }),
        ),
      ]
  }
}
