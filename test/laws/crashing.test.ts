import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import { cases, sound } from "./broken/logs.ts"

laws(StoreLaws.crashing({ layer: sound }))
catchesAll(cases)
