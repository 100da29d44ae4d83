import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as processors from "./broken/processors.ts"

laws(processors.suite(processors.policy))
laws(processors.suite(processors.policyParted))
laws(processors.suite(processors.process))
laws(processors.suite(processors.processParted))
catchesAll(processors.cases)
