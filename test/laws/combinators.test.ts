import { describe } from "vitest"
import * as CombinatorLaws from "../../src/laws/CombinatorLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as combinators from "./broken/combinators.ts"
import * as followers from "./broken/followers.ts"
import * as running from "./broken/running.ts"

laws(CombinatorLaws.suite())

catchesAll(combinators.cases)
catchesAll(followers.cases)
catchesAll(running.cases)

describe("a combination written by hand", () => {
  laws(CombinatorLaws.suite({ decider: { combine: combinators.combineWell } }), { only: "A7" })
})
