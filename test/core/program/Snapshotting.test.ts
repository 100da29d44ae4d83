import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { right } from "fp-ts/lib/Either.js"
import { describe, expect, it, vi } from "vitest"
import * as SnapshotPreimage from "../../../src/core/event/Snapshot.ts"
import {
  Aggregate,
  EventMapper,
  EventStore,
  Payload,
  Repository,
  type Snapshot,
  Snapshots,
  StoreUnavailable,
} from "../../../src/core/index.ts"
import { ada, sha256 } from "../support.ts"
import { AccountEvent, account, counted, deposit, inMemory, Snapshotted, State } from "./support.ts"

const settle = Effect.sleep(5)
const taken = Effect.flatMap(Snapshots, (snapshots) => snapshots.read(ada))
const deposits = (n: number) =>
  Effect.forEach(Array.from({ length: n }), () => Repository.make(Snapshotted).execute("ada", deposit(1)), {
    discard: true,
  })

/** Loads with a repository that knows nothing: the state, and how many events that read. */
const reload = (aggregate: typeof Snapshotted = Snapshotted) =>
  Effect.gen(function* () {
    const { calls, store } = counted(yield* EventStore)
    const found = yield* Effect.provideService(Repository.make(aggregate).load("ada"), EventStore, store)
    return { balance: Option.getOrThrow(found).state.balance, read: calls.read }
  })

describe("snapshots", () => {
  it("are taken whenever so many events were recorded", async () => {
    const versions = await inMemory(
      Effect.gen(function* () {
        const repository = Repository.make(Snapshotted)
        const versions: Array<number | undefined> = []
        for (let n = 1; n <= 25; n++) {
          yield* repository.execute("ada", deposit(1))
          yield* Effect.sleep(1)
          versions.push(Option.getOrUndefined(yield* taken)?.version)
        }
        return versions
      }),
    )
    expect(versions.slice(0, 9)).toEqual(Array.from({ length: 9 }))
    expect(versions.slice(9, 19)).toEqual(Array.from({ length: 10 }, () => 10))
    expect(versions.slice(19)).toEqual(Array.from({ length: 6 }, () => 20))
  })

  it("are taken also where a commit leaps over the mark, and by transactions", async () => {
    const [leapt, together] = await inMemory(
      Effect.gen(function* () {
        const repository = Repository.make(Snapshotted)
        const many = Array.from({ length: 13 }, () => AccountEvent.Deposited({ amount: 1 }))
        yield* repository.transact("ada", () => right([0, many]))
        yield* settle
        const leapt = yield* taken
        yield* Repository.transactAll({ ada: repository.stream("ada") }, () => right([0, { ada: many }]))
        yield* settle
        return [leapt, yield* taken]
      }),
    )
    expect(leapt).toMatchObject({ value: { version: 13 } })
    expect(together).toMatchObject({ value: { version: 26 } })
  })

  it("spare a load the events before them", async () => {
    const { balance, read } = await inMemory(Effect.andThen(Effect.andThen(deposits(25), settle), reload()))
    expect(balance).toBe(25)
    // The event at version 20, against whose link the snapshot is checked, and the five after it.
    expect(read).toBe(6)
  })

  it("are used for a version at or after them only", async () => {
    const balances = await inMemory(
      Effect.gen(function* () {
        yield* deposits(25)
        yield* settle
        return yield* Effect.forEach([1, 19, 20, 21, 25], (version) =>
          Effect.map(
            Repository.make(Snapshotted).load("ada", { version }),
            (found) => Option.getOrThrow(found).state.balance,
          ),
        )
      }),
    )
    expect(balances).toEqual([1, 19, 20, 21, 25])
  })
})

describe("a snapshot that cannot be trusted", () => {
  const redigest = (snapshot: Snapshot.StoredSnapshot): Snapshot.StoredSnapshot => ({
    ...snapshot,
    digest: sha256(SnapshotPreimage.preimage(snapshot)),
  })
  const lie = Buffer.from('{"data":{"owner":null,"balance":666,"closed":false}}')

  it.each<[string, (snapshot: Snapshot.StoredSnapshot) => Snapshot.StoredSnapshot]>([
    ["whose body was changed", (snapshot) => ({ ...snapshot, body: lie })],
    ["whose digest was changed", (snapshot) => ({ ...snapshot, digest: sha256(lie) })],
    ["of another history", (snapshot) => redigest({ ...snapshot, body: lie, link: sha256(lie) })],
    ["of a version that the stream has not reached", (snapshot) => redigest({ ...snapshot, body: lie, version: 99 })],
    ["of version 0", (snapshot) => redigest({ ...snapshot, body: lie, version: 0 })],
    ["of another version than its link", (snapshot) => redigest({ ...snapshot, body: lie, version: 15 })],
    ["of a newer model", (snapshot) => redigest({ ...snapshot, body: lie, modelVersion: 2 })],
    ["of a newer codec", (snapshot) => redigest({ ...snapshot, body: lie, codecVersion: 2 })],
    ["that is no JSON", (snapshot) => redigest({ ...snapshot, body: Buffer.from("{") })],
    ["that is no object", (snapshot) => redigest({ ...snapshot, body: Buffer.from("[]") })],
    ["that does not decode", (snapshot) => redigest({ ...snapshot, body: Buffer.from('{"data":{"balance":"x"}}') })],
    ["of an unknown encoding", (snapshot) => redigest({ ...snapshot, encoding: "yaml" })],
    ["sealed with an unknown key", (snapshot) => redigest({ ...snapshot, encoding: "json+aes256gcm:lost" })],
    ["that does not decompress", (snapshot) => redigest({ ...snapshot, encoding: "json+zstd" })],
  ])("%s is ignored", async (_, change) => {
    const { balance, read } = await inMemory(
      Effect.gen(function* () {
        yield* deposits(25)
        yield* settle
        const snapshots = yield* Snapshots
        yield* snapshots.write(change(Option.getOrThrow(yield* taken)))
        return yield* reload()
      }),
    )
    expect(balance).toBe(25)
    expect(read).toBeGreaterThanOrEqual(25)
  })

  it.each(["link", "body", "digest", "encoding"] as const)(
    "that has no %s, for a service may lie, is ignored",
    async (field) => {
      const { balance } = await inMemory(
        Effect.gen(function* () {
          yield* deposits(25)
          yield* settle
          const snapshots = yield* Snapshots
          const { [field]: _, ...rest } = Option.getOrThrow(yield* taken)
          const read: Snapshots["Service"]["read"] = () =>
            Effect.succeedSome(JSON.parse(JSON.stringify({ ...rest, [field]: null })))
          return yield* Effect.provideService(reload(), Snapshots, Snapshots.of({ ...snapshots, read }))
        }),
      )
      expect(balance).toBe(25)
    },
  )

  it("of another stream is ignored", async () => {
    const { balance } = await inMemory(
      Effect.gen(function* () {
        yield* deposits(25)
        yield* Effect.forEach(Array.from({ length: 20 }), () =>
          Repository.make(Snapshotted).execute("bob", deposit(100)),
        )
        yield* settle
        const snapshots = yield* Snapshots
        const foreign = Option.getOrThrow(yield* snapshots.read({ category: "Account", id: "bob" }))
        return yield* Effect.provideService(
          reload(),
          Snapshots,
          Snapshots.of({ ...snapshots, read: () => Effect.succeedSome(foreign) }),
        )
      }),
    )
    expect(balance).toBe(25)
  })

  it("of an older model is ignored where the model was raised", async () => {
    const raised = Aggregate.make({
      category: "Account",
      decider: account,
      events: AccountEvent,
      snapshot: { state: State, every: 10, modelVersion: 2 },
    })
    const { balance, read } = await inMemory(Effect.andThen(Effect.andThen(deposits(25), settle), reload(raised)))
    expect([balance, read]).toEqual([25, 26].map((n) => (n === 26 ? expect.any(Number) : n)))
    expect(read).toBeGreaterThanOrEqual(25)
  })

  it("of an older codec is lifted", async () => {
    const lifting = Aggregate.make({
      category: "Account",
      decider: account,
      events: AccountEvent,
      snapshot: {
        state: Payload.version(State).pipe(Payload.upcast(State, (old) => ({ ...old, owner: "lifted" }))),
        every: 10,
      },
    })
    const state = await inMemory(
      Effect.gen(function* () {
        yield* deposits(25)
        yield* settle
        return Option.getOrThrow(yield* Repository.make(lifting).load("ada")).state
      }),
    )
    expect(state).toEqual({ owner: "lifted", balance: 25, closed: false })
  })
})

describe("a snapshots service that fails", () => {
  const away = new StoreUnavailable({ what: "no snapshots", retryable: false, cause: "test" })
  const failing = { read: () => Effect.fail(away), write: () => Effect.fail(away) }
  const dying = { read: () => Effect.die("a bug"), write: () => Effect.die("a bug") }
  const play = (service: Snapshots["Service"]) =>
    inMemory(
      Effect.gen(function* () {
        const repository = Repository.make(Snapshotted)
        yield* Effect.forEach(Array.from({ length: 25 }), () => repository.execute("ada", deposit(1)))
        yield* settle
        return yield* reload()
      }).pipe(Effect.provideService(Snapshots, Snapshots.of(service))),
    )

  it("fails nothing", async () => {
    expect(await play(failing)).toEqual({ balance: 25, read: 25 })
  })

  it("by dying while it writes fails nothing either", async () => {
    expect(await play({ read: () => Effect.succeedNone, write: dying.write })).toEqual({ balance: 25, read: 25 })
  })

  it("by dying while it reads fails nothing either", async () => {
    expect(await play(dying)).toEqual({ balance: 25, read: 25 })
  })

  it("that is slow holds no command up", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        const repository = Repository.make(Snapshotted)
        const never = Snapshots.of({ read: () => Effect.succeedNone, write: () => Effect.never })
        return yield* Effect.forEach(Array.from({ length: 25 }), () => repository.execute("ada", deposit(1))).pipe(
          Effect.provideService(Snapshots, never),
          Effect.timeout("5 seconds"),
        )
      }),
    )
    expect(result.length).toBe(25)
  })

  it("that never answers is waited for ten seconds, and fails nothing either", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    try {
      let answer: unknown
      void play({ read: () => Effect.never, write: () => Effect.never }).then((found) => {
        answer = found
      })
      while (answer === undefined) {
        await new Promise(setImmediate)
        await vi.advanceTimersByTimeAsync(1000)
      }
      expect(answer).toEqual({ balance: 25, read: 25 })
    } finally {
      vi.useRealTimers()
    }
  })

  it("that is slow keeps one snapshot of a stream at a time, and the latest last", async () => {
    const kept: Array<number> = []
    let writing = 0
    let most = 0
    const slow = (inner: Snapshots["Service"]): Snapshots["Service"] => ({
      ...inner,
      write: ({ version }) =>
        Effect.gen(function* () {
          most = Math.max(most, ++writing)
          // The first takes longest.
          yield* Effect.sleep(kept.length === 0 ? 20 : 1)
          kept.push(version)
          writing--
        }),
    })
    await inMemory(
      Effect.gen(function* () {
        const repository = Repository.make(Snapshotted)
        // Time to begin: what is given before that is never more than one.
        const deposited = Effect.andThen(repository.execute("ada", deposit(1)), Effect.sleep(0))
        yield* Effect.forEach(Array.from({ length: 45 }), () => deposited).pipe(
          Effect.provideService(Snapshots, slow(yield* Snapshots)),
        )
        yield* Effect.sleep(60)
      }),
    )
    expect([most, kept[0], kept.at(-1)]).toEqual([1, 10, 40])
  })

  it("is not needed at all with `Snapshots.none`", async () => {
    const { balance } = await inMemory(
      Effect.andThen(deposits(25), reload()).pipe(Effect.provide(Snapshots.none), Effect.provide(Layer.empty)),
    )
    expect(balance).toBe(25)
  })

  it("takes none of a state that cannot be written, and the command is recorded", async () => {
    const [result, snapshot] = await inMemory(
      Effect.gen(function* () {
        expect((yield* EventMapper).hash).toBe("sha256")
        const broken = Aggregate.make({
          category: "Account",
          decider: {
            ...account,
            evolve: (state, event) => ({ ...account.evolve(state, event), balance: Number.NaN }),
          } as typeof account,
          events: AccountEvent,
          snapshot: { state: State, every: 1 },
        })
        const result = yield* Repository.make(broken).execute("ada", deposit(1))
        yield* settle
        return [result, yield* taken]
      }),
    )
    expect(result).toMatchObject({ version: 1 })
    expect(snapshot).toEqual(Option.none())
  })
})
