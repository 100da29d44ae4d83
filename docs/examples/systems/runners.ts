// Whatever runs a system, it comes to the same.
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { type System, SystemRunner } from "everfold"
import type { Place } from "./stores.ts"

export interface Run {
  /** `orders` or `transfers`, and where its stores are: what another process has to know to work at it. */
  readonly name: string
  readonly place: Place
  /** The same, opened in this process. */
  readonly deployment: System.Deployment
  /** Gives all commands. */
  readonly commands: Effect.Effect<void, unknown>
  readonly say: (text: string) => Effect.Effect<void>
}

/** Has the system work, gives the commands, and waits until it is quiet. */
export type Runner = (run: Run) => Effect.Effect<void, unknown, Scope>

/** Milliseconds until another process takes over from one that died. */
export const lease = 1000

/** Every event is handled by itself, in an order that follows from the seed. */
const step: Runner = Effect.fnUntraced(function* ({ deployment, commands, say }) {
  yield* commands
  const trace = yield* SystemRunner.step(deployment, { choices: SystemRunner.seeded(1), lease })
  for (const one of trace.slice(-5)) yield* say(`  ${SystemRunner.tell(one)}`)
  yield* say(`${trace.length} events were handled, one by one`)
})

/** All jobs at once, in this process. */
const concurrent: Runner = Effect.fnUntraced(function* ({ deployment, commands }) {
  const quiet = Effect.andThen(commands, SystemRunner.quiet(deployment))
  yield* Effect.raceFirst(quiet, Effect.andThen(SystemRunner.concurrent(deployment, { lease }), Effect.never))
})

/** By the names that they are asked for. */
export const runners: { readonly [name: string]: Runner } = { step, concurrent }
