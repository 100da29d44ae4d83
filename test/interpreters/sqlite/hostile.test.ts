/**
 * Bad input, end to end: on a file, through a repository. Each is a typed error that says where, or a success; nothing
 * hangs, and the next good command works.
 */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { expect, it } from "vitest"
import * as core from "../../../src/core/index.ts"
import { AesGcm, KeyRing } from "../../../src/interpreters/crypto/index.ts"
import { Sqlite } from "../../../src/interpreters/sqlite/index.ts"
import { inFolder } from "./support.ts"

const { Aggregate, Audit, Compression, Decider, EventCodec, EventMapper, EventStore, Hash, Repository } = core

const AccountEvent = EventCodec.make(
  {
    Deposited: t.type({ amount: t.number }),
    Noted: t.type({ value: t.any }),
    Closed: t.type({}),
  },
  { tags: (event) => (event._tag === "Deposited" ? ["money"] : []) },
)
type AccountEvent = core.EventCodec.TypeOf<typeof AccountEvent>

type State = { readonly sum: number; readonly count: number; readonly closed: boolean }
type Command = ReadonlyArray<AccountEvent> | "throw" | "refuse"

const account = Decider.make({
  initial: { sum: 0, count: 0, closed: false },
  decide: (command: Command, state: State) => {
    if (command === "throw") throw new Error("no model does this")
    if (command === "refuse" || state.closed) return Decider.reject({ _tag: "Refused" as const, state })
    return Decider.accept(...command)
  },
  evolve: (state: State, event: AccountEvent): State => ({
    sum: state.sum + (event._tag === "Deposited" ? event.amount : 0),
    count: state.count + 1,
    closed: state.closed || event._tag === "Closed",
  }),
  isTerminal: ({ closed }) => closed,
})
const plainAccounts = Aggregate.make({ category: "Account", decider: account, events: AccountEvent })
const snapshotted = Aggregate.make({
  category: "Account",
  decider: account,
  events: AccountEvent,
  snapshot: { state: t.type({ sum: t.number, count: t.number, closed: t.boolean }), every: 2 },
})

const fresh = () => Repository.make(plainAccounts)
const deposit = (amount = 1): Command => [AccountEvent.Deposited({ amount })]
const note = (value: unknown): Command => [AccountEvent.Noted({ value })]
const ada = { category: "Account", id: "ada" }

type Services = core.EventStore | core.EventMapper | core.Snapshots | core.Hash

/** A process of its own, with what it provides. */
const on =
  <E>(filename: string, mapper: Layer.Layer<core.EventMapper, E> = EventMapper.plain) =>
  <A, E2>(effect: Effect.Effect<A, E2, Services>): Promise<A> =>
    Effect.runPromise(Effect.provide(effect, Layer.mergeAll(Sqlite.layer({ filename }), mapper, Hash.sha256)))

const inFile = <A>(use: (filename: string) => Promise<A>): Promise<A> =>
  inFolder((folder) => use(join(folder, "store.db")))

/** Changes the file behind the library's back. */
const tamper = (filename: string, sql: string): void => {
  const database = new DatabaseSync(filename, { timeout: 5000 })
  database.exec(sql)
  database.close()
}

const fill = (count: number) => Effect.forEach(Array(count).keys(), () => fresh().execute("ada", deposit()))

/** A failure in the error channel; a defect or a success is none. */
const failure = <E, R>(effect: Effect.Effect<unknown, E, R>) => Effect.flip(effect)

type Attempt = Effect.Effect<unknown, { readonly _tag: string; readonly message?: string }, Services>

/** The next good command works, on a stream that nobody touched. */
const goesOn = Effect.suspend(() =>
  Effect.map(fresh().execute(`bystander-${Math.random()}`, deposit()), ({ version }) => expect(version).toBe(1)),
)

const everyWay = (id = "ada") => {
  const read: ReadonlyArray<Attempt> = [
    fresh().load(id),
    Stream.runCollect(fresh().history(id)),
    fresh().load(id, { at: Date.now() + 60_000 }),
    fresh().execute(id, deposit()),
    Repository.transactAll({ it: fresh().stream(id) }, () => right(["looked", {}] as const)),
    Audit.stream({ category: "Account", id }),
  ]
  return Effect.forEach(read, failure)
}

it("names an event type that the model does not know", async () => {
  await inFile(async (filename) => {
    const events = EventCodec.make({ Frozen: t.type({ by: t.string }) })
    const decider = Decider.make({
      initial: 0,
      decide: (by: string, _state: number) => Decider.accept(events.Frozen({ by })),
      evolve: (state: number, _event: core.EventCodec.TypeOf<typeof events>) => state,
    })
    const newer = Repository.make(Aggregate.make({ category: "Account", decider, events }))
    await on(filename)(
      Effect.gen(function* () {
        yield* fresh().execute("ada", deposit())
        yield* newer.execute("bob", "court")
        yield* newer.execute("bob", "court")
        const where = { stream: { category: "Account", id: "bob" }, version: 1, position: 2, type: "Frozen", path: "" }
        for (const error of [
          yield* failure(fresh().load("bob")),
          yield* failure(fresh().execute("bob", deposit())),
          yield* failure(fresh().execute("bob", "refuse")),
          yield* failure(Stream.runCollect(fresh().history("bob"))),
        ]) {
          expect(error).toMatchObject({ _tag: "DecodeFailed", schemaVersion: 1, ...where })
        }
        yield* goesOn
        yield* Audit.store
      }),
    )
  })
})

it("says where a payload does not decode", async () => {
  await inFile(async (filename) => {
    const events = EventCodec.make({ Deposited: t.type({ amount: t.any }) })
    const decider = Decider.make({
      initial: 0,
      decide: (amount: unknown, _state: number) => Decider.accept(events.Deposited({ amount })),
      evolve: (state: number, _event: core.EventCodec.TypeOf<typeof events>) => state,
    })
    const sloppy = Repository.make(Aggregate.make({ category: "Account", decider, events }))
    await on(filename)(
      Effect.gen(function* () {
        yield* sloppy.execute("ada", 1)
        yield* sloppy.execute("ada", { euros: 10 })
        const error = yield* failure(fresh().load("ada"))
        expect(error).toMatchObject({ _tag: "DecodeFailed", stream: ada, version: 2, position: 2, path: "data.amount" })
        expect("message" in error && error.message).toContain("Account-ada version 2 (position 2)")
        expect(Option.isSome(yield* fresh().load("ada", { version: 1 }))).toBe(true)
        yield* goesOn
      }),
    )
  })
})

/** What is changed of the third of five events, and the version and position at which it must show. */
interface Tampering {
  readonly what: string
  readonly sql: string
  readonly version?: number
  readonly position?: number
}

const third = (what: string, column: string, value: string): Tampering => ({
  what,
  sql: `UPDATE event SET ${column} = ${value} WHERE version = 3`,
})

const tamperings: ReadonlyArray<Tampering> = [
  third("body", "body", `CAST('{"data":{"amount":1000}}' AS BLOB)`),
  third("empty body", "body", "zeroblob(0)"),
  third("digest", "digest", "zeroblob(32)"),
  third("long digest", "digest", "zeroblob(2000)"),
  third("link", "link", "zeroblob(32)"),
  third("tags", "tags", `'["vip"]'`),
  third("time", "recorded_at", "recorded_at + 1"),
  third("time before 1970", "recorded_at", "-1"),
  third("correlation id", "correlation_id", "'c'"),
  third("event id", "id", "'x'"),
  third("schema version", "schema_version", "2"),
  third("encoding", "encoding", "'json+zstd'"),
  { ...third("version", "version", "30"), position: 4 },
  { ...third("another stream", "stream", "77"), position: 4 },
  { what: "type", sql: "UPDATE kind SET type = 'Withdrawn'", version: 1, position: 1 },
  { what: "deletion", sql: "DELETE FROM event WHERE version = 3", position: 4 },
  { what: "deletion of the first", sql: "DELETE FROM event WHERE version = 1", version: 1, position: 2 },
  {
    what: "swap",
    sql:
      "UPDATE event SET version = -version WHERE version IN (3, 4);" +
      "UPDATE event SET version = 7 + version WHERE version < 0",
    position: 4,
  },
  {
    what: "insertion",
    sql: "UPDATE event SET version = version + 1 WHERE version = 5;" + "UPDATE event SET stream = 77 WHERE version = 4",
    version: 4,
    position: 5,
  },
]

it.each(tamperings)(
  "shows that the file was changed, whichever way it is read: $what",
  async ({ sql, version = 3, position = 3 }) => {
    await inFile(async (filename) => {
      await on(filename)(fill(5))
      tamper(filename, sql)
      await on(filename)(
        Effect.gen(function* () {
          for (const error of yield* everyWay()) {
            expect(error).toMatchObject({ _tag: "IntegrityViolation", stream: ada, version, position })
            expect(error.message).toContain("Restore it from a backup")
          }
          yield* goesOn
        }),
      )
    })
  },
)

it("shows to an audit of the store that a position was changed, though each stream is whole", async () => {
  await inFile(async (filename) => {
    await on(filename)(fill(3))
    tamper(filename, "UPDATE event SET position = 9 WHERE version = 3")
    await on(filename)(
      Effect.gen(function* () {
        expect(yield* failure(Audit.store)).toMatchObject({ _tag: "IntegrityViolation", version: 3, position: 9 })
        yield* goesOn
      }),
    )
  })
})

const withSnapshot = Effect.gen(function* () {
  const accounts = Repository.make(snapshotted)
  for (let i = 0; i < 4; i++) yield* accounts.execute("ada", deposit(), { commandId: `c${i}` })
  const snapshots = yield* core.Snapshots
  yield* Effect.repeat(snapshots.read(ada), {
    until: (found) => Option.isSome(found) && found.value.version === 4,
    schedule: Schedule.spaced("5 millis"),
  })
})

it("ignores a snapshot that was changed, and trusts none whose event was", async () => {
  for (const [sql, outcome] of [
    ['UPDATE snapshot SET body = CAST(\'{"data":{"sum":99,"count":4,"closed":false}}\' AS BLOB)', 4],
    ["UPDATE snapshot SET body = zeroblob(10)", 4],
    ["UPDATE snapshot SET digest = zeroblob(32)", 4],
    ["UPDATE snapshot SET version = 3", 4],
    ["UPDATE snapshot SET version = 9007199254740993", 4],
    ["UPDATE snapshot SET version = -4", 4],
    ["UPDATE snapshot SET name = 'bob'", 4],
    ["UPDATE snapshot SET codec_version = 9", 4],
    ["UPDATE event SET link = zeroblob(32) WHERE version = 4", "IntegrityViolation"],
    ["DELETE FROM event WHERE version = 3; UPDATE snapshot SET version = 5", "IntegrityViolation"],
  ] as const) {
    await inFile(async (filename) => {
      await on(filename)(withSnapshot)
      tamper(filename, sql)
      const found = await on(filename)(
        Repository.make(snapshotted)
          .load("ada")
          .pipe(
            Effect.map((loaded) => (Option.isSome(loaded) ? loaded.value.state.sum : 0)),
            Effect.catch((error) => Effect.succeed(error._tag)),
          ),
      )
      expect([sql, found]).toEqual([sql, outcome])
    })
  }
})

it("shows, past snapshot and cache, what was changed before them to whoever reads it", async () => {
  await inFile(async (filename) => {
    await on(filename)(
      Effect.gen(function* () {
        yield* withSnapshot
        const accounts = Repository.make(snapshotted)
        yield* accounts.load("ada")
        tamper(filename, `UPDATE event SET body = CAST('{"data":{"amount":9}}' AS BLOB) WHERE version = 2`)
        const shown = { _tag: "IntegrityViolation", version: 2, position: 2 }
        expect(yield* failure(Stream.runCollect(accounts.history("ada")))).toMatchObject(shown)
        expect(yield* failure(accounts.load("ada", { version: 3 }))).toMatchObject(shown)
        expect(yield* failure(Audit.store)).toMatchObject(shown)
        // The state itself was proven when it was folded.
        expect(Option.getOrThrow(yield* accounts.load("ada")).state.sum).toBe(4)
      }),
    )
  })
})

it("shows a change of what another process recorded to a process that has the rest in its cache", async () => {
  await inFile(async (filename) => {
    await on(filename)(
      Effect.gen(function* () {
        const accounts = fresh()
        yield* accounts.execute("ada", deposit())
        yield* Effect.promise(() => on(filename)(fill(2)))
        tamper(filename, "UPDATE event SET recorded_at = 5 WHERE version = 2")
        const shown = { _tag: "IntegrityViolation", version: 2, position: 2 }
        const attempts: ReadonlyArray<Attempt> = [
          accounts.load("ada"),
          accounts.execute("ada", deposit()),
          accounts.execute("ada", "refuse"),
        ]
        for (const attempt of attempts) expect(yield* failure(attempt)).toMatchObject(shown)
        yield* goesOn
      }),
    )
  })
})

const sealing = (ring: KeyRing.Ring) =>
  EventMapper.layer.pipe(
    Layer.provide([AesGcm.layer.pipe(Layer.provide(KeyRing.layer(ring))), Compression.none, Hash.sha256]),
  )

it("names a missing key and a wrong one, and goes on with new streams", async () => {
  await inFile(async (filename) => {
    const ring = KeyRing.generate("2025")
    await on(filename, sealing(ring))(withSnapshot)
    const rotated = { active: "2026", keys: { ...ring.keys, ...KeyRing.generate("2026").keys } }
    await on(filename, sealing(rotated))(Repository.make(snapshotted).execute("ada", deposit()))
    const attempts = Effect.gen(function* () {
      const accounts = Repository.make(snapshotted)
      const errors = [
        yield* failure(accounts.load("ada")),
        yield* failure(accounts.execute("ada", deposit())),
        yield* failure(Stream.runCollect(fresh().history("ada"))),
        yield* failure(accounts.execute("ada", deposit(), { commandId: "c1" })),
      ]
      yield* goesOn
      yield* Audit.stream(ada)
      return errors
    })
    const without = { active: "2026", keys: KeyRing.generate("2026").keys }
    for (const error of await on(filename, sealing(without))(attempts)) {
      expect(error).toMatchObject({ _tag: "KeyMissing", keyId: "2025", where: "Account-ada version 1" })
    }
    const wrong = { active: "2025", keys: KeyRing.generate("2025").keys }
    for (const error of await on(filename, sealing(wrong))(attempts)) {
      expect(error).toMatchObject({ _tag: "OpenFailed", keyId: "2025", where: "Account-ada version 1" })
    }
    const both = await on(filename, sealing(rotated))(Repository.make(snapshotted).load("ada"))
    expect(Option.getOrThrow(both).state.sum).toBe(5)
  })
})

it("refuses names, versions, times and ids outside their grammar", async () => {
  await inFile(async (filename) => {
    await on(filename)(
      Effect.gen(function* () {
        const accounts = fresh()
        yield* accounts.execute("ada", deposit())
        const names = ["", "\0", "a\nb", "\ud800", "x".repeat(513), "é".repeat(257), "\u0085"]
        const attempts: ReadonlyArray<Attempt> = [
          ...names.flatMap((id) => [
            accounts.execute(id, deposit()),
            accounts.load(id),
            accounts.exists(id),
            Stream.runCollect(accounts.history(id)),
            Repository.transactAll({ it: accounts.stream(id) }, () => right(["looked", {}] as const)),
          ]),
          ...[0, -1, 1.5, Number.NaN, 2 ** 53].map((version) => accounts.load("ada", { version })),
          ...[Number.NaN, Number.POSITIVE_INFINITY, new Date("never")].map((at) => accounts.load("ada", { at })),
          ...[-1, 0.5, Number.NaN, 2 ** 53].map((expected) => accounts.execute("ada", deposit(), { expected })),
          ...["", "\0", "\ud800", "x".repeat(513)].map((commandId) =>
            accounts.execute("ada", deposit(), { commandId }),
          ),
          Repository.transactAll({}, () => right(["looked", {}] as const)),
          accounts.execute("ada", deposit()).pipe(core.CommandContext.correlate("")),
        ]
        for (const attempt of attempts) expect(yield* failure(attempt)).toMatchObject({ _tag: "InvalidInput" })
        expect(yield* failure(accounts.load("ada", { version: 2 }))).toMatchObject({ _tag: "NotFound", latest: 1 })
        expect(yield* failure(accounts.execute("ada", deposit(), { expected: 7 }))).toMatchObject({
          _tag: "VersionConflict",
          actual: 1,
        })
        for (const id of ["'; DROP TABLE event; --", "x".repeat(512), "__proto__", "a-b-c", "%", "ünï/💾"]) {
          yield* accounts.execute(id, deposit())
          expect((yield* Stream.runCollect(accounts.history(id))).length).toBe(1)
        }
        expect((yield* accounts.execute("ada", deposit())).version).toBe(2)
        yield* Audit.store
      }),
    )
  })
})

it("keeps the fault of one command from those that wait with it", async () => {
  await inFile(async (filename) => {
    await on(filename)(
      Effect.gen(function* () {
        const accounts = fresh()
        const commands: ReadonlyArray<Command> = [
          deposit(),
          note(Number.NaN),
          deposit(),
          "throw",
          deposit(),
          "refuse",
          deposit(),
        ]
        const outcomes = yield* Effect.forEach(
          commands,
          (command) =>
            Effect.match(accounts.execute("ada", command), {
              onFailure: ({ _tag }) => _tag,
              onSuccess: ({ version }) => version,
            }),
          { concurrency: "unbounded" },
        )
        expect(outcomes).toEqual([1, "EncodeFailed", 2, "DeciderThrew", 3, "Refused", 4])
      }),
    )
  })
})

it("says that the model threw, and where", async () => {
  await inFile(async (filename) => {
    await on(filename)(
      Effect.gen(function* () {
        const accounts = fresh()
        yield* accounts.execute("ada", deposit())
        const thrown = { _tag: "DeciderThrew", stream: ada, version: 1, during: "decide" }
        expect(yield* failure(accounts.execute("ada", "throw"))).toMatchObject(thrown)
        const transfer = Repository.transactAll({ it: accounts.stream("ada") }, () => {
          throw new Error("nor this")
        })
        expect(yield* failure(transfer)).toMatchObject(thrown)
        yield* accounts.execute("ada", note("poison"))
        const evolve = (state: State, event: AccountEvent): State => {
          if (event._tag === "Noted") throw new Error("cannot evolve")
          return state
        }
        const fragile = Repository.make(
          Aggregate.make({ category: "Account", events: AccountEvent, decider: { ...account, evolve } }),
        )
        const attempts: ReadonlyArray<Attempt> = [
          fragile.load("ada"),
          fragile.execute("ada", deposit()),
          fragile.execute("eve", note(1)),
        ]
        for (const attempt of attempts) {
          expect(yield* failure(attempt)).toMatchObject({ _tag: "DeciderThrew", during: "evolve" })
        }
        expect((yield* accounts.execute("ada", deposit())).version).toBe(3)
      }),
    )
  })
})

it("records a huge event, an empty one, and ten thousand at once", async () => {
  await inFile(async (filename) => {
    const text = "everfold".repeat(2_621_440)
    const written = await on(filename)(
      Effect.gen(function* () {
        const accounts = fresh()
        yield* accounts.execute("huge", note(text))
        yield* accounts.execute("empty", [AccountEvent.Closed()])
        const many = Array.from({ length: 10_000 }, (_, amount) => AccountEvent.Deposited({ amount }))
        return yield* accounts.execute("many", many)
      }),
    )
    expect([written.version, written.position]).toEqual([10_000, 10_002])
    await on(filename)(
      Effect.gen(function* () {
        const [huge] = yield* Stream.runCollect(fresh().history("huge"))
        expect(huge?.event._tag === "Noted" && huge.event.value === text).toBe(true)
        expect(Option.getOrThrow(yield* fresh().load("many")).state.sum).toBe((10_000 * 9_999) / 2)
        yield* Audit.store
        yield* goesOn
      }),
    )
  })
})

it("refuses payloads that JSON would change, with the path, and keeps the others as they are", async () => {
  await inFile(async (filename) => {
    const nested = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth))
    const cycle: Record<string, unknown> = {}
    Object.assign(cycle, { left: cycle, right: cycle })
    const refused: ReadonlyArray<readonly [unknown, string]> = [
      [{ a: [1, Number.NaN] }, "data.value.a.1"],
      [Number.NEGATIVE_INFINITY, "data.value"],
      [10n, "data.value"],
      [[undefined], "data.value.0"],
      [() => 1, "data.value"],
      [new Date(0), "data.value"],
      [new Map(), "data.value"],
      ["\ud800", "data.value"],
      [{ "\udc00": 1 }, "data.value.\udc00"],
      [JSON.parse('{"a":{"__proto__":{"admin":true}}}'), "data.value.a.__proto__"],
      [nested(600), "data.value"],
      [nested(5000), "data.value"],
      [cycle, "data.value.left"],
      [Object.assign([1], { toJSON: () => 2 }), "data.value"],
    ]
    const kept = [
      null,
      "",
      "💾\u2028\0",
      2 ** 53,
      1e308,
      5e-324,
      nested(500),
      { constructor: 1, toString: 2, data: 3, meta: 4, _tag: 5 },
    ]
    await on(filename)(
      Effect.gen(function* () {
        const accounts = fresh()
        for (const [value, path] of refused) {
          const error = yield* failure(accounts.execute("ada", note(value)))
          expect(error).toMatchObject({ _tag: "EncodeFailed", stream: ada, path: expect.stringContaining(path) })
        }
        expect(
          yield* failure(accounts.execute("ada", [Object.assign(AccountEvent.Closed(), { _tag: "Nope" as "Closed" })])),
        ).toMatchObject({ _tag: "EncodeFailed", type: "Nope" })
        for (const value of kept) yield* accounts.execute("ada", note(value))
        const history = yield* Stream.runCollect(fresh().history("ada"))
        expect(history.map(({ event }) => event._tag === "Noted" && event.value)).toEqual(kept)
        expect("admin" in {}).toBe(false)
      }),
    )
  })
})

it("lets a terminal stream be read but not loaded, and refuses commands as the model does", async () => {
  await inFile(async (filename) => {
    await on(filename)(
      Effect.gen(function* () {
        const accounts = fresh()
        yield* accounts.execute("ada", deposit())
        yield* accounts.execute("ada", [AccountEvent.Closed()], { commandId: "close" })
        for (const repository of [accounts, fresh()]) {
          expect(Option.isNone(yield* repository.load("ada"))).toBe(true)
          expect(Option.isNone(yield* repository.load("ada", { version: 2 }))).toBe(true)
          expect(Option.isSome(yield* repository.load("ada", { version: 1 }))).toBe(true)
          expect(yield* repository.exists("ada")).toBe(false)
          expect(yield* failure(repository.execute("ada", deposit()))).toMatchObject({ _tag: "Refused" })
          const again = yield* repository.execute("ada", [AccountEvent.Closed()], { commandId: "close" })
          expect(again).toMatchObject({ repeated: true, version: 2, position: 2 })
          expect((yield* Stream.runCollect(repository.history("ada"))).length).toBe(2)
        }
        yield* goesOn
      }),
    )
  })
})

/** A process whose random numbers and clock begin anew, as after a restored snapshot of a machine. */
const reborn = (filename: string) => {
  let drawn = 0
  const random = SecureRandom.make((size) => Uint8Array.from({ length: size }, () => drawn++ & 255))
  const mapper = Layer.provide(EventMapper.plain, Layer.succeed(SecureRandom.SecureRandom, random))
  const clock = Clock.Clock.defaultValue()
  const stopped = {
    ...clock,
    sleep: clock.sleep.bind(clock),
    currentTimeMillisUnsafe: () => 1_700_000_000_000,
    currentTimeMillis: Effect.succeed(1_700_000_000_000),
  }
  return <A, E>(effect: Effect.Effect<A, E, Services>) =>
    on(filename, mapper)(Effect.provideService(effect, Clock.Clock, stopped))
}

it("refuses an event id that was used before", async () => {
  await inFile(async (filename) => {
    await reborn(filename)(fresh().execute("ada", deposit(1)))
    await reborn(filename)(
      Effect.gen(function* () {
        expect(yield* failure(fresh().execute("ada", deposit(2)))).toMatchObject({ _tag: "EventIdReused" })
        expect((yield* fresh().execute("ada", deposit(3))).version).toBe(2)
        yield* Audit.store
      }),
    )
  })
})

// ---- What earlier versions got wrong.

it("acknowledges only what it records, also where ids and times come again", async () => {
  await inFile(async (filename) => {
    await reborn(filename)(fresh().execute("ada", deposit(1)))
    const [executed, head] = await reborn(filename)(
      Effect.all([Effect.option(fresh().execute("ada", deposit(1))), EventStore.use((store) => store.head)]),
    )
    // It is told version 2 at position 1, and the store still has one event.
    expect(Option.isSome(executed) ? executed.value.version : 1).toBe(head)
  })
})

it.each([
  ["a load", fresh().load("ada")],
  ["a history", Stream.runCollect(fresh().history("ada"))],
  ["an audit of the stream", Audit.stream(ada)],
  ["an audit of the store", Audit.store],
])("%s sees that the last event of a page was deleted", async (_, read) => {
  await inFile(async (filename) => {
    await on(filename)(fresh().execute("ada", Array(1500).fill(AccountEvent.Deposited({ amount: 1 }))))
    tamper(filename, "DELETE FROM event WHERE version = 1000")
    expect(await on(filename)(failure<unknown, Services>(read))).toMatchObject({ _tag: "IntegrityViolation" })
  })
})

it("a follower reads on behind a deleted event, or fails, but does not take it for the end", async () => {
  await inFile(async (filename) => {
    await on(filename)(fresh().execute("ada", Array(1200).fill(AccountEvent.Deposited({ amount: 1 }))))
    tamper(filename, "DELETE FROM event WHERE position = 500")
    const seen = await on(filename)(Stream.runCollect(core.Subscription.catchUp()))
    expect(seen.length).toBe(1199)
  })
})

it("decides again on a state that is read after the pause of the retry, and not before it", async () => {
  await inFile(async (filename) => {
    const retry = Schedule.spaced("60 millis").pipe(Schedule.upTo({ times: 6 }))
    const own = Repository.make(plainAccounts, { retry })
    await on(filename)(
      Effect.gen(function* () {
        const store = yield* EventStore
        const foreign = fresh().execute("ada", deposit())
        let meddled = 0
        // The first two attempts lose; the second follows the first at once, the others after a pause.
        const meddling = EventStore.of({
          ...store,
          commit: (commit) =>
            meddled++ < 2
              ? Effect.andThen(Effect.orDie(Effect.provide(foreign, EventMapper.plain)), store.commit(commit)).pipe(
                  Effect.provideService(EventStore, store),
                  Effect.provide(core.Snapshots.none),
                )
              : store.commit(commit),
        })
        const rival = yield* Effect.forkChild(Effect.forever(Effect.delay(foreign, "15 millis")))
        const outcome = yield* own
          .execute("ada", deposit())
          .pipe(
            Effect.provideService(EventStore, meddling),
            Effect.match({ onFailure: ({ _tag }) => _tag, onSuccess: () => "recorded" }),
          )
        yield* Fiber.interrupt(rival)
        expect(outcome).toBe("recorded")
      }),
    )
  })
})

it("a repeated command is not answered with events that were changed behind a snapshot", async () => {
  await inFile(async (filename) => {
    await on(filename)(withSnapshot)
    tamper(filename, `UPDATE event SET body = CAST('{"data":{"amount":999}}' AS BLOB) WHERE version = 4`)
    const again = Repository.make(snapshotted).execute("ada", deposit(), { commandId: "c3" })
    expect(await on(filename)(failure(again))).toMatchObject({ _tag: "IntegrityViolation" })
  })
})

it("a subscription does not hand out events whose digest does not match", async () => {
  await inFile(async (filename) => {
    await on(filename)(fill(2))
    tamper(filename, `UPDATE event SET body = CAST('{"data":{"amount":999}}' AS BLOB)`)
    const follow = Stream.runCollect(Stream.take(core.Subscription.events(AccountEvent), 2))
    expect(await on(filename)(failure<unknown, Services>(follow))).toMatchObject({
      _tag: "IntegrityViolation",
    })
  })
})

it("a load from the cache does not answer what the file no longer holds", async () => {
  await inFile(async (filename) => {
    await on(filename)(
      Effect.gen(function* () {
        yield* fill(1)
        const accounts = fresh()
        for (let i = 0; i < 4; i++) yield* accounts.execute("ada", deposit())
        tamper(filename, "DELETE FROM event WHERE version > 3")
        const version = yield* Effect.match(accounts.load("ada"), {
          onFailure: () => 3,
          onSuccess: (loaded) => Option.getOrThrow(loaded).version,
        })
        expect(version).toBe(3)
      }),
    )
  })
})

it.each([
  ["a link of 2000 bytes", "UPDATE event SET link = zeroblob(2000) WHERE version = 2"],
  ["a position beyond the safe integers", "UPDATE event SET position = 9007199254740993 WHERE version = 2"],
  ["a version beyond the safe integers", "UPDATE event SET version = 9007199254740993 WHERE version = 2"],
])("%s is an error in the error channel, and no defect", async (_, sql) => {
  await inFile(async (filename) => {
    await on(filename)(
      Effect.gen(function* () {
        const accounts = fresh()
        yield* accounts.execute("ada", deposit())
        yield* accounts.execute("ada", deposit())
        tamper(filename, sql)
        expect(yield* failure(accounts.execute("ada", deposit()))).toHaveProperty("_tag")
      }),
    )
  })
})

it.each([
  ["tags that are no JSON", "UPDATE event SET tags = 'x' WHERE version = 2"],
  ["a cause without a stream", "UPDATE event SET cause_id = 'x' WHERE version = 2"],
  ["an unknown kind", "UPDATE event SET kind = 99 WHERE version = 2"],
  ["a time beyond the safe integers", "UPDATE event SET recorded_at = 9007199254740993 WHERE version = 2"],
])("%s is an error that says where", async (_, sql) => {
  await inFile(async (filename) => {
    await on(filename)(fill(3))
    tamper(filename, sql)
    expect(await on(filename)(failure(fresh().load("ada")))).toMatchObject({
      _tag: "StoreUnavailable",
      retryable: false,
      message: expect.stringContaining("reading Account-ada"),
    })
  })
})

it("a payload whose getter throws is the fault of its own command alone", async () => {
  await inFile(async (filename) => {
    const bad = note({
      get inner() {
        throw new Error("getter")
      },
    })
    const accounts = fresh()
    const outcomes = await on(filename)(
      Effect.forEach(
        [deposit(), bad, deposit()],
        (command) =>
          accounts.execute("ada", command).pipe(
            Effect.match({ onFailure: ({ _tag }) => _tag, onSuccess: ({ version }) => version }),
            Effect.catchDefect(() => Effect.succeed("a defect")),
          ),
        { concurrency: "unbounded" },
      ),
    )
    expect(outcomes).toEqual([1, "EncodeFailed", 2])
  })
})

it("an object with a hidden toJSON is refused, as an array with one is", async () => {
  await inFile(async (filename) => {
    const value = Object.defineProperty({ amount: 1 }, "toJSON", { value: () => ({ amount: 2 }), enumerable: false })
    expect(await on(filename)(failure(fresh().execute("ada", note(value))))).toMatchObject({ _tag: "EncodeFailed" })
  })
})

it.each(["5", "null", '["ada"]', "{}"])("the id %s, out of some JSON, is invalid input and no defect", async (json) => {
  await inFile(async (filename) => {
    expect(await on(filename)(failure(fresh().execute(JSON.parse(json), deposit())))).toMatchObject({
      _tag: "InvalidInput",
    })
  })
})

it("the message of DeciderThrew can be read whatever was thrown", () => {
  const cause: unknown = Object.create(null)
  expect(new core.DeciderThrew({ stream: ada, version: 0, during: "decide", cause }).message).toContain("Account-ada")
})
