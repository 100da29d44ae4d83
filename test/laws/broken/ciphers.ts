/** Ciphers that should not be used. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Cipher, type Sealable } from "../../../src/core/port/Cipher.ts"
import { OpenFailed } from "../../../src/core/port/Errors.ts"
import { Snapshots } from "../../../src/core/port/Snapshots.ts"
import { EventMapper } from "../../../src/core/program/EventMapper.ts"
import * as AesGcm from "../../../src/interpreters/crypto/AesGcm.ts"
import * as KeyRing from "../../../src/interpreters/crypto/KeyRing.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as LayerLaws from "../../../src/laws/LayerLaws.ts"
import type { Case } from "./caught.ts"

export const good = AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026-11"))))

const key = randomBytes(32)

interface Flaws {
  readonly keyFor?: (sealable: Sealable) => string | undefined
  readonly nonce?: () => Buffer
  readonly aad?: (aad: Uint8Array) => Uint8Array
  readonly checksTag?: boolean
  /** In bytes; what was cut off it is not looked at. */
  readonly tagLength?: number
}

/** AES-256-GCM as one writes it in a minute: nonce ‖ ciphertext ‖ tag. */
const simple = ({
  keyFor = () => "k",
  nonce = () => randomBytes(12),
  aad: bind = (aad) => aad,
  checksTag = true,
  tagLength = 16,
}: Flaws) =>
  Layer.succeed(Cipher, {
    keyFor,
    seal: (_, plaintext, aad) =>
      Effect.sync(() => {
        const iv = nonce()
        const cipher = createCipheriv("aes-256-gcm", key, iv)
        cipher.setAAD(bind(aad))
        return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
      }),
    open: (keyId, sealed, aad) =>
      Effect.try({
        try: () => {
          if (sealed.length < 28) throw new Error("too short")
          const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12), { authTagLength: tagLength })
          decipher.setAAD(bind(aad))
          decipher.setAuthTag(sealed.subarray(-16).subarray(0, tagLength))
          const plaintext = decipher.update(sealed.subarray(12, -16))
          if (checksTag) decipher.final()
          return plaintext
        },
        catch: () => new OpenFailed({ keyId, where: "what is read" }),
      }),
  })

export const simpleAndGood = simple({})
/** One nonce for all. */
export const oneNonce = simple({ nonce: () => Buffer.alloc(12, 7) })
/** One nonce for all, behind bytes that are never the same. */
export const oneNonceHidden = Layer.effect(
  Cipher,
  Effect.map(Cipher, ({ keyFor, seal, open }) => ({
    keyFor,
    seal: (...args: Parameters<typeof seal>) =>
      Effect.map(seal(...args), (sealed) => Buffer.concat([randomBytes(8), sealed])),
    open: (keyId: string, sealed: Uint8Array, aad: Uint8Array) => open(keyId, sealed.subarray(8), aad),
  })),
).pipe(Layer.provide(oneNonce))
/** A counter that begins again with every process. */
export const counterFromZero = Layer.unwrap(
  Effect.sync(() => {
    let counter = 0
    return simple({
      nonce: () => {
        const iv = Buffer.alloc(12)
        iv.writeUInt32BE(counter++, 8)
        return iv
      },
    })
  }),
)
/** The additional data is not bound: what is moved elsewhere still opens. */
export const aadIgnored = simple({ aad: () => new Uint8Array(0) })
/** Only the beginning of the additional data is bound. */
export const aadCut = simple({ aad: (aad) => aad.subarray(0, 8) })
/** Decrypts, and does not ask whether it should have. */
export const tagUnchecked = simple({ checksTag: false })
/** The first four bytes of the tag are enough. */
export const tagInPart = simple({ tagLength: 4 })
/** Opens to less than was sealed: a block is lost. */
export const losesTheEnd = Layer.effect(
  Cipher,
  Effect.map(Cipher, (cipher) => ({
    ...cipher,
    open: (...args: Parameters<typeof cipher.open>) =>
      Effect.map(cipher.open(...args), (plaintext) => plaintext.subarray(0, 32)),
  })),
).pipe(Layer.provide(good))
/** Seals events and forgets snapshots. */
export const snapshotsForgotten = simple({ keyFor: ({ kind }) => (kind === "event" ? "k" : undefined) })
/** Seals nothing. */
export const sealsNothing = Cipher.none
/** Seals by turning bits. */
export const encodesOnly = Layer.succeed(Cipher, {
  keyFor: () => "k",
  seal: (_, plaintext) => Effect.succeed(Uint8Array.from(plaintext)),
  open: (_, sealed) => Effect.succeed(sealed),
})

/** A mapper that believes every snapshot that is whole. */
export const believesPlainSnapshots = Layer.effect(
  EventMapper,
  Effect.gen(function* () {
    const mapper = yield* EventMapper
    const plain = yield* Effect.provide(EventMapper, EventMapper.plain)
    return {
      ...mapper,
      decodeSnapshot: (policy, snapshot) =>
        (snapshot.encoding === "json" ? plain : mapper).decodeSnapshot(policy, snapshot),
    }
  }),
).pipe(Layer.provide(EventMapper.layer))

type Only = typeof Cipher.only
type Change = (cipher: Cipher["Service"], predicate: Parameters<Only>[0]) => Partial<Cipher["Service"]>

const only =
  (change: Change): Only =>
  (predicate) =>
  (layer) =>
    Layer.fresh(
      Layer.effect(
        Cipher,
        Effect.map(Cipher, (cipher) => ({ ...cipher, ...change(cipher, predicate) })),
      ).pipe(Layer.provide(layer)),
    )

/** Picks whatever is not picked. */
export const onlyTheOthers = only(({ keyFor }, predicate) => ({
  keyFor: (sealable) => (sealable.kind === "event" && predicate(sealable) ? undefined : keyFor(sealable)),
}))
/** Snapshots of what is partly plain are plain. */
export const onlyEvents = only(({ keyFor }, predicate) => ({
  keyFor: (sealable) => (sealable.kind === "snapshot" || !predicate(sealable) ? undefined : keyFor(sealable)),
}))
/** Seals all, whatever is picked. */
export const onlyInName = only(() => ({}))
/** Seals what is picked, and cannot open what was picked once. */
export const onlyNow = only(({ keyFor, open }, predicate) => {
  const stream = { category: "Jar", id: "a" }
  const now = ["Put", "Emptied", "Broken"].some((type) => predicate({ kind: "event", stream, type }))
  return {
    keyFor: (sealable) => (sealable.kind === "event" && !predicate(sealable) ? undefined : keyFor(sealable)),
    open: (keyId, sealed, aad) =>
      now ? open(keyId, sealed, aad) : Effect.fail(new OpenFailed({ keyId, where: "what is read" })),
  }
})

const broken = (layer: LayerLaws.CipherSubject["layer"]) => LayerLaws.cipher({ layer })
const wired = (flawed: Partial<LayerLaws.WiringSubject>) =>
  LayerLaws.wiring({ store: Memory.layer, cipher: good, ...flawed })
const picking = (only: Only) => LayerLaws.picking({ store: Memory.layer, cipher: good, only })
const builtOnce = Layer.suspend(() => EventMapper.layer)

export const cases: ReadonlyArray<Case> = [
  { law: "L3.1", flaw: "an end that is lost", suite: broken(losesTheEnd) },
  { law: "L3.1", flaw: "a cipher that seals nothing", suite: broken(sealsNothing) },
  { law: "L3.2", flaw: "a ciphertext that opens in another stream", suite: broken(aadIgnored) },
  { law: "L3.2", flaw: "additional data cut short", suite: broken(aadCut) },
  { law: "L3.2", flaw: "a tag that nobody checks", suite: broken(tagUnchecked) },
  { law: "L3.2", flaw: "a tag that is checked in part", suite: broken(tagInPart) },
  { law: "L3.3", flaw: "one nonce for all", suite: broken(oneNonce) },
  { law: "L3.3", flaw: "one nonce for all, behind random bytes", suite: broken(oneNonceHidden) },
  { law: "L3.3", flaw: "a counter that begins again with every process", suite: broken(counterFromZero) },

  {
    law: "L2.1",
    flaw: "a store without the snapshots to look into",
    suite: wired({ store: Layer.merge(Memory.layer, Snapshots.none) }),
    runs: 5,
  },
  { law: "L2.1", flaw: "snapshots forgotten", suite: wired({ cipher: snapshotsForgotten }), runs: 5 },
  { law: "L2.1", flaw: "a mapper built once for all its uses", suite: wired({ mapper: builtOnce }), runs: 5 },
  { law: "L2.1", flaw: "encoding for sealing", suite: wired({ cipher: encodesOnly }), runs: 5 },
  { law: "L2.3", flaw: "a plain snapshot believed", suite: wired({ mapper: believesPlainSnapshots }) },

  { law: "L2.2", flaw: "only the others sealed", suite: picking(onlyTheOthers) },
  { law: "L2.2", flaw: "snapshots of sealed events left plain", suite: picking(onlyEvents) },
  { law: "L2.2", flaw: "all sealed, whatever is picked", suite: picking(onlyInName) },
  { law: "L2.2", flaw: "what was picked once not opened", suite: picking(onlyNow) },
]
