/**
 * Measures Everfold against limits written by hand and against other libraries, in the same run.
 *
 *     npm run bench -- [--only NAME] [--json] [--write FOLDER] [--events N]
 *
 * Nothing is asserted: figures are of this machine, and of this moment. Ratios are what to look at.
 */
import { availableParallelism, loadavg } from "node:os"
import { parseArgs } from "node:util"
import type { Figure, Work } from "./measure.ts"
import { table, type Verdict, verdict } from "./report.ts"

type Load = () => Promise<{ readonly work: Work }>

/** Loaded when it is asked for, so that a piece of work that needs no store starts at once. */
const works: Readonly<Record<string, Load>> = {
  "sqlite-append": () => import("./sqlite-append.ts"),
  "memory-append": () => import("./memory-append.ts"),
  rehydrate: () => import("./rehydrate.ts"),
  "one-stream": () => import("./one-stream.ts"),
  composition: () => import("./composition.ts"),
  http: () => import("./http/http.ts"),
}

/** Those on PostgreSQL. */
const postgres: Readonly<Record<string, Load>> = {
  W1: () => import("./postgres/W1.ts"),
  W2: () => import("./postgres/W2.ts"),
  W3: () => import("./postgres/W3.ts"),
  W4: () => import("./postgres/W4.ts"),
  W5: () => import("./postgres/W5.ts"),
  W6: () => import("./postgres/W6.ts"),
  bytes: () => import("./postgres/bytes.ts"),
  followers: () => import("./followers.ts"),
  pipeline: () => import("./pipeline.ts"),
}

/** Those that first fill a store for a while, or wait for minutes: not measured unless they are asked for. */
const long: Readonly<Record<string, Load>> = {
  size: () => import("./postgres/size.ts"),
  conditions: () => import("./postgres/conditions.ts"),
  rebuild: () => import("./rebuild.ts"),
  takeover: () => import("./takeover.ts"),
  failover: () => import("./failover.ts"),
}

const all = { ...works, ...postgres, ...long }

const help = `npm run bench -- [--only NAME ...] [--json] [--write FOLDER] [--events N]

  --only NAME      ${Object.keys({ ...works, ...postgres }).join(", ")};
                   postgres for those of PostgreSQL;
                   ${Object.keys(long).join(", ")} only where they are named, for they take minutes
  --events N       how many events these have; a million, if left out
  --json           one JSON object a line instead of tables
  --write FOLDER   speed.md and speed.svg of what was measured on PostgreSQL
`

/** In one line; without what only the report needs. */
const json = (figure: Figure): string => {
  const { work, subject, writers, perSecond, p50ms, p99ms, ratioToLimit, bytes, reads, heap, resident } = figure
  return JSON.stringify({ work, subject, writers, perSecond, p50ms, p99ms, ratioToLimit, bytes, reads, heap, resident })
}

const marks = { true: "met    ", false: "NOT met", undefined: "unknown" }

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      write: { type: "string" },
      events: { type: "string", default: "1000000" },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  const only = values.only.flatMap((name) => (name === "postgres" ? Object.keys(postgres) : [name]))
  const unknown = only.find((name) => !(name in all))
  if (values.help || unknown !== undefined) {
    if (unknown !== undefined) process.exitCode = 1
    console.log(unknown === undefined ? help : `There is no work named ${unknown}.\n\n${help}`)
    return
  }
  const say = (text: string): void => {
    if (!values.json) console.log(text)
  }
  const load = loadavg().map((average) => average.toFixed(1))
  say(`Node ${process.versions.node}, ${availableParallelism()} cores, load ${load.join(" ")}\n`)
  const results: Array<{ name: string; work: Work; figures: ReadonlyArray<Figure>; verdicts: Array<Verdict> }> = []
  for (const [name, load] of Object.entries(all)) {
    if (only.length > 0 ? !only.includes(name) : name in long) continue
    const { work } = await load()
    say(`${name}: ${work.about}`)
    const figures = await work.run({ events: Number(values.events) })
    if (values.json) for (const figure of figures) console.log(json(figure))
    say(`${table(figures)}\n`)
    results.push({ name, work, figures, verdicts: work.goals.map((goal) => verdict(name, goal, figures)) })
  }
  const verdicts = results.flatMap((result) => result.verdicts)
  say(`Goals\n${verdicts.map(({ met, text }) => `  ${marks[`${met}`]}  ${text}`).join("\n")}`)
  if (values.write !== undefined) {
    const { write } = await import("./docs.ts")
    write(
      values.write,
      results.filter(({ name }) => !(name in works)),
    )
  }
}

await main()
