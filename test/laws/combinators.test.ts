import { describe } from "vitest"
import * as CombinatorLaws from "../../src/laws/CombinatorLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catches } from "./broken/caught.ts"
import * as broken from "./broken/combinators.ts"

laws(CombinatorLaws.suite())

describe("broken", () => {
  const decider = (flaw: NonNullable<CombinatorLaws.Subject["decider"]>) => CombinatorLaws.suite({ decider: flaw })
  const mapCommand = broken.mapCommandFromTheBeginning
  catches("A1", "a translated command that is decided on the beginning", decider({ mapCommand }))
  catches("A2", "all events but the first lost", decider({ imapEvent: broken.imapEventFirstOnly }))
  catches("A3", "a translated state that is never over", decider({ imapState: broken.imapStateEndless }))
  catches("A4", "rejections taken for no events", decider({ mapRejection: broken.rejectionsSwallowed }))
  catches("A5", "foreign events that take it back to the beginning", decider({ adapt: broken.adaptStartsAnew }))
  catches(
    "A5",
    "an adapted decider that decides on the beginning",
    decider({ adapt: broken.adaptDecidesOnTheBeginning }),
  )
  catches("A6", "a product whose events reach all parts", decider({ product: broken.productForAll }))
  catches("A6", "a product that is over when one part is", decider({ product: broken.productOverTooSoon }))
  catches("A6", "a product whose last update wins", decider({ product: broken.productForgets }))
  catches("A7", "a combination whose events reach all parts", decider({ combine: broken.combineForAll }))
  catches("A7", "a combination that decides on the beginning", decider({ combine: broken.combineStale }))
  catches("A8", "one state for all keys", decider({ many: broken.manyShare }))
  catches("A8", "keys that are over because those touched are", decider({ many: broken.manyOverTouched }))
  catches("A8", "a map that is changed in place", decider({ many: broken.manyInPlace }))
  catches("A9", "a batch decided on the state before it", decider({ batch: broken.batchStale }))
  catches("A9", "a batch carried out in part", decider({ batch: broken.batchInPart }))
  catches("A10", "what is asked for, decided on a stale state", decider({ orchestrate: broken.orchestrateStale }))
  catches("A10", "fuel for one command too few", decider({ orchestrate: broken.orchestrateOneTooFew }))
  catches("A10", "a process that forgets", decider({ orchestrate: broken.orchestrateForgets }))
  catches("A10", "an orchestration carried out in part", decider({ orchestrate: broken.orchestrateInPart }))
  catches("A10", "what was asked for last done first", decider({ orchestrate: broken.orchestrateDepthFirst }))
  catches(
    "A11",
    "a product of views that loses one",
    CombinatorLaws.suite({ view: { product: broken.viewProductLoses } }),
  )
  catches(
    "A11",
    "foreign events that a view falls for",
    CombinatorLaws.suite({ view: { adapt: broken.viewAdaptStartsAnew } }),
  )
  catches(
    "A11",
    "a view whose state is lost in translation",
    CombinatorLaws.suite({ view: { imap: broken.viewUntranslated } }),
  )
  catches("A12", "the second policy first", CombinatorLaws.suite({ policy: { concat: broken.concatReversed } }))
  catches(
    "A12",
    "commands that are asked for only once",
    CombinatorLaws.suite({ policy: { concat: broken.concatOnce } }),
  )
  catches("A13", "what is owed, forgotten", CombinatorLaws.suite({ process: { promap: broken.promapForgets } }))
  catches(
    "A13",
    "foreign events that make it ask again",
    CombinatorLaws.suite({ process: { adapt: broken.adaptAsksAgain } }),
  )
})

describe("a combination written by hand", () => {
  laws(CombinatorLaws.suite({ decider: { combine: broken.combineWell } }), { only: "A7" })
})
