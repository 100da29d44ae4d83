import * as ProjectionLaws from "../../src/laws/ProjectionLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as processors from "./broken/processors.ts"

laws(ProjectionLaws.processor(processors.policy))
laws(ProjectionLaws.processor(processors.policyParted))
laws(ProjectionLaws.processor(processors.process))
laws(ProjectionLaws.processor(processors.processParted))
catchesAll(processors.cases)
