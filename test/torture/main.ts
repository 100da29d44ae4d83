/**
 * Several processes write to one store, and everything happens to them and to it that can; afterwards nothing may be lost,
 * doubled, skipped, torn or untrue.
 *
 *     npm run torture -- [--store sqlite|postgres] [--seconds N] [--writers N] [--lanes N] [--consumers N]
 *                        [--projectors N] [--processors N] [--design everfold|naive] [--crashes N] [--json]
 *
 * Then one process, or its connection, is interrupted at each of its statements in turn, or at every `--crashes`-th (the
 * tenth on PostgreSQL, if left out); 0 leaves that out.
 * `--design naive` does it the obvious way: on SQLite, programs that decide without an expected version and without command
 * ids; on PostgreSQL, a store with a sequence for its positions; on both, read models whose checkpoint is written after what
 * they have, by whoever had the lease once; on SQLite, processors whose checkpoint is too. The checks must catch it. The last line is the result; the
 * exit code is 1 where anything was violated.
 */
import { parseArgs } from "node:util"
import { check } from "./check.ts"
import * as Postgres from "./postgres/scene.ts"
import * as Sqlite from "./sqlite.ts"
import { summary } from "./summary.ts"
import { torture } from "./torture.ts"

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "sqlite" },
    seconds: { type: "string", default: "30" },
    writers: { type: "string", default: "4" },
    lanes: { type: "string", default: "6" },
    consumers: { type: "string", default: "2" },
    projectors: { type: "string", default: "3" },
    processors: { type: "string", default: "2" },
    design: { type: "string", default: "everfold" },
    crashes: { type: "string" },
    json: { type: "boolean", default: false },
  },
})
const store = values.store === "postgres" ? "postgres" : "sqlite"
const design = values.design === "naive" ? "naive" : "everfold"
const seconds = Number(values.seconds)
const scene = await (store === "postgres" ? Postgres.make(design, seconds) : Sqlite.make())
try {
  const evidence = await torture({
    scene,
    seconds,
    writers: Number(values.writers),
    lanes: Number(values.lanes),
    consumers: Number(values.consumers),
    projectors: Number(values.projectors),
    processors: Number(values.processors),
    projecting: design,
    design: store === "postgres" ? "everfold" : design,
  })
  const found = await check(scene.inspected, evidence)
  const every = Number(values.crashes ?? (store === "postgres" ? 10 : 1))
  const crashed = every > 0 && design === "everfold" ? await scene.interrupt(every) : { kills: 0, faults: [] }
  const verdict = { ...found.verdict, crashes: crashed.faults }
  const violations = Object.values(verdict).reduce((n, examples) => n + examples.length, 0)
  const result = {
    store,
    design,
    seconds,
    ...summary(evidence, found),
    crashed: crashed.kills,
    ...Object.fromEntries(Object.entries(verdict).map(([kind, examples]) => [kind, examples.length])),
    violations,
  }
  for (const [kind, examples] of Object.entries(verdict)) {
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
  await scene.close()
}
