import { describe } from "vitest"
import * as DeciderLaws from "../../src/laws/DeciderLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { anyCommand, subject } from "./broken/account.ts"
import { catchesAll } from "./broken/caught.ts"
import { cases, refined } from "./broken/deciders.ts"

describe("an account", () => {
  laws(DeciderLaws.suite(subject))
})

describe("an account that is sent any command", () => {
  laws(DeciderLaws.suite({ ...subject, commands: anyCommand }))
})

describe("a balance in place of an account", () => {
  laws(DeciderLaws.refinement(refined))
})

describe("broken", () => {
  catchesAll(cases)
})
