// Has a system work, and says what it came to:
//
//     npm run system -- --name orders --runner concurrent --commands 200 --kill-every 2
//
// Its last line is a digest of all states: the same for all runners, with and without kills.
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { parseArgs } from "node:util"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { System } from "everfold"
import * as Orders from "./Orders.ts"
import { killing as killers, runners } from "./runners.ts"
import { type Place, storesIn } from "./stores.ts"
import * as Transfers from "./Transfers.ts"
import { digestOf, type Worked } from "./Worked.ts"

const help = `npm run system -- --name orders|transfers [--runner ${Object.keys(runners).join("|")}] [options]

  --runner NAME         step, if left out
  --commands N          200, if left out
  --store NAME          memory, sqlite or postgres; sqlite, if left out, or postgres of a cluster
  --folder FOLDER       of the SQLite files; a new one that is removed afterwards, if left out
  --schema NAME         what the names of the PostgreSQL schemas begin with; system, if left out. The database is that of
                        EVERFOLD_POSTGRES_URL, or of a server that is started for this
  --kill-every SECONDS  kills a process that works so often, until all comes to an end
`

const { values } = parseArgs({
  options: {
    name: { type: "string", default: "orders" },
    runner: { type: "string", default: "step" },
    commands: { type: "string", default: "200" },
    store: { type: "string" },
    folder: { type: "string" },
    schema: { type: "string", default: "system" },
    "kill-every": { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
})

const say = (text: string) => Effect.sync(() => void process.stdout.write(`${text}\n`))

const numberOf = (name: string, text: string): number => {
  const number = Number(text)
  if (Number.isFinite(number) && number > 0) return number
  throw new Error(`--${name} takes a number above 0, not ${text}.`)
}

const store = values.store ?? (values.runner === "cluster" ? "postgres" : "sqlite")

const placeOf = (folder: string): Place => {
  switch (store) {
    case "memory":
      return { store: "memory" }
    case "sqlite":
      return { store: "sqlite", folder }
    case "postgres": {
      const url = process.env.EVERFOLD_POSTGRES_URL
      if (url === undefined) throw new Error("Set EVERFOLD_POSTGRES_URL to the database.")
      return { store: "postgres", url, schema: values.schema }
    }
    default:
      throw new Error(`There is no store ${store}.\n\n${help}`)
  }
}

/** Gives the commands, has the runner work until the system is quiet, and tells what it has come to. */
const run = Effect.fnUntraced(function* <C>(worked: Worked<C>, place: Place) {
  const runner = runners[values.runner]
  if (runner === undefined) throw new Error(`There is no runner ${values.runner}.\n\n${help}`)
  const deployment = yield* System.deploy(worked.system, storesIn(place))
  const given = worked.commands(Math.floor(numberOf("commands", values.commands)))
  const commands = Effect.gen(function* () {
    for (const [i, command] of given.entries()) {
      yield* worked.execute(command, deployment)
      if ((i + 1) % Math.ceil(given.length / 5) === 0) yield* say(`${i + 1} of ${given.length} commands`)
    }
  })
  const begun = performance.now()
  const seconds = values["kill-every"]
  const killEvery = seconds === undefined ? undefined : Duration.seconds(numberOf("kill-every", seconds))
  // Processes of its own are gone then: they say nothing any more.
  yield* Effect.scoped(runner({ name: values.name, place, deployment, commands, say, killEvery }))
  yield* say(`quiet after ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  for (const { application, processor, upstream, status } of deployment.jobs) {
    const { position, head, parked } = yield* status
    yield* say(`  ${application}.${processor} is at ${position} of ${head} of ${upstream}, ${parked.length} parked`)
  }
  const states = yield* worked.states(deployment)
  yield* say(`${states.length} streams`)
  yield* say(digestOf(states))
}, Effect.scoped)

/** Works in a process that is killed every so often, and begun again. */
const killing = async (seconds: number, folder: string): Promise<void> => {
  if (store === "memory") throw new Error("What is killed needs a store that outlives it: not memory.")
  const { "kill-every": _, help: __, ...own } = values
  const args = Object.entries({ ...own, store, folder }).flatMap(([name, value]) => [`--${name}`, String(value)])
  for (let kills = 0; ; kills++) {
    const child = spawn(process.execPath, [import.meta.filename, ...args], { stdio: ["ignore", "pipe", "inherit"] })
    const lines: Array<string> = []
    child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(text))
    // Where nobody comes to an end, they are given longer.
    const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000 * 1.2 ** kills)
    const [code, signal] = await once(child, "close")
    clearTimeout(timer)
    if (signal === null) {
      process.stdout.write(`${kills} processes were killed\n${lines.join("")}`)
      process.exitCode = Number(code)
      return
    }
    process.stdout.write(`killed: it had said ${JSON.stringify(lines.join("").trim().split("\n").at(-1))}\n`)
  }
}

/** Where a database is needed and none is named, one of a server that ends with this process. */
const withDatabase = async (use: () => Promise<void>): Promise<void> => {
  if (store !== "postgres" || (process.env.EVERFOLD_POSTGRES_URL ?? "") !== "") return use()
  const { open } = await import("../../../test/postgres/server.ts")
  const server = await open()
  process.env.EVERFOLD_POSTGRES_URL = server.url
  try {
    await use()
  } finally {
    await server.stop()
  }
}

const main = async (): Promise<void> => {
  if (values.help) return console.log(help)
  const folder = path.resolve(values.folder ?? fs.mkdtempSync(path.join(os.tmpdir(), "everfold-system-")))
  fs.mkdirSync(folder, { recursive: true })
  try {
    const seconds = values["kill-every"]
    if (seconds !== undefined && !killers.has(values.runner))
      return await killing(numberOf("kill-every", seconds), folder)
    const place = placeOf(folder)
    if (values.name === "orders") return await Effect.runPromise(run(Orders.worked, place))
    if (values.name === "transfers") return await Effect.runPromise(run(Transfers.worked, place))
    throw new Error(`There is no system ${values.name}.\n\n${help}`)
  } finally {
    if (values.folder === undefined) fs.rmSync(folder, { recursive: true, force: true })
  }
}

await withDatabase(main).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
