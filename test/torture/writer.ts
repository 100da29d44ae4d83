/**
 * A writer: lanes that carry out their operations one after another, all at once, and print each answer before they go
 * on, until the process is killed. `{"filename", "design", "lanes": {"a": 17}, "finish": false}`; with `finish` each
 * lane does one operation.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { EventMapper } from "everfold"
import { Sqlite } from "everfold/sqlite"
import { type Design, type Done, designs, load } from "./designs.ts"
import { type Command, Overdrawn } from "./model.ts"
import { nameOf, operation } from "./operations.ts"
import { type Answer, now, print } from "./report.ts"

interface Task {
  readonly filename: string
  readonly design: Design
  readonly lanes: { readonly [lane: string]: number }
  readonly finish: boolean
}

const { filename, design, lanes, finish }: Task = JSON.parse(process.argv[2] ?? "{}")
const { execute, transfer } = designs[design]

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

/** Errors of these say that nothing was recorded; whatever else comes is a fault. */
const harmless = new Set(["VersionConflict", "StoreUnavailable"])

const tagged = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : String(error)

const answered = <E, R>(stream: string, effect: Effect.Effect<Answer, E, R>): Effect.Effect<Answer, never, R> =>
  Effect.map(Effect.exit(effect), (exit): Answer => {
    if (Exit.isSuccess(exit)) return exit.value
    const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
    if (error instanceof Overdrawn) return { told: "refused", stream, seen: error.seen }
    const tag = tagged(error)
    return harmless.has(tag) ? { told: "nothing", why: tag } : { told: "wrong", why: Cause.pretty(exit.cause) }
  })

const act = (lane: string, serial: number): ReadonlyArray<Effect.Effect<Answer, never, Needs>> => {
  const op = nameOf(lane, serial)
  const task = operation(lane, serial)
  const interrupted: Answer = { told: "interrupted" }
  const soon = (millis: number, effect: Effect.Effect<Answer, never, Needs>) =>
    Effect.map(
      Effect.timeoutOption(effect, millis),
      Option.getOrElse(() => interrupted),
    )
  const keyed = (stream: string, command: Command) => {
    const once = answered(stream, Effect.map(execute(stream, command, { commandId: op }), recorded(stream)))
    if (task.manner === "twice") return [once, once]
    return task.manner === "interrupted" ? [soon(serial % 4, once), once] : [once]
  }
  switch (task.kind) {
    case "deposit":
      return keyed(task.stream, { _tag: "Deposit", op, amounts: task.amounts })
    case "withdraw":
      return keyed(task.stream, { _tag: "Withdraw", op, amount: task.amount })
    case "look":
      return keyed(task.stream, { _tag: "Look" })
    case "transfer": {
      const { from, to, amount } = task
      const moved = Effect.map(
        transfer(op, from, to, amount),
        ({ position, seen }): Answer => ({ told: "moved", from, to, position, seen }),
      )
      const done = answered(from, moved)
      return [task.manner === "interrupted" ? soon(serial % 6, done) : done]
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

type Needs = Effect.Services<ReturnType<typeof load>>

const run = Effect.fnUntraced(function* ([lane, from]: readonly [string, number]) {
  for (let serial = from; serial === from || !finish; serial++) {
    const steps = act(lane, serial)
    for (const [i, step] of steps.entries()) {
      const start = now()
      const answer = yield* step
      print({ ...answer, lane, serial, start, end: now(), done: i === steps.length - 1 })
    }
    // What is answered without a pause would never let the others run.
    yield* Effect.yieldNow
  }
})

await Effect.runPromise(
  Effect.forEach(Object.entries(lanes), run, { concurrency: "unbounded", discard: true }).pipe(
    Effect.provide(Layer.mergeAll(Sqlite.layer({ filename }), EventMapper.plain)),
  ),
)
