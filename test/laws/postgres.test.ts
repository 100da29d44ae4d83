import * as Layer from "effect/Layer"
import { Postgres } from "../../src/interpreters/postgres/index.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { freshSchema, serverUrl } from "../postgres/run.ts"

const url = await serverUrl()
const layer = Layer.suspend(() => Postgres.layer({ url, schema: freshSchema() }))
laws(StoreLaws.suite({ layer, runs: 20 }))
