import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import { laws } from "../../src/laws/vitest.ts"

laws(StoreLaws.suite({ layer: Memory.layer }))
laws(StoreLaws.liveness({ layer: Memory.layer, runs: 1 }))
