import * as Effect from "effect/Effect"
import type { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import type { EventStore } from "../../../src/core/port/EventStore.ts"
import type { Snapshots } from "../../../src/core/port/Snapshots.ts"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"

/** On a store of its own. */
export const run = async <A, E>(effect: Effect.Effect<A, E, EventStore | Checkpoints | Snapshots>): Promise<A> => {
  const store = Postgres.layer({ url: await serverUrl(), schema: freshSchema() })
  return Effect.runPromise(Effect.provide(effect, store))
}
