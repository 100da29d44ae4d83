import * as SystemLaws from "../../src/laws/SystemLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as systems from "./broken/systems.ts"

laws(SystemLaws.suite(systems.good))
laws(SystemLaws.suite(systems.goodParted))
laws(SystemLaws.suite(systems.goodRacing))
catchesAll(systems.cases)
