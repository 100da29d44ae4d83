import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Postgres } from "../../src/interpreters/postgres/index.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { freshSchema, serverUrl } from "../postgres/run.ts"

const layer = Layer.unwrap(
  Effect.promise(async () => Postgres.layer({ url: await serverUrl(), schema: freshSchema() })),
)
laws(StoreLaws.suite({ layer, runs: 20 }))
