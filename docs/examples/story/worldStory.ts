import * as fs from "node:fs"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Audit, Decider, HashChain, NotificationLog } from "everfold"
import { chapter, check, hex, say, show } from "./telling.ts"
import { world, worlds } from "./World.ts"

/** Tells of one world; `run` makes its name new. */
export const worldStory = Effect.fnUntraced(function* (run: number, files: ReadonlyArray<string>) {
  const id = `earth-${run}`

  yield* chapter("1. A world, told by its events")
  yield* say("A model is a pure decider: commands are decided into events, and the state is a fold over events.")
  yield* check("it is not found before it is saved", Option.isNone(yield* worlds.load(id)))
  yield* worlds.execute(id, { _tag: "Create", name: "Earth" })
  for (const what of ["dinosaurs", "trucks", "internet"]) {
    const { version, position } = yield* worlds.execute(id, { _tag: "Happen", what })
    yield* show(`Happen ${what}`, `recorded as version ${version}, at position ${position} of the store`)
  }
  const refused = yield* Effect.result(worlds.execute("nowhere", { _tag: "Happen", what: "rain" }))
  yield* show("Happen rain, nowhere", refused._tag === "Failure" ? `refused: ${String(refused.failure)}` : "?")

  yield* chapter("2. The notification log")
  yield* say("The store numbers all events 1, 2, 3 … without a hole, in the order in which they became visible.")
  const log = yield* NotificationLog
  const current = yield* log.section("current")
  const newest =
    current.items.length > 0 || current.previous === undefined ? current : yield* log.section(current.previous)
  yield* show("section", `${newest.id}, ${newest.archived ? "full: it never changes again" : "still growing"}`)
  for (const { position, stream, version, type, encoding } of newest.items.slice(-4)) {
    yield* show(`  ${position}  ${stream.category}-${stream.id} version ${version}`, `${type}, ${encoding}`)
  }

  yield* chapter("3. A copy, replayed")
  const live = Option.getOrThrow(yield* worlds.load(id))
  const history = yield* Stream.runCollect(worlds.history(id))
  const copy = Decider.fold(world)(history.map(({ event }) => event))
  yield* check(
    "a copy folded from the history equals the live state",
    JSON.stringify(copy) === JSON.stringify(live.state),
  )
  const head = yield* Audit.stream({ category: "World", id })
  yield* check(`every event's hash verifies; the chain ends at ${hex(head.link)}…`, head.version === history.length)
  yield* check("the live state has the same head hash", HashChain.equals(head.link, live.link))

  yield* chapter("4. Discarded, and still known")
  yield* worlds.execute(id, { _tag: "Discard" })
  yield* check("after it is discarded it is not found", !(yield* worlds.exists(id)))
  const third = Option.getOrThrow(yield* worlds.load(id, { version: 3 }))
  const then = third.state._tag === "Alive" ? third.state.history : []
  yield* show("its history as of version 3", then.join(", "))
  yield* check("it is readable as of version 3, and lacks what came later", then.join() === "dinosaurs,trucks")
  const late = yield* Effect.result(worlds.execute(id, { _tag: "Happen", what: "rain" }, { expected: 3 }))
  const error = late._tag === "Failure" ? late.failure : undefined
  yield* check(
    "a command that expects version 3 conflicts",
    typeof error === "object" && error._tag === "VersionConflict",
  )
  if (error instanceof Error) yield* say(`    ${error.message}`)

  yield* chapter("5. What is in the file")
  yield* say("Bodies are compressed and sealed with AES-256-GCM before the store sees them.")
  const bytes = Buffer.concat(files.filter((file) => fs.existsSync(file)).map((file) => fs.readFileSync(file)))
  for (const word of ["dinosaurs", "trucks", "internet"]) {
    yield* check(`"${word}" is nowhere in ${bytes.length} bytes of database and WAL`, !bytes.includes(word))
  }

  yield* chapter("6. A reader that resumes")
  const seen = yield* Stream.runCollect(NotificationLog.read())
  const dense = seen.every(({ position }, i) => position === i + 1)
  yield* check(`a reader gets all ${seen.length} notifications, each once and in order`, dense)
  for (const name of ["Mars", "Venus"]) yield* worlds.execute(`${name.toLowerCase()}-${run}`, { _tag: "Create", name })
  const news = yield* Stream.runCollect(NotificationLog.read(seen.length))
  const names = news.map(({ stream }) => stream.id).join(", ")
  yield* check(`after two more worlds it gets only these: ${names}`, names === `mars-${run}, venus-${run}`)
})
