import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as t from "io-ts"
import { expect, it } from "vitest"
import type { Commit } from "../../../src/core/event/Commit.ts"
import { Aggregate, Decider, EventCodec, EventMapper, Repository, Snapshots } from "../../../src/core/index.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { open } from "../../../src/interpreters/sqlite/Connection.ts"
import * as Store from "../../../src/interpreters/sqlite/Store.ts"
import { sql } from "../../../src/interpreters/sqlite/statements.ts"
import { account, event, uuid, write } from "../commits.ts"
import { inFolder, run } from "./support.ts"

let serial = 0
const one = (name: string, size = 10): Commit => {
  const stream = account(name)
  return write(stream, [event(stream, uuid(++serial), { body: new Uint8Array(size) })])
}
const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

/** A store over a connection that the test can reach. */
const onConnection = <A, E>(
  filename: string,
  use: (store: typeof EventStore.Service, database: DatabaseSync) => Effect.Effect<A, E>,
) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const database = yield* open(filename)
        const services = yield* Store.make(database)
        return yield* use(Context.get(services, EventStore), database)
      }),
    ),
  )

/** Another connection that holds the writer's lock until it is released. */
const holding = (filename: string) => {
  const other = new DatabaseSync(filename, { timeout: 0 })
  other.exec("BEGIN IMMEDIATE")
  return () => {
    other.exec("ROLLBACK")
    other.close()
  }
}

it("lets timers fire and reads go on while another connection holds the lock, and then commits", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    await onConnection(filename, (store) =>
      Effect.promise(async () => {
        await Effect.runPromise(store.commit(one("a")))
        // A busy machine delays timers too; a call that waits for the lock would keep them for the whole second.
        const gaps: Array<number> = []
        for (let round = 0; round < 3; round++) {
          const release = holding(filename)
          const before = await Effect.runPromise(store.head)
          const commit = Effect.runPromise(store.commit(one("a")))
          let last = performance.now()
          let widest = 0
          const start = last
          while (performance.now() - start < 1000) {
            await sleep(5)
            widest = Math.max(widest, performance.now() - last - 5)
            last = performance.now()
          }
          expect(await Effect.runPromise(store.head)).toBe(before)
          release()
          expect((await commit).position).toBe(before + 1)
          gaps.push(widest)
          if (widest < 300) break
        }
        expect(Math.min(...gaps)).toBeLessThan(300)
      }),
    )
  })
})

it("opens a store while another connection holds the lock", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    await run(filename, Effect.void)
    const release = holding(filename)
    const head = run(
      filename,
      EventStore.use((store) => store.head),
    )
    await sleep(100)
    release()
    expect(await head).toBe(0)
  })
})

it("records concurrent commits in few transactions, each with its own answer", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    await onConnection(filename, (store, database) =>
      Effect.gen(function* () {
        yield* store.commit(one("warm"))
        const before = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()
        expect(before).toBeDefined()
        const exits = yield* Effect.forEach(
          Array.from({ length: 64 }, (_, i) => i),
          (i) => {
            const stream = account("shared")
            return Effect.exit(
              store.commit(
                write(stream, [event(stream, uuid(++serial))], i % 2 === 0 ? { _tag: "Any" } : { _tag: "NoStream" }),
              ),
            )
          },
          { concurrency: "unbounded" },
        )
        expect(exits.map(Exit.isSuccess)).toEqual(exits.map((_, i) => i % 2 === 0))
        const positions = exits.flatMap((exit) => (Exit.isSuccess(exit) ? [exit.value.position] : []))
        expect(positions).toEqual(positions.map((_, i) => i + 2))
        // One transaction writes each page once: as many transactions would write as many commit frames.
        const after = database.prepare("PRAGMA wal_checkpoint").get()
        expect(Number(after?.log)).toBeLessThan(32)
      }),
    )
  })
})

it("fails a commit alone that cannot be written, whatever its fault", async () => {
  await inFolder(async (folder) => {
    await onConnection(join(folder, "store.db"), (store, database) =>
      Effect.gen(function* () {
        database.limits.length = 50_000
        // biome-ignore lint/suspicious/noExplicitAny: what no type-checked program commits
        const broken: any = { hash: "sha256" }
        const exits = yield* Effect.forEach(
          [one("a"), one("b", 60_000), one("c"), broken, one("a")],
          (commit) => Effect.exit(store.commit(commit)),
          { concurrency: "unbounded" },
        )
        expect(exits.map(Exit.isSuccess)).toEqual([true, false, true, false, true])
        const [, tooLarge, , defect] = exits
        const error = tooLarge !== undefined && Exit.isFailure(tooLarge) ? Cause.squash(tooLarge.cause) : undefined
        expect(error).toMatchObject({ _tag: "StoreUnavailable", retryable: false })
        expect(defect !== undefined && Exit.isFailure(defect) && Cause.hasDies(defect.cause)).toBe(true)
        const { events } = yield* store.readAll({ after: 0, limit: 10 })
        expect(events.map(({ stream, version, position }) => [stream.id, version, position])).toEqual([
          ["a", 1, 1],
          ["c", 1, 2],
          ["a", 2, 3],
        ])
      }),
    )
  })
})

it("fails a command alone whose event is too big for the store, and records those that wait with it", async () => {
  await inFolder(async (folder) => {
    await onConnection(join(folder, "store.db"), (store, database) =>
      Effect.gen(function* () {
        const NotedEvent = EventCodec.make({ Noted: t.type({ text: t.string }) })
        const notes = Repository.make(
          Aggregate.make({
            category: "Note",
            events: NotedEvent,
            decider: Decider.make({
              initial: 0,
              decide: (text: string, _count: number) => Decider.accept(NotedEvent.Noted({ text })),
              evolve: (count: number, _event: EventCodec.TypeOf<typeof NotedEvent>) => count + 1,
            }),
          }),
        )
        database.limits.length = 50_000
        const outcomes = yield* Effect.forEach(
          ["first", "a", "x".repeat(100_000), "b"],
          (text) =>
            Effect.match(notes.execute("n", text), {
              onFailure: (error) => [error._tag, "retryable" in error && error.retryable],
              onSuccess: ({ version }) => version,
            }),
          { concurrency: "unbounded" },
        ).pipe(Effect.provideService(EventStore, store), Effect.provide([EventMapper.plain, Snapshots.none]))
        expect(outcomes).toEqual([1, 2, ["StoreUnavailable", false], 3])
      }),
    )
  })
})

it("fails with a retryable error while there is no room, and goes on when there is", async () => {
  await inFolder(async (folder) => {
    await onConnection(join(folder, "store.db"), (store, database) =>
      Effect.gen(function* () {
        database.exec("PRAGMA max_page_count = 60")
        const acknowledged: Array<number> = []
        const fill: Effect.Effect<never, unknown> = Effect.forever(
          Effect.suspend(() => store.commit(one("a", 5000))).pipe(
            Effect.tap(({ position }) => Effect.sync(() => acknowledged.push(position))),
          ),
        )
        expect(yield* Effect.flip(fill)).toMatchObject({ _tag: "StoreUnavailable", retryable: true })
        expect(acknowledged.length).toBeGreaterThan(5)
        // The large one fails alone.
        const together = yield* Effect.forEach(
          [one("b"), one("b", 100_000), one("b")],
          (commit) => Effect.exit(store.commit(commit)),
          { concurrency: "unbounded" },
        )
        expect(together.map(Exit.isSuccess)).toEqual([true, false, true])
        database.exec("PRAGMA max_page_count = 1000000")
        yield* store.commit(one("a", 5000))
        const { events } = yield* store.readAll({ after: 0, limit: Number.POSITIVE_INFINITY })
        expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i + 1))
        expect(events.length).toBe(acknowledged.length + 3)
      }),
    )
  })
})

it("takes an interrupted commit out of the queue, and no other", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    await onConnection(filename, (store) =>
      Effect.gen(function* () {
        const release = holding(filename)
        const fibers = yield* Effect.forEach(["a", "b", "c"], (name) => Effect.forkChild(store.commit(one(name))))
        yield* Effect.promise(() => sleep(60))
        const [, second] = fibers
        if (second !== undefined) yield* Fiber.interrupt(second)
        release()
        const exits = yield* Effect.forEach(fibers, (fiber) => Fiber.await(fiber))
        expect(exits.map(Exit.isSuccess)).toEqual([true, false, true])
        const { events } = yield* store.readAll({ after: 0, limit: 10 })
        expect(events.map(({ stream }) => stream.id)).toEqual(["a", "c"])
      }),
    )
  })
})

it("records all or nothing of commits that are interrupted at any moment", async () => {
  await inFolder(async (folder) => {
    await onConnection(join(folder, "store.db"), (store) =>
      Effect.gen(function* () {
        const exits = yield* Effect.forEach(
          Array.from({ length: 200 }, (_, i) => i),
          (i) =>
            Effect.gen(function* () {
              const fiber = yield* Effect.forkChild(store.commit(one(`s${i}`)))
              for (let turn = 0; turn < i % 7; turn++) yield* Effect.yieldNow
              yield* Fiber.interrupt(fiber)
              return yield* Fiber.await(fiber)
            }),
          { concurrency: 8 },
        )
        const answered = exits.filter(Exit.isSuccess).length
        const { events } = yield* store.readAll({ after: 0, limit: 1000 })
        expect(answered).toBeGreaterThan(0)
        expect(answered).toBeLessThan(200)
        expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i + 1))
        const recorded = new Set(events.map(({ stream }) => stream.id))
        exits.forEach((exit, i) => {
          if (Exit.isSuccess(exit)) expect(recorded.has(`s${i}`)).toBe(true)
        })
      }),
    )
  })
})

it("finishes what is queued when its layer closes, and refuses what comes later", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    await Effect.runPromise(
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const services = yield* Scope.provide(Effect.flatMap(open(filename), Store.make), scope)
        const store = Context.get(services, EventStore)
        const fibers = yield* Effect.forEach(["a", "b"], (name) =>
          Effect.forkChild(store.commit(one(name)), { startImmediately: true }),
        )
        yield* Scope.close(scope, Exit.void)
        const exits = yield* Effect.forEach(fibers, (fiber) => Fiber.await(fiber))
        expect(exits.map(Exit.isSuccess)).toEqual([true, true])
        for (const late of [store.commit(one("late")), store.head, store.readStream(account("a"))]) {
          expect(yield* Effect.flip<unknown, unknown, never>(late)).toMatchObject({
            _tag: "StoreUnavailable",
            retryable: false,
          })
        }
      }),
    )
    expect(
      await run(
        filename,
        EventStore.use((store) => store.head),
      ),
    ).toBe(2)
  })
})

it("tells followers at once what this process records, and starts with what is there", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    await run(
      filename,
      EventStore.use((store) => store.commit(one("a"))),
    )
    await onConnection(filename, (store) =>
      Effect.gen(function* () {
        const heard = yield* Effect.forkChild(Stream.runCollect(Stream.take(store.changes, 2)))
        yield* Effect.promise(() => sleep(20))
        yield* store.commit(one("a"))
        expect(yield* Fiber.join(heard)).toEqual([1, 2])
      }),
    )
  })
})

it("answers every statement by an index", async () => {
  await inFolder(async (folder) => {
    await onConnection(join(folder, "store.db"), (_, database) =>
      Effect.sync(() => {
        // One row, and one row per type of event.
        const small = new Set([sql.hash, sql.setHash, sql.kindsOfCategory])
        for (const text of Object.values(sql)) {
          if (small.has(text) || text.startsWith("PRAGMA") || text === sql.begin || text === sql.commit) continue
          const plan = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all()
          const steps = plan.map(({ detail }) => String(detail)).join("\n")
          expect([text, steps]).toEqual([text, expect.not.stringMatching(/SCAN|TEMP B-TREE/)])
        }
      }),
    )
  })
})

it("fails a commit that the file refuses alone, whoever was recorded with it", async () => {
  await inFolder(async (folder) => {
    const refused = one("a")
    const commits = [one("a"), refused, one("a"), one("b")]
    const filename = join(folder, "store.db")
    const answers = await onConnection(filename, (store, database) => {
      const [id] = refused.writes.flatMap(({ events }) => events.map(({ id }) => id))
      database.exec(
        `CREATE TEMP TRIGGER refusing BEFORE INSERT ON event WHEN NEW.id = '${id}' BEGIN SELECT RAISE(ABORT, 'no'); END`,
      )
      const release = holding(filename)
      setTimeout(release, 50)
      return Effect.forEach(commits, (commit) => Effect.result(store.commit(commit)), { concurrency: "unbounded" })
    })
    expect(answers).toMatchObject([
      { _tag: "Success", success: { position: 1 } },
      { _tag: "Failure", failure: { _tag: "StoreUnavailable", retryable: false } },
      { _tag: "Success", success: { position: 2 } },
      { _tag: "Success", success: { position: 3 } },
    ])
  })
})

/** What SQLite throws. */
const ioError = (errcode: number) => Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR", errcode })

it.each([
  ["after its log was written whole, is in doubt, and repeated, answers what it did", 0x40a, true, "CommitUnknown"],
  ["before its log was written whole, did nothing", 0x30a, false, "StoreUnavailable"],
  ["for a full disk, did nothing", 13, false, "StoreUnavailable"],
])("a COMMIT that fails %s", async (_, errcode, reached, tag) => {
  await inFolder(async (folder) => {
    const commit = one("a")
    const answers = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const database = yield* open(join(folder, "store.db"))
          const prepare = database.prepare.bind(database)
          let failures = 1
          database.prepare = (text) => {
            const statement = prepare(text)
            if (text !== sql.commit) return statement
            const run = statement.run.bind(statement)
            statement.run = () => {
              const fails = failures-- > 0
              const done = fails && !reached ? undefined : run()
              if (fails || done === undefined) throw ioError(errcode)
              return done
            }
            return statement
          }
          const store = Context.get(yield* Store.make(database), EventStore)
          const error = yield* Effect.flip(store.commit(commit))
          const head = yield* store.head
          return { error, head, again: yield* store.commit(commit), next: yield* store.commit(one("a")) }
        }),
      ),
    )
    expect(answers.error._tag).toBe(tag)
    expect(answers.head).toBe(reached ? 1 : 0)
    expect(answers.again).toMatchObject({ repeated: reached, position: 1 })
    expect(answers.next.position).toBe(2)
  })
})
