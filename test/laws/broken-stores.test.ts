import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import { catches } from "./broken/caught.ts"
import * as committing from "./broken/committing.ts"
import type { StoreLayer } from "./broken/Flawed.ts"
import * as reading from "./broken/reading.ts"

/** Which law is there for which flaw. */
const caught: Record<string, ReadonlyArray<readonly [string, StoreLayer]>> = {
  S1: [["bodies kept as text", committing.bodiesAsText]],
  S2: [
    ["StreamExists as no check", committing.streamExistsIsNoCheck],
    ["NoStream as no check", committing.noStreamIsNoCheck],
    ["a conflict without the winner's version", committing.conflictWithoutWinner],
  ],
  S3: [["assertions taken for nothing to do", committing.assertionsDropped]],
  S4: [
    ["writes without a transaction", committing.noTransaction],
    ["ids of refused commits kept", committing.idsOfRefusedCommitsKept],
  ],
  S5: [
    ["holes in positions", reading.holesInPositions],
    ["holes in versions", reading.holesInVersions],
  ],
  S6: [
    ["a stale replica", reading.staleReplica],
    ["history rewritten", reading.historyRewritten],
  ],
  S7: [["check, then act", committing.checkThenAct]],
  S8: [["Any that conflicts", committing.anyConflicts]],
  S9: [
    ["positions given backwards", reading.backwardsPositions],
    ["positions from a sequence", reading.serialPositions],
  ],
  S10: [
    ["positions from a sequence", reading.serialPositions],
    ["a full page that skips", reading.fullPageSkips],
    ["silent changes", reading.silentChanges],
  ],
  S12: [
    ["a condition without the lock", committing.conditionWithoutLock],
    ["a condition of one item", committing.conditionOfOneItem],
  ],
  S13: [
    ["known events skipped", committing.knownEventsSkipped],
    ["repeats appended", committing.repeatsAppended],
    ["empty commands forgotten", committing.emptyCommandsForgotten],
    ["repeats answered with how things stand now", committing.repeatsAnswerNow],
  ],
  S14: [
    ["a filtered page that stalls", reading.filteredPageStalls],
    ["streams in UTF-16 order", reading.streamsByUtf16],
    ["the limit before the direction", reading.limitBeforeDirection],
    ["no position taken for one", reading.stopsAtNaN],
  ],
  S15: [
    ["epochs unchecked", committing.epochUnchecked],
    ["keys of checkpoints unchecked", committing.keysUnchecked],
    ["the checkpoint dropped", committing.checkpointDropped],
    ["the checkpoint apart", committing.checkpointApart],
  ],
  S19: [["a batch that fails as one", committing.failsTogether]],
  S17: [["hashes unchecked", committing.hashUnchecked]],
}

for (const [name, subjects] of Object.entries(caught)) {
  for (const [flaw, layer] of subjects) catches(name, `a store with ${flaw}`, StoreLaws.suite({ layer }))
}
