import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import * as SubscriptionLaws from "../../src/laws/SubscriptionLaws.ts"
import { laws } from "../../src/laws/vitest.ts"

laws(StoreLaws.suite({ layer: Memory.layer }))
laws(SubscriptionLaws.suite({ layer: Memory.layer, runs: 200 }))
laws(StoreLaws.liveness({ layer: Memory.layer, runs: 1 }))
