import * as ProjectionLaws from "../../src/laws/ProjectionLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as projections from "./broken/projections.ts"

laws(ProjectionLaws.suite(projections.good))
laws(ProjectionLaws.suite(projections.goodApart))
laws(ProjectionLaws.suite(projections.goodParted))
catchesAll(projections.cases)
