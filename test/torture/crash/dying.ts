/**
 * A process that carries out the steps: `dying.ts <place> <n>`. It prints each answer as soon as it has it, and in the end
 * that it came to it. On SQLite it counts its statements, and kills itself right before its n-th.
 */
import { writeSync } from "node:fs"
import { DatabaseSync, StatementSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { EventMapper, StoreUnavailable } from "everfold"
import { open, type Place } from "../places.ts"
import { steps } from "./scenario.ts"

const [where = "", last = "0"] = process.argv.slice(2)
const place: Place = JSON.parse(where)
let statements = 0

/** Counts a call, and does not come back from the n-th. */
const count = (prototype: object, name: string): void => {
  const original = Reflect.get(prototype, name)
  Reflect.set(prototype, name, function (this: unknown, ...args: ReadonlyArray<unknown>): unknown {
    if (++statements === Number(last)) process.kill(process.pid, "SIGKILL")
    return Reflect.apply(original, this, args)
  })
}
for (const name of ["run", "get", "all", "iterate"]) count(StatementSync.prototype, name)
for (const name of ["exec", "close"]) count(DatabaseSync.prototype, name)

const print = (line: unknown): void => void writeSync(1, `${JSON.stringify(line)}\n`)

/** Where nothing was recorded, it tries again. */
const patiently = Effect.retry({
  schedule: Schedule.max([Schedule.spaced("20 millis"), Schedule.recurs(500)]),
  while: (error: unknown) => error instanceof StoreUnavailable && error.retryable,
})

await Effect.runPromise(
  Effect.forEach(steps(place), ({ name, run }) =>
    Effect.map(patiently(run), (answer) => {
      print({ name, answer })
    }),
  ).pipe(Effect.provide(Layer.mergeAll(open(place), EventMapper.plain))),
)
print({ statements })
