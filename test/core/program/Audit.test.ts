import * as Effect from "effect/Effect"
import { right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import { Audit, EventStore, Hash, HashChain, Repository, type StoredEvent } from "../../../src/core/index.ts"
import { at, sha256 } from "../support.ts"
import { AccountEvent, Accounts, behind, inMemory, through } from "./support.ts"

const ada = { category: "Account", id: "ada" }

/** Five events of Ada and three of Bob, in turns. */
const told = Effect.flatMap(EventStore, (store) =>
  Effect.forEach(["ada", "bob", "ada", "bob", "ada", "bob", "ada", "ada"], (id, n) => behind(store, id, n + 1)),
)

/** The same store after somebody changed what it holds. */
const changed =
  (change: (log: ReadonlyArray<StoredEvent>) => ReadonlyArray<StoredEvent>) => (store: EventStore["Service"]) => {
    const everything = Effect.map(store.readAll({ after: 0, limit: 100_000 }), ({ events }) => change(events))
    return EventStore.of({
      ...store,
      readStream: ({ category, id }, { after = 0, limit = 1e9 } = {}) =>
        Effect.map(everything, (events) =>
          events
            .filter(({ stream, version }) => stream.category === category && stream.id === id && version > after)
            .slice(0, limit),
        ),
      readAll: ({ after, limit }) =>
        Effect.map(everything, (log) => {
          const events = log.filter(({ position }) => position > after).slice(0, limit)
          return { events, scannedTo: events.at(-1)?.position ?? after }
        }),
    })
  }

const audited = (change: (log: ReadonlyArray<StoredEvent>) => ReadonlyArray<StoredEvent>, anchored = false) =>
  inMemory(
    Effect.gen(function* () {
      yield* told
      const anchor = yield* Audit.stream(ada)
      const audits = Effect.all({
        stream: Effect.result(anchored ? Audit.stream(ada, anchor) : Audit.stream(ada)),
        store: Effect.result(Audit.store),
      })
      return yield* through(changed(change))(audits)
    }).pipe(Effect.provide(Hash.sha256)),
  )

const replaced =
  (index: number, content: (event: StoredEvent) => Partial<StoredEvent>) => (log: ReadonlyArray<StoredEvent>) =>
    log.map((event, i) => (i === index ? { ...event, ...content(event) } : event))

describe("an audit", () => {
  it("answers the head of a stream and what the store holds", async () => {
    const { stream, store } = await audited((log) => log, true)
    expect(stream).toMatchObject({ _tag: "Success", success: { version: 5 } })
    expect(store).toMatchObject({ _tag: "Success", success: { position: 8, streams: 2 } })
  })

  it("needs no keys and finds nothing wrong in nothing", async () => {
    const result = await inMemory(Effect.all([Audit.stream(ada), Audit.store]).pipe(Effect.provide(Hash.sha256)))
    expect(result).toEqual([HashChain.empty, { position: 0, streams: 0 }])
  })

  it("finds an event that was tampered with", async () => {
    const { stream, store } = await audited(replaced(4, () => ({ body: Buffer.from("{}") })))
    const violation = {
      _tag: "IntegrityViolation",
      stream: ada,
      version: 3,
      position: 5,
      reason: "its digest does not match its content",
    }
    expect(stream).toMatchObject({ failure: violation })
    expect(store).toMatchObject({ failure: violation })
  })

  it("finds one whose digest was forged with it, by the link", async () => {
    const { stream, store } = await audited(
      replaced(4, (event) => {
        const forged = { ...event, body: Buffer.from("{}") }
        return { ...forged, digest: sha256(HashChain.preimage(ada, forged)) }
      }),
    )
    expect(stream).toMatchObject({ failure: { version: 3, reason: "its link does not match the events before it" } })
    expect(store).toMatchObject({ failure: { version: 3, position: 5 } })
  })

  it("finds one whose link was forged with it, by the next", async () => {
    const { stream, store } = await audited((log) => {
      let previous: StoredEvent | undefined
      return log.map((event, i) => {
        if (event.stream.id !== "ada") return event
        const before = previous?.link ?? new Uint8Array(32)
        previous = event
        if (i !== 4) return event
        const forged = { ...event, body: Buffer.from("{}") }
        const digest = sha256(HashChain.preimage(ada, forged))
        return { ...forged, digest, link: HashChain.link(before, event.version, digest) }
      })
    })
    expect(stream).toMatchObject({ failure: { version: 4 } })
    expect(store).toMatchObject({ failure: { version: 4, position: 7 } })
  })

  it("finds an event that was dropped", async () => {
    const { stream, store } = await audited((log) => log.toSpliced(4, 1))
    expect(stream).toMatchObject({ failure: { version: 3, reason: "version 3 is missing before it" } })
    expect(store).toMatchObject({ failure: { position: 6, reason: "position 5 is missing before it" } })
  })

  it("finds a whole stream that was dropped, by the store's positions", async () => {
    const { store } = await audited((log) => log.filter(({ stream }) => stream.id !== "bob"))
    expect(store).toMatchObject({ failure: { position: 3, reason: "position 2 is missing before it" } })
  })

  it("finds two events that were swapped, content for content", async () => {
    const { stream, store } = await audited((log) =>
      log.map((event, i) => {
        const other = i === 2 ? at(log, 4) : i === 4 ? at(log, 2) : event
        return { ...other, version: event.version, position: event.position }
      }),
    )
    expect(stream).toMatchObject({ failure: { version: 2 } })
    expect(store).toMatchObject({ failure: { version: 2, position: 3 } })
  })

  it("finds a tail that was cut off, against an anchor", async () => {
    const cut = (log: ReadonlyArray<StoredEvent>) => log.slice(0, 6)
    expect((await audited(cut)).stream).toMatchObject({ success: { version: 3 } })
    expect((await audited(cut, true)).stream).toMatchObject({
      failure: { _tag: "IntegrityViolation", version: 4, reason: "it ends at 3, before the anchored 5" },
    })
  })

  it("finds a history that was written anew, against an anchor, also on a later page", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        const accounts = Repository.make(Accounts)
        const many = (n: number) =>
          accounts.transact("ada", () =>
            right([0, Array.from({ length: n }, () => AccountEvent.Deposited({ amount: 1 }))]),
          )
        yield* many(1500)
        const head = yield* Audit.stream(ada)
        yield* many(1000)
        const fine = yield* Audit.stream(ada, head)
        const forged = { version: 1500, link: sha256(Buffer.from("another history")) }
        return [fine.version, yield* Effect.flip(Audit.stream(ada, forged))] as const
      }).pipe(Effect.provide(Hash.sha256)),
    )
    expect(result[0]).toBe(2500)
    expect(result[1]).toMatchObject({ version: 1500, position: 1500, reason: "its link is not the anchored one" })
  })

  it("is over more than one page of a store", async () => {
    const result = await inMemory(
      Effect.gen(function* () {
        const accounts = Repository.make(Accounts)
        yield* Effect.forEach(["a", "b", "c"], (id) =>
          accounts.transact(id, () =>
            right([0, Array.from({ length: 700 }, () => AccountEvent.Deposited({ amount: 1 }))]),
          ),
        )
        return yield* Audit.store
      }).pipe(Effect.provide(Hash.sha256)),
    )
    expect(result).toEqual({ position: 2100, streams: 3 })
  })
})
