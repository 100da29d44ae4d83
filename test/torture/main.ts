/**
 * Several processes write to one SQLite file and are killed all the time; afterwards nothing may be lost, doubled, torn
 * or untrue.
 *
 *     npm run torture -- [--seconds N] [--writers N] [--lanes N] [--design everfold|naive] [--crashes N] [--json]
 *
 * Then one process is killed before each statement of SQLite in turn, or before every `--crashes`-th; 0 leaves that out.
 * `--design naive` decides without an expected version and without command ids: the checks must catch it. The last line
 * is the result; the exit code is 1 where anything was violated.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { check } from "./check.ts"
import { crashes } from "./crash/crashes.ts"
import { torture } from "./torture.ts"

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    writers: { type: "string", default: "4" },
    lanes: { type: "string", default: "6" },
    design: { type: "string", default: "everfold" },
    crashes: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
})
const design = values.design === "naive" ? "naive" : "everfold"
const folder = mkdtempSync(join(tmpdir(), "everfold-torture-"))
const filename = join(folder, "store.db")
try {
  const [seconds, writers, lanes] = [Number(values.seconds), Number(values.writers), Number(values.lanes)]
  const evidence = await torture({ filename, seconds, writers, lanes, design })
  const { verdict, events, operations } = await check(filename, evidence)
  const { told, kills } = evidence
  const count = (...kinds: ReadonlyArray<string>) => told.filter((line) => kinds.includes(line.told)).length
  const every = Number(values.crashes)
  const crashed = every > 0 ? await crashes(folder, every) : { kills: 0, faults: [] }
  const found = { ...verdict, crashes: crashed.faults }
  const violations = Object.values(found).reduce((n, examples) => n + examples.length, 0)
  const gaveUp = (why: string) => told.filter((line) => line.told === "nothing" && line.why === why).length
  const result = {
    design,
    seconds,
    commits: operations,
    events,
    kills,
    acknowledged: count("recorded", "moved"),
    again: told.filter((line) => line.told === "recorded" && line.repeated).length,
    refused: count("refused"),
    interrupted: count("interrupted"),
    conflicts: gaveUp("VersionConflict"),
    unavailable: gaveUp("StoreUnavailable"),
    slowestMillis: Math.round(told.reduce((most, { start, end }) => Math.max(most, end - start), 0)),
    crashed: crashed.kills,
    ...Object.fromEntries(Object.entries(found).map(([kind, examples]) => [kind, examples.length])),
    violations,
  }
  for (const [kind, examples] of Object.entries(found)) {
    for (const example of examples.slice(0, 5)) console.error(`${kind}: ${example}`)
  }
  console.log(
    values.json
      ? JSON.stringify(result)
      : Object.entries(result)
          .map(([what, value]) => `${what} ${value}`)
          .join(", "),
  )
  process.exitCode = violations === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
