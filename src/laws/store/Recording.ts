/**
 * Laws of what is recorded: all of it, in order, without holes; and of what is not.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import * as HashChain from "../../core/event/HashChain.ts"
import * as Query from "../../core/event/Query.ts"
import type { NewEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as World from "./World.ts"

/**
 * @category laws
 * @since 0.1.0
 */
export const S1: World.StoreLaw = World.storeLaw({
  name: "S1",
  title: "append then read",
  equation: "read(append(L, es)) = L ++ es, and the answer says where",
  given: program(
    Commits.writes({ content: fc.oneof({ withCrossShrink: true }, Commits.content, Commits.anyContent) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  holds: Effect.fnUntraced(function* (history, { store, next }) {
    const log: Array<NewEvent> = []
    const streams = new Map<string, ReadonlyArray<NewEvent>>()
    const heads = new Map<string, HashChain.Head>()
    for (const writes of history) {
      const commit = Commits.commit(next, writes)
      const committed = yield* store.commit(commit)
      for (const { stream, events } of commit.writes) {
        const name = StreamName.format(stream)
        log.push(...events)
        streams.set(name, [...(streams.get(name) ?? []), ...events])
        const head = events.reduce<HashChain.Head>(
          ({ version, link }, { digest }) => ({
            version: version + 1,
            link: HashChain.link(link, version + 1, digest),
          }),
          heads.get(name) ?? HashChain.empty,
        )
        heads.set(name, head)
      }
      const where = commit.writes.map(({ stream }) => ({ stream, ...heads.get(StreamName.format(stream)) }))
      yield* agree("the answer", {
        expected: { repeated: false, position: log.length, streams: where },
        actual: committed,
      })
    }
    const read = yield* World.log(store)
    yield* agree("the whole log", { expected: log, actual: read.map(World.unstored) })
    for (const stream of Commits.streams) {
      const name = StreamName.format(stream)
      const events = yield* store.readStream(stream)
      yield* agree(`stream ${name}`, { expected: streams.get(name) ?? [], actual: events.map(World.unstored) })
      const links = events.map((event) => ({ stream: event.stream, link: event.link }))
      const chain = HashChain.verify(Commits.sha256)(stream, events)
      yield* agree(`the hash chain of ${name}`, { expected: "Right", actual: chain._tag })
      yield* agree(`stream ${name} in the whole log`, {
        expected: links,
        actual: read.filter((e) => StreamName.equals(e.stream, stream)).map(({ stream, link }) => ({ stream, link })),
      })
    }
  }),
})

/**
 * @category laws
 * @since 0.1.0
 */
export const S3: World.StoreLaw = World.storeLaw({
  name: "S3",
  title: "a write without events asserts",
  equation:
    "commit(expected, []) succeeds iff expected holds, changes nothing, chooses no hash, answers the current versions",
  given: fc.record({
    history: program(Commits.writes(), { maxLength: 3 }),
    asserted: Commits.writes({ expected: Commits.expected, minEvents: 0, maxEvents: 0 }),
    besides: fc.boolean(),
  }),
  must: ["a commit", "VersionConflict"],
  holds: Effect.fnUntraced(function* ({ history, asserted, besides }, world) {
    for (const writes of history) yield* World.record(world, writes)
    const before = yield* World.observe(world)
    const heads = new Map<string, HashChain.Head>()
    for (const event of before.log) heads.set(StreamName.format(event.stream), event)
    const at = (stream: StreamName.StreamName): HashChain.Head =>
      heads.get(StreamName.format(stream)) ?? HashChain.empty
    const failing = asserted.find(({ stream, expected }) => !Commit.meets(expected, at(stream).version))
    // Beside a write with events, an assertion that fails takes that write with it.
    const other: Commits.WriteSpec = {
      stream: { category: "Other", id: "other" },
      expected: Commit.any,
      events: [{ type: "Added", tags: [] }],
    }
    const commit = Commits.commit(world.next, besides && failing !== undefined ? [other, ...asserted] : asserted)
    // A store keeps to a hash from its first event on: what records none does not choose it.
    const hash = before.head === 0 && failing === undefined ? "sha512" : commit.hash
    const outcome = yield* World.outcome(world.store.commit({ ...commit, hash }))
    const expected =
      failing === undefined
        ? {
            _tag: "Committed",
            repeated: false,
            position: before.head,
            streams: asserted.map(({ stream }) => ({ stream, version: at(stream).version, link: at(stream).link })),
          }
        : {
            _tag: "VersionConflict",
            stream: failing.stream,
            expected: failing.expected,
            actual: at(failing.stream).version,
          }
    yield* agree("the answer", { expected, actual: World.plain(outcome) })
    yield* agree("everything that can be read", { expected: before, actual: yield* World.observe(world) })
    yield* World.record(world, [other])
  }),
})

const upTo = (n: number): ReadonlyArray<number> => Array.from({ length: n }, (_, i) => i + 1)

/**
 * @category laws
 * @since 0.1.0
 */
export const S5: World.StoreLaw = World.concurrentLaw({
  name: "S5",
  title: "no holes",
  equation: "versions are 1..n in each stream, positions 1..m in the store, whatever fails",
  given: program(
    fc.record({
      writes: Commits.writes({ expected: Commits.mostlyMet }),
      condition: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  holds: Effect.fnUntraced(function* (writers, { store, next }) {
    yield* World.atOnce("writer", writers, ({ writes, condition }) => {
      const commit = Commits.commit(next, writes)
      const conditional = { ...commit, condition: { failIfMatch: Query.all, after: 3 } }
      return World.outcome(store.commit(condition ? conditional : commit))
    })
    const log = yield* World.log(store)
    yield* agree("the positions of the log", {
      expected: upTo(log.length),
      actual: log.map((event) => event.position),
    })
    yield* agree("the head", { expected: log.length, actual: yield* store.head })
    for (const stream of Commits.streams) {
      const events = yield* store.readStream(stream)
      yield* agree(`the versions of ${StreamName.format(stream)}`, {
        expected: upTo(log.filter((event) => StreamName.equals(event.stream, stream)).length),
        actual: events.map((event) => event.version),
      })
      const names = yield* store.streams({ category: stream.category, limit: 100 })
      yield* agree(`the version of ${StreamName.format(stream)} among the streams`, {
        expected: events.length,
        actual: names.find((named) => StreamName.equals(named.stream, stream))?.version ?? 0,
      })
    }
  }),
})
