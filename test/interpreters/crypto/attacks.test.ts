/** What somebody can do who may write the store's file and knows the format, but has no key; and what shows it. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import {
  Audit,
  Compression,
  EventMapper,
  EventStore,
  Hash,
  HashChain,
  Repository,
  Snapshot,
  Snapshots,
  type StoredEvent,
} from "../../../src/core/index.ts"
import { AesGcm, KeyRing } from "../../../src/interpreters/crypto/index.ts"
import { Sqlite } from "../../../src/interpreters/sqlite/index.ts"
import { deposit, open, Snapshotted, withdraw } from "../../core/program/support.ts"
import { at, sha256 } from "../../core/support.ts"

const ring = KeyRing.rotate(KeyRing.generate("other"), "k")
const mapper = EventMapper.layer.pipe(
  Layer.provide([AesGcm.layer.pipe(Layer.provide(KeyRing.layer(ring))), Compression.none, Hash.sha256]),
  Layer.orDie,
)
const ada = { category: "Account", id: "ada" }
const bob = { category: "Account", id: "bob" }

let folder = ""
let filename = ""
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "everfold-attacks-"))
  filename = join(folder, "store.db")
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = <A, E>(
  effect: Effect.Effect<A, E, EventStore | Snapshots | EventMapper | Hash>,
  file = filename,
): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, Layer.mergeAll(Sqlite.layer({ filename: file }), mapper, Hash.sha256)))

const accounts = () => Repository.make(Snapshotted, { cache: 0 })
const record = Effect.gen(function* () {
  for (const command of [open("Ada"), deposit(100), deposit(5), withdraw(7)]) yield* accounts().execute("ada", command)
  for (const command of [open("Bob"), deposit(1)]) yield* accounts().execute("bob", command)
})
const all = Effect.flatMap(EventStore, (store) => store.readAll({ after: 0, limit: 100 }))
const read = (file = filename) =>
  run(
    Effect.map(all, ({ events }) => events),
    file,
  )
const balance = () => run(Effect.map(accounts().load("ada"), (found) => Option.getOrThrow(found).state.balance))
const failure = (id = "ada") => run(Effect.flip(accounts().load(id)))
const anchor = () => run(Audit.stream(ada))

/** As one who knows the format writes them: every digest and link made anew. */
const rechained = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<StoredEvent> => {
  const heads = new Map<string, Uint8Array>()
  return events.map((event) => {
    const digest = sha256(HashChain.preimage(event.stream, event))
    const link = HashChain.link(heads.get(event.stream.id) ?? HashChain.empty.link, event.version, digest)
    heads.set(event.stream.id, link)
    return { ...event, digest, link }
  })
}

const write = (events: ReadonlyArray<StoredEvent>) => {
  const file = new DatabaseSync(filename)
  // Ids are unique: they are given out anew.
  file.exec("UPDATE event SET id = 'taken ' || position")
  for (const { id, type, encoding, body, digest, link, position } of events) {
    file.prepare("INSERT OR IGNORE INTO kind (category, type) VALUES ('Account', ?)").run(type)
    file
      .prepare(
        `UPDATE event SET id = ?, encoding = ?, body = ?, digest = ?, link = ?,
           kind = (SELECT kind FROM kind WHERE category = 'Account' AND type = ?) WHERE position = ?`,
      )
      .run(id, encoding, body, digest, link, type, position)
  }
  file.close()
}

/** Changes what is stored, and makes the chain anew. */
const forge = async (change: (events: ReadonlyArray<StoredEvent>) => ReadonlyArray<StoredEvent>) =>
  write(rechained(change(await read())))
const forgeOne = (position: number, change: (event: StoredEvent) => Partial<StoredEvent>) =>
  forge((events) => events.map((event) => (event.position === position ? { ...event, ...change(event) } : event)))

describe("an attacker who can write the file", () => {
  beforeEach(() => run(record))

  it("is not here yet", async () => {
    expect(await balance()).toBe(98)
    await forge((events) => events)
    expect(await balance()).toBe(98)
  })

  it("cannot change a body and leave the chain", async () => {
    const events = await read()
    write(events.map((event) => (event.position === 2 ? { ...event, body: at(events, 2).body } : event)))
    expect(await failure()).toMatchObject({ _tag: "IntegrityViolation", version: 2 })
  })

  it.each<[string, (events: ReadonlyArray<StoredEvent>) => Partial<StoredEvent>]>([
    ["the body of another event of the stream", (events) => ({ body: at(events, 2).body })],
    ["the body of another stream", (events) => ({ body: at(events, 5).body })],
    ["half a body", (events) => ({ body: at(events, 1).body.subarray(0, 20) })],
    ["a body without its end", (events) => ({ body: at(events, 1).body.subarray(0, -1) })],
    ["no body", () => ({ body: new Uint8Array(0) })],
    ["a bit flipped", (events) => ({ body: at(events, 1).body.map((byte, i) => (i === 30 ? byte ^ 1 : byte)) })],
    ["another type", () => ({ type: "Withdrawn" })],
    ["another key's name", () => ({ encoding: "json+aes256gcm:other" })],
    ["another compression", () => ({ encoding: "json+deflate+aes256gcm:k" })],
    ["another id", () => ({ id: "00000000-0000-7000-8000-000000000000" })],
  ])("cannot give an event %s, though the chain is made anew", async (_, change) => {
    const events = await read()
    await forgeOne(2, () => change(events))
    expect(await failure()).toMatchObject({ _tag: "OpenFailed", where: "Account-ada version 2" })
    expect(Option.isSome(await run(accounts().load("bob")))).toBe(true)
  })

  it("cannot swap two bodies", async () => {
    await forge((events) =>
      events.map((event, i) => ({ ...event, body: i === 1 || i === 2 ? at(events, 3 - i).body : event.body })),
    )
    expect(await failure()).toMatchObject({ _tag: "OpenFailed", where: "Account-ada version 2" })
  })

  it("cannot bring a body from another store under the same keys", async () => {
    const other = join(folder, "other.db")
    await run(record, other)
    const [, foreign] = await read(other)
    await forgeOne(2, () => (foreign === undefined ? {} : { body: foreign.body }))
    expect(await failure()).toMatchObject({ _tag: "OpenFailed", where: "Account-ada version 2" })
  })

  it("cannot have ciphertext read as JSON by calling it that", async () => {
    await forgeOne(2, () => ({ encoding: "json" }))
    expect(await failure()).toMatchObject({ _tag: "DecodeFailed", version: 2 })
  })

  it("can put a plain body in place of a sealed one, for the chain has no key; an anchor shows it, and only that", async () => {
    const head = await anchor()
    await forgeOne(2, () => ({ encoding: "json", body: Buffer.from('{"data":{"amount":1000000}}') }))
    expect(await balance()).toBe(999_998)
    expect((await run(Audit.stream(ada))).version).toBe(4)
    expect(await run(Audit.store)).toEqual({ position: 6, streams: 2 })
    expect(await run(Effect.flip(Audit.stream(ada, head)))).toMatchObject({
      _tag: "IntegrityViolation",
      version: 4,
      reason: "its link is not the anchored one",
    })
  })

  it("can change the order of whole events, which an anchor shows", async () => {
    const head = await anchor()
    await forge((events) =>
      events.map((event, i) => {
        if (i !== 1 && i !== 2) return event
        const { id, body } = at(events, 3 - i)
        return { ...event, id, body }
      }),
    )
    expect(await balance()).toBe(98)
    const history = await run(
      Effect.flatMap(EventMapper, (mapper) =>
        Effect.flatMap(all, ({ events }) => mapper.decode(Snapshotted.events, events.slice(1, 3))),
      ),
    )
    expect(history.map(({ event }) => event)).toMatchObject([{ amount: 5 }, { amount: 100 }])
    expect(await run(Effect.flip(Audit.stream(ada, head)))).toMatchObject({ _tag: "IntegrityViolation", version: 4 })
  })

  it("can cut off the end, which an anchor shows", async () => {
    const head = await anchor()
    const file = new DatabaseSync(filename)
    file.exec("DELETE FROM event WHERE position >= 4")
    file.close()
    expect(await balance()).toBe(105)
    expect(await run(Effect.flip(Audit.stream(ada, head)))).toMatchObject({
      _tag: "IntegrityViolation",
      version: 4,
      reason: "it ends at 3, before the anchored 4",
    })
  })
})

describe("an attacker who can write snapshots", () => {
  const taken = Effect.gen(function* () {
    yield* record
    for (let i = 0; i < 8; i++) yield* accounts().execute("ada", deposit(1))
    for (let i = 0; i < 10; i++) yield* accounts().execute("bob", deposit(1))
    const snapshots = yield* Snapshots
    for (let i = 0; i < 200; i++) {
      const found = Option.all([yield* snapshots.read(ada), yield* snapshots.read(bob)])
      if (Option.isSome(found)) return found.value
      yield* Effect.sleep(5)
    }
    throw new Error("no snapshot was taken")
  })
  const rich = Buffer.from(JSON.stringify({ data: { owner: "Ada", balance: 1_000_000, closed: false } }))
  const redigested = (snapshot: Snapshot.StoredSnapshot) => ({
    ...snapshot,
    digest: sha256(Snapshot.preimage(snapshot)),
  })

  it("cannot have a plain one believed where snapshots are sealed, though nothing else would show it", async () => {
    const [snapshot] = await run(taken)
    expect(snapshot).toMatchObject({ version: 10, encoding: "json+aes256gcm:k" })
    await run(
      Effect.flatMap(Snapshots, (snapshots) =>
        snapshots.write(redigested({ ...snapshot, encoding: "json", body: rich })),
      ),
    )
    expect(await balance()).toBe(106)
  })

  it.each<[string, (own: Snapshot.StoredSnapshot, other: Snapshot.StoredSnapshot) => Partial<Snapshot.StoredSnapshot>]>(
    [
      ["of another stream", (_, other) => ({ body: other.body })],
      ["of another version", (own) => ({ body: own.body, version: 9 })],
      ["with a bit flipped", ({ body }) => ({ body: body.map((byte, i) => (i === 30 ? byte ^ 1 : byte)) })],
      ["that is cut", ({ body }) => ({ body: body.subarray(0, 30) })],
      ["under another key's name", () => ({ encoding: "json+aes256gcm:other" })],
      ["called plain", () => ({ encoding: "json" })],
    ],
  )("cannot have one %s believed", async (_, change) => {
    const [own, other] = await run(taken)
    const events = (await read()).filter(({ stream }) => stream.id === "ada")
    const changed = { ...own, ...change(own, other) }
    const { link } = at(events, changed.version - 1)
    await run(Effect.flatMap(Snapshots, (snapshots) => snapshots.write(redigested({ ...changed, link }))))
    expect(await balance()).toBe(106)
  })
})
