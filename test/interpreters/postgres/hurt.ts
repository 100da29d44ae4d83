/**
 * A store at work while it is hurt: writers that repeat what they do not know, a reader, followers here and elsewhere. In
 * the end all that
 * they were told is held against what is recorded.
 */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Commit, Committed } from "../../../src/core/event/Commit.ts"
import { Audit, type CommitUnknown, Hash, type StoreUnavailable } from "../../../src/core/index.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { layer } from "../../../src/interpreters/postgres/Postgres.ts"
import { account, event, uuid, write } from "../commits.ts"

type Options = Parameters<typeof layer>[0]

export interface Told {
  /** Commits that were acknowledged, at first or when they were repeated. */
  readonly acknowledged: number
  /** Of commits that surely recorded nothing, by what they were told. */
  readonly unavailable: ReadonlyArray<StoreUnavailable>
  readonly unknown: ReadonlyArray<CommitUnknown>
  /** Of reads that were given up. */
  readonly unread: ReadonlyArray<StoreUnavailable>
}

export interface Work {
  readonly told: Told
  /** Waits until so many more commits are acknowledged that began after this. */
  readonly goesOn: (commits?: number, millis?: number) => Promise<void>
  /** Waits until no commit is acknowledged for so long: what hurts is felt. */
  readonly standsStill: (millis?: number) => Promise<void>
  /** Waits until it comes true. */
  readonly until: (
    what: string | (() => string),
    holds: () => boolean | Promise<boolean>,
    millis?: number,
  ) => Promise<void>
}

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

const until: Work["until"] = async (what, holds, millis = 40_000) => {
  for (const end = performance.now() + millis; !(await holds()); await pause(10)) {
    if (performance.now() > end) throw new Error(`waited in vain: ${typeof what === "string" ? what : what()}`)
  }
}

let serial = 0

/** Random text, which no compression makes small. */
const body = (size: number) => Buffer.from(JSON.stringify({ data: randomBytes(size).toString("base64") }))

export interface Shape {
  readonly writers?: number
  /** Of each event's body, in bytes. */
  readonly size?: number
  /** Whether commands are among the commits now. */
  readonly commands?: () => boolean
}

/**
 * Does what it is given while a store is at work, over two layers from beginning to end, and then demands that every
 * acknowledged commit is recorded once and where it was said, what was refused not at all, the log dense, its chains
 * sound, and that followers saw it whole and in order. Answers what the store said meanwhile.
 */
export const hurt = (
  options: Options,
  does: (work: Work) => Promise<void>,
  { writers = 6, size = 10, commands = () => true }: Shape = {},
): Promise<Told> => {
  const acknowledged: Array<{ readonly commit: Commit; readonly committed: Committed; readonly begun: number }> = []
  const refused: Array<Commit> = []
  const told = {
    get acknowledged() {
      return acknowledged.length
    },
    unavailable: [] as StoreUnavailable[],
    unknown: [] as CommitUnknown[],
    unread: [] as StoreUnavailable[],
  }

  const summary = () =>
    [...told.unavailable, ...told.unknown, ...told.unread].map(({ message }) => message).join("; ") || "told nothing"

  /** Some write a stream of their own, some one that all write; every other one is a command. */
  const next = (writer: number): Commit => {
    const stream = account(writer % 2 === 0 ? `own-${writer}` : "shared")
    const ids = Array.from({ length: 1 + (serial % 3) }, () => uuid(++serial))
    const commit = write(
      stream,
      ids.map((id) => event(stream, id, { body: body(size) })),
    )
    return serial % 2 === 0 || !commands()
      ? commit
      : { ...commit, commands: [{ id: `command-${serial}`, events: ids }] }
  }

  return Effect.runPromise(
    Effect.gen(function* () {
      const store = yield* EventStore
      const elsewhere = Context.get(yield* Layer.build(layer({ ...options, migrate: false })), EventStore)
      let over = false

      const writing = (writer: number) =>
        Effect.gen(function* () {
          const { commit: record } = writer % 3 === 0 ? elsewhere : store
          while (!over) {
            const commit = next(writer)
            const begun = performance.now()
            let unknown = false
            for (let answered = false; !answered; ) {
              const result = yield* Effect.result(record(commit))
              answered = true
              if (Result.isSuccess(result)) {
                acknowledged.push({ commit, committed: result.success, begun })
              } else if (result.failure._tag === "StoreUnavailable" || result.failure._tag === "CommitUnknown") {
                const error = result.failure
                if (error._tag === "StoreUnavailable") told.unavailable.push(error)
                else told.unknown.push(error)
                // What became of the first try, only the answer to another one can tell.
                unknown ||= error._tag === "CommitUnknown"
                answered = !unknown
                if (answered) refused.push(commit)
              } else {
                assert.fail(result.failure)
              }
            }
            yield* Effect.sleep("1 millis")
          }
        })

      const reading = Effect.gen(function* () {
        while (!over) {
          yield* Effect.catch(store.readStream(account("shared"), { limit: 10 }), (error) =>
            Effect.sync(() => void told.unread.push(error)),
          )
          yield* Effect.sleep("5 millis")
        }
      })

      const following = (followed: EventStore["Service"]) => {
        const seen: Array<number> = []
        const look = Effect.gen(function* () {
          while (true) {
            const { events } = yield* followed.readAll({ after: seen.length, limit: 100 })
            seen.push(...events.map(({ position }) => position))
            if (events.length < 100) return
          }
        }).pipe(Effect.catch((error) => Effect.sync(() => void told.unread.push(error))))
        return Effect.as(Effect.forkScoped(Stream.runForEach(followed.changes, () => look)), seen)
      }
      const followers = [yield* following(store), yield* following(elsewhere)]

      const work: Work = {
        told,
        goesOn: (commits = 30, millis) => {
          const from = performance.now()
          const since = () => acknowledged.filter(({ begun }) => begun >= from).length
          return until(
            () => `${commits} more commits; ${summary()}`,
            () => since() >= commits,
            millis,
          )
        },
        standsStill: async (millis = 500) => {
          let [before, since] = [-1, 0]
          await until("nothing is acknowledged any more", () => {
            if (before !== acknowledged.length) [before, since] = [acknowledged.length, performance.now()]
            return performance.now() - since > millis
          })
        },
        until,
      }
      const script = async () => {
        await work.goesOn()
        await does(work)
        over = true
      }
      const workers = Array.from({ length: writers }, (_, i) => writing(i))
      yield* Effect.all([Effect.promise(script), reading, ...workers], { concurrency: "unbounded", discard: true })

      const { events } = yield* store.readAll({ after: 0, limit: Number.POSITIVE_INFINITY })
      const positions = events.map(({ position }) => position)
      const at = new Map(events.map((found) => [found.id, found]))
      const recorded = (commits: ReadonlyArray<Commit>) =>
        commits.flatMap(({ writes }) => writes).flatMap(({ events }) => events.map(({ id }) => at.get(id)?.position))
      assert.deepEqual(
        positions,
        Array.from(positions, (_, i) => i + 1),
        "the log is dense",
      )
      assert.equal(at.size, events.length, "no event is recorded twice")
      for (const { commit, committed } of acknowledged) {
        const found = recorded([commit])
        const said = Array.from(found, (_, i) => committed.position - found.length + 1 + i)
        assert.deepEqual(found, said, "what was acknowledged is recorded where it was said, in one piece")
        assert.equal(events[committed.position - 1]?.version, committed.streams[0]?.version)
      }
      assert.deepEqual(
        recorded(refused).filter((position) => position !== undefined),
        [],
        "nothing refused is there",
      )
      assert.equal(events.length, recorded(acknowledged.map(({ commit }) => commit)).length, "and nothing else")
      assert.equal((yield* Audit.store).position, events.length)
      for (const seen of followers) {
        yield* Effect.promise(() => until("a follower sees all", () => seen.length >= events.length))
        assert.deepEqual(seen, positions, "a follower saw each event once, in order")
      }
      return told
    }).pipe(Effect.scoped, Effect.provide([layer(options), Hash.sha256])),
  )
}
