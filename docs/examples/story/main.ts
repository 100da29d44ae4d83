// The whole story, on an encrypted SQLite file: `npm start`, or `node docs/examples/story/main.ts FOLDER`.
// A second run goes on with the same files.
import * as fs from "node:fs"
import * as path from "node:path"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Audit, EventMapper, Hash, NotificationLog } from "everfold"
import { Zstd } from "everfold/compression"
import { AesGcm, KeyRing } from "everfold/crypto"
import { Sqlite } from "everfold/sqlite"
import { bankStory } from "./bankStory.ts"
import { chapter, check, say } from "./telling.ts"
import { worlds } from "./World.ts"
import { worldStory } from "./worldStory.ts"

const folder = path.resolve(process.argv[2] ?? "story-data")
fs.mkdirSync(folder, { recursive: true })
const database = path.join(folder, "story.db")
const keys = path.join(folder, "story.key")

// Everything that touches the world is a layer. Leave one out, and the program does not compile.
const Mapper = EventMapper.layer.pipe(
  Layer.provide([AesGcm.layer.pipe(Layer.provide(KeyRing.file(keys))), Zstd.layer, Hash.sha256]),
)
const Store = Sqlite.layer({ filename: database })
const Live = Layer.mergeAll(NotificationLog.layer(20), Mapper, Hash.sha256).pipe(Layer.provideMerge(Store))

const story = Effect.gen(function* () {
  const known = (yield* Stream.runCollect(worlds.ids)).length
  const run = known / 3 + 1
  yield* say(`Everfold's story, run ${run}. Its files are in ${path.relative(process.cwd(), folder) || "."}:`)
  yield* say("  story.db   the store (SQLite)")
  yield* say(`  story.key  the key that seals it${run === 1 ? ", made just now and readable by you only" : ""}`)
  yield* worldStory(run, [database, `${database}-wal`])
  yield* bankStory(run)
  yield* chapter("11. The auditor")
  yield* say("An auditor needs no key: digests are of what is stored.")
  const { position, streams } = yield* Audit.store
  yield* check(`all ${position} events of ${streams} streams verify`, position > 10_000 * run)
  yield* say("\nThat was everything. Run it again: it goes on with the same files.")
})

const exit = await Effect.runPromiseExit(story.pipe(Effect.provide(Live)))
if (Exit.isFailure(exit)) {
  const error = Cause.squash(exit.cause)
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
