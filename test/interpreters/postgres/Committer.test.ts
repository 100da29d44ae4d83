import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { Snapshots } from "../../../src/core/port/Snapshots.ts"
import * as Committer from "../../../src/interpreters/postgres/Committer.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import { laws } from "../../../src/laws/vitest.ts"
import { suite } from "./committing.ts"
import * as Simulated from "./simulated.ts"

const layer = Layer.effectContext(
  Effect.gen(function* () {
    const server = Simulated.make()
    const { commit } = yield* Committer.make(server.recorder)
    return Context.make(EventStore, { ...server.reads, commit }).pipe(
      Context.add(Checkpoints, server.checkpoints),
      Context.add(Snapshots, server.snapshots),
    )
  }),
)

laws(StoreLaws.suite({ layer }))
laws(StoreLaws.liveness({ layer, runs: 1 }))
laws(suite(Committer.make))
