/** A run in one object: what was done, what it was like, and what was found. */

import type { Found } from "./check.ts"
import { resolved } from "./checks/answers.ts"
import { lag } from "./checks/followers.ts"
import { projections } from "./checks/projections.ts"
import type { Evidence } from "./torture.ts"

export const summary = (
  { told, lost, hits, steady, consumed, projected, looks, answered }: Evidence,
  { events, commits }: Found,
) => {
  const count = (...kinds: ReadonlyArray<string>) => told.filter((line) => kinds.includes(line.told)).length
  const gaveUp = (why: string) => told.filter((line) => line.told === "nothing" && line.why === why).length
  const seen = lag(steady, told)
  return {
    commits,
    events,
    terminations: 0,
    ...Object.fromEntries(hits),
    acknowledged: count("recorded", "moved", "spread", "claimed"),
    again: told.filter((line) => "repeated" in line && line.repeated).length,
    unknown: count("unknown"),
    unknownResolved: resolved(told, lost),
    refused: count("refused", "taken"),
    interrupted: count("interrupted"),
    conflicts: gaveUp("VersionConflict"),
    unavailable: gaveUp("StoreUnavailable"),
    leases: consumed.filter((line) => line.told === "leased").length,
    consumed: consumed.filter((line) => line.told === "consumed").length,
    fenced: consumed.filter((line) => line.told === "fenced").length,
    ...projections(projected, looks),
    answered: answered.filter((line) => line.told === "projected" && line.to > line.from).length,
    slowestMillis: Math.round(told.reduce((most, { start, end }) => Math.max(most, end - start), 0)),
    lagMillis: seen.p50,
    slowestLagMillis: seen.most,
  }
}
