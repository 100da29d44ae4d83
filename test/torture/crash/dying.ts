/**
 * A process that carries out the steps and kills itself right before its n-th statement: `dying.ts <file> <n>`. It prints
 * each answer as soon as it has it, and in the end how many statements there were.
 */
import { writeSync } from "node:fs"
import { DatabaseSync, StatementSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper } from "everfold"
import { Sqlite } from "everfold/sqlite"
import { steps } from "./scenario.ts"

const [filename = "", last = "0"] = process.argv.slice(2)
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

await Effect.runPromise(
  Effect.forEach(steps, ({ name, run }) =>
    Effect.map(run, (answer) => {
      print({ name, answer })
    }),
  ).pipe(Effect.provide(Layer.mergeAll(Sqlite.layer({ filename }), EventMapper.plain))),
)
print({ statements })
