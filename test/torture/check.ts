/** What must hold afterwards: what was told is what is recorded, and what is recorded holds together. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper, Hash } from "everfold"
import { History } from "everfold/laws"
import * as Answers from "./checks/answers.ts"
import { oneOwner } from "./checks/claims.ts"
import { exactlyOnce } from "./checks/consumers.ts"
import { sawAll } from "./checks/followers.ts"
import { historyOf } from "./checks/history.ts"
import { holdsTogether, read } from "./checks/log.ts"
import { answeredOnce } from "./checks/processors.ts"
import { projectedOnce } from "./checks/projections.ts"
import { innocent, type Verdict } from "./checks/verdict.ts"
import { open, type Place } from "./places.ts"
import type { Evidence } from "./torture.ts"

export interface Found {
  readonly verdict: Verdict
  readonly events: number
  /** Operations that recorded something. */
  readonly commits: number
}

export const check = async (place: Place, evidence: Evidence): Promise<Found> => {
  const { told, lost, steady, restless, consumed, projected, looks, answered, faults } = evidence
  const verdict = { ...innocent(), faults: [...faults] }
  const live = Layer.mergeAll(open(place), EventMapper.plain, Hash.sha256)
  const log = await Effect.runPromise(Effect.provide(read(verdict), live))
  const { stored, byOp } = log
  holdsTogether(log, verdict)
  Answers.areTrue(log, told, lost, verdict)
  const violation = History.violation(historyOf(told, byOp))
  if (violation !== undefined) verdict.unserializable.push(History.explain(violation))
  const claimed = oneOwner(stored, told, verdict)
  exactlyOnce(log, consumed, verdict)
  projectedOnce(log, looks, projected, verdict)
  sawAll("the steady follower", steady, stored, verdict)
  sawAll("the restless follower", restless, stored, verdict)
  if (answered.length > 0) {
    // It may record what was left, so it comes last.
    await Effect.runPromise(Effect.provide(answeredOnce(log, answered, verdict), live)).catch((error: unknown) =>
      verdict.faults.push(`processors: ${error}`),
    )
  }
  return { verdict, events: stored.length, commits: byOp.size + claimed }
}
