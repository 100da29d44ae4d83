import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { describe, expect, it } from "vitest"
import {
  Cipher,
  Compression,
  EventMapper,
  EventStore,
  Hash,
  Repository,
  type SealableEvent,
  Snapshots,
} from "../../../src/core/index.ts"
import { AesGcm, KeyRing } from "../../../src/interpreters/crypto/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"
import { close, deposit, open, Snapshotted, type World, withdraw } from "../program/support.ts"

const ring = (keyId: string) => KeyRing.layer(KeyRing.generate(keyId)).pipe(Layer.orDie)
const mapperOf = (cipher: Layer.Layer<Cipher>) =>
  EventMapper.layer.pipe(Layer.provide([cipher, Compression.none, Hash.sha256]))
const sealing = (predicate: (event: SealableEvent) => boolean, keyId = "k") =>
  AesGcm.layer.pipe(Cipher.only(predicate), Layer.provide(ring(keyId)))
const run = <A, E>(effect: Effect.Effect<A, E, World>) =>
  Effect.runPromise(Effect.provide(effect, Layer.mergeAll(Memory.layer, EventMapper.plain, Hash.sha256)))
const accounts = () => Repository.make(Snapshotted, { cache: 0 })
const encodings = Effect.flatMap(EventStore, (store) =>
  Effect.map(store.readAll({ after: 0, limit: 100 }), ({ events }) =>
    events.map(({ type, encoding }) => [type, encoding]),
  ),
)

describe("a cipher for only some events", () => {
  it("seals those that the predicate picks; the others can be read without it", async () => {
    const [stored, read, unread] = await run(
      Effect.gen(function* () {
        yield* Effect.gen(function* () {
          yield* accounts().execute("ada", deposit(5))
          yield* accounts().execute("ada", withdraw(1)).pipe(Effect.flip)
          yield* accounts().execute("bob", open("Bob"))
          yield* accounts().execute("ada", deposit(6))
        }).pipe(Effect.provide(mapperOf(sealing(({ type }) => type !== "Deposited"))))
        return [yield* encodings, yield* accounts().load("ada"), yield* Effect.flip(accounts().load("bob"))] as const
      }),
    )
    expect(stored).toEqual([
      ["Deposited", "json"],
      ["Opened", "json+aes256gcm:k"],
      ["Deposited", "json"],
    ])
    expect(Option.getOrThrow(read).state.balance).toBe(11)
    expect(unread).toMatchObject({ _tag: "KeyMissing", keyId: "k" })
  })

  it("shows the predicate what is to be sealed, and never a snapshot", async () => {
    const seen: Array<unknown> = []
    await run(
      Effect.gen(function* () {
        for (let i = 0; i < 12; i++) yield* accounts().execute("ada", deposit(1))
        const snapshots = yield* Snapshots
        let kept = yield* snapshots.read({ category: "Account", id: "ada" })
        for (let i = 0; i < 50 && Option.isNone(kept); i++) {
          yield* Effect.yieldNow
          kept = yield* snapshots.read({ category: "Account", id: "ada" })
        }
        expect(Option.getOrThrow(kept)).toMatchObject({ version: 10, encoding: "json+aes256gcm:k" })
      }).pipe(Effect.provide(mapperOf(sealing((event) => seen.push(event) < 0)))),
    )
    const event = { kind: "event", type: "Deposited", stream: { category: "Account", id: "ada" } }
    expect(seen).toEqual(Array.from({ length: 12 }, () => event))
  })

  it("opens what was sealed under another setting", async () => {
    const keys = KeyRing.layer(KeyRing.generate("k")).pipe(Layer.orDie)
    const all = mapperOf(AesGcm.layer.pipe(Layer.provide(keys)))
    const none = mapperOf(
      AesGcm.layer.pipe(
        Cipher.only(() => false),
        Layer.provide(keys),
      ),
    )
    const [stored, loaded] = await run(
      Effect.gen(function* () {
        yield* Effect.provide(accounts().execute("ada", deposit(5)), all)
        yield* Effect.provide(accounts().execute("ada", deposit(6)), none)
        return [yield* encodings, yield* Effect.provide(accounts().load("ada"), none)] as const
      }),
    )
    expect(stored.map(([, encoding]) => encoding)).toEqual(["json+aes256gcm:k", "json"])
    expect(Option.getOrThrow(loaded).state.balance).toBe(11)
  })

  it("leaves an event plain only where the predicate says false, also for callers without types", async () => {
    const nothing = (): boolean => JSON.parse("null")
    const stored = await run(
      Effect.andThen(Effect.provide(accounts().execute("ada", deposit(5)), mapperOf(sealing(nothing))), encodings),
    )
    expect(stored).toEqual([["Deposited", "json+aes256gcm:k"]])
  })

  it("records nothing of a command where the predicate throws, and tells it; others go on", async () => {
    const moody = ({ type }: SealableEvent) => {
      if (type === "Opened") throw new Error("not in the mood")
      return type !== "Closed"
    }
    const [exits, stored] = await run(
      Effect.gen(function* () {
        const repository = accounts()
        const commands = [deposit(5), open("Ada"), deposit(6), close]
        const exits = yield* Effect.forEach(commands, (command) => Effect.exit(repository.execute("ada", command)), {
          concurrency: "unbounded",
        })
        return [exits, yield* encodings] as const
      }).pipe(Effect.provide(mapperOf(sealing(moody)))),
    )
    expect(exits.map(Exit.isSuccess)).toEqual([true, false, true, true])
    expect(exits[1] && Option.getOrThrow(Exit.findErrorOption(exits[1]))).toMatchObject({
      _tag: "EncodeFailed",
      type: "Opened",
      stream: { id: "ada" },
      path: "",
      reason: "choosing whether to seal it threw not in the mood",
    })
    expect(stored).toEqual([
      ["Deposited", "json+aes256gcm:k"],
      ["Deposited", "json+aes256gcm:k"],
      ["Closed", "json"],
    ])
  })

  it("goes on without snapshots where the choice throws for these", async () => {
    const cipher = Layer.succeed(Cipher, {
      keyFor: ({ kind }) => {
        if (kind === "snapshot") throw new Error("not in the mood")
        return undefined
      },
      seal: (_, plaintext) => Effect.succeed(plaintext),
      open: (_, sealed) => Effect.succeed(sealed),
    })
    const loaded = await run(
      Effect.gen(function* () {
        for (let i = 0; i < 12; i++) yield* accounts().execute("ada", deposit(1))
        return yield* accounts().load("ada")
      }).pipe(Effect.provide(mapperOf(cipher))),
    )
    expect(Option.getOrThrow(loaded).state.balance).toBe(12)
  })

  it("tells a transaction likewise, and records no part of it", async () => {
    const throwing = sealing(({ stream }) => {
      if (stream.id === "bob") throw new Error("no")
      return true
    })
    const [error, stored] = await run(
      Effect.gen(function* () {
        const repository = accounts()
        const both = { ada: repository.stream("ada"), bob: repository.stream("bob") }
        const error = yield* Effect.flip(
          Repository.transactAll(both, () => {
            const events = [{ _tag: "Closed" as const }]
            return { _tag: "Right" as const, right: ["done", { ada: events, bob: events }] as const }
          }),
        )
        return [error, yield* encodings] as const
      }).pipe(Effect.provide(mapperOf(throwing))),
    )
    expect(error).toMatchObject({ _tag: "EncodeFailed", stream: { id: "bob" } })
    expect(stored).toEqual([])
  })

  it("as one layer value has the keys of each place where it is provided", async () => {
    const cipher = AesGcm.layer.pipe(Cipher.only(({ type }) => type === "Deposited"))
    const at = (keyId: string) =>
      Layer.effectDiscard(accounts().execute(keyId, deposit(1))).pipe(
        Layer.provide(mapperOf(cipher.pipe(Layer.provide(ring(keyId))))),
      )
    const stored = await run(
      Effect.provide(
        Effect.flatMap(Effect.void, () => encodings),
        Layer.mergeAll(at("one"), at("two")),
      ),
    )
    expect(stored.map(([, encoding]) => encoding).sort()).toEqual(["json+aes256gcm:one", "json+aes256gcm:two"])
  })

  it("of a cipher for only some, seals what both pick", async () => {
    const twice = AesGcm.layer.pipe(
      Cipher.only(({ type }) => type !== "Opened"),
      Cipher.only(({ stream }) => stream.id === "ada"),
      Layer.provide(ring("k")),
    )
    const stored = await run(
      Effect.gen(function* () {
        yield* accounts().execute("ada", open("Ada"))
        yield* accounts().execute("ada", deposit(1))
        yield* accounts().execute("bob", deposit(1))
        return yield* encodings
      }).pipe(Effect.provide(mapperOf(twice))),
    )
    expect(stored).toEqual([
      ["Opened", "json"],
      ["Deposited", "json+aes256gcm:k"],
      ["Deposited", "json"],
    ])
  })

  it("takes a cipher whose functions are methods of a class", async () => {
    class Reversing {
      readonly key = "k"
      keyFor() {
        return this.key
      }
      seal(_: string, plaintext: Uint8Array) {
        return Effect.succeed(plaintext.toReversed())
      }
      open(_: string, sealed: Uint8Array) {
        return Effect.succeed(sealed.toReversed())
      }
    }
    const cipher = Layer.succeed(Cipher, new Reversing()).pipe(Cipher.only(() => true))
    const loaded = await run(
      Effect.gen(function* () {
        yield* accounts().execute("ada", deposit(5))
        return yield* accounts().load("ada")
      }).pipe(Effect.provide(mapperOf(cipher))),
    )
    expect(Option.getOrThrow(loaded).state.balance).toBe(5)
  })
})

describe("a key whose name the format cannot write", () => {
  it.each(["arn:aws:kms:eu", "a+b", "", "é", "k".repeat(65)])(
    "%j seals nothing, for nobody could read it",
    async (keyId) => {
      const cipher = Layer.succeed(Cipher, {
        keyFor: () => keyId,
        seal: (_, plaintext) => Effect.succeed(plaintext),
        open: (_, sealed) => Effect.succeed(sealed),
      })
      const [error, stored] = await run(
        Effect.all([Effect.flip(accounts().execute("ada", deposit(5))), encodings]).pipe(
          Effect.provide(mapperOf(cipher)),
        ),
      )
      expect(error).toMatchObject({ _tag: "InvalidInput", what: expect.stringContaining("encoding") })
      expect(stored).toEqual([])
    },
  )
})
