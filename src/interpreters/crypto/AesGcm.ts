/**
 * AES-256-GCM. Each process derives a key of its own from a named key and a random salt, and counts nonces under it, so
 * that no nonce is ever used twice under one key, however many processes seal with the same named key.
 *
 * ```
 * sealed = salt (16 bytes) ‖ counter (8 bytes, big-endian) ‖ ciphertext ‖ tag (16 bytes)
 * key    = HKDF-SHA-256(named key, salt, "everfold/aes256gcm/1"), nonce = 4 zero bytes ‖ counter
 * ```
 *
 * Nonces are deterministic as in NIST SP 800-38D §8.2.1; a derived key is retired after 2³² of them. Processes, forked
 * ones and workers too, build their own layers and so have their own salts. Only a running process that is copied with
 * its memory (a machine resumed twice from one image) would count on twice under one salt: start processes anew there.
 *
 * @since 0.1.0
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Cipher, type Sealable } from "../../core/port/Cipher.ts"
import { type KeyMissing, OpenFailed } from "../../core/port/Errors.ts"
import { Keys } from "../../core/port/Keys.ts"

const saltBytes = 16
const headerBytes = saltBytes + 8
const tagBytes = 16
/** Derived keys that are kept for opening: one for each process that sealed. */
const maxDerived = 1024

interface Sealer {
  readonly salt: Uint8Array
  readonly key: KeyObject
  counter: number
}

/** A key object, because Node converts bytes into one at every use: five times as fast. */
const derive = (key: Uint8Array, salt: Uint8Array): KeyObject =>
  createSecretKey(new Uint8Array(hkdfSync("sha256", key, salt, "everfold/aes256gcm/1", 32)))

const header = (salt: Uint8Array, counter: number): Buffer => {
  const bytes = Buffer.allocUnsafe(headerBytes)
  bytes.set(salt)
  bytes.writeUInt32BE(Math.floor(counter / 0x1_0000_0000), saltBytes)
  bytes.writeUInt32BE(counter >>> 0, saltBytes + 4)
  return bytes
}

const nonceOf = (sealed: Uint8Array): Uint8Array => {
  const nonce = new Uint8Array(12)
  nonce.set(sealed.subarray(saltBytes, headerBytes), 4)
  return nonce
}

/**
 * A cipher that asks `keyFor` which key seals what; a derived key is retired after `maxSeals`, 2³² at most.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Cipher, Keys } from "everfold"
 * import { AesGcm, KeyRing } from "everfold/crypto"
 *
 * // Seals what is about people, and leaves the rest plain.
 * const personal = Layer.effect(
 *   Cipher,
 *   Effect.map(Keys, (keys) =>
 *     AesGcm.make(keys, ({ stream }) => (stream.category === "Person" ? keys.active : undefined)))
 * )
 * const keyFor = Cipher.use(({ keyFor }) =>
 *   Effect.succeed(["Person", "Stock"].map((category) => keyFor({ kind: "snapshot", stream: { category, id: "1" } }))))
 * const Live = personal.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026"))))
 * console.log(await Effect.runPromise(keyFor.pipe(Effect.provide(Live)))) // [ '2026', undefined ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  keys: Keys["Service"],
  keyFor: (sealable: Sealable) => string | undefined,
  maxSeals = 2 ** 32,
): Cipher["Service"] => {
  const sealers = new Map<string, Sealer>()
  const derived = new Map<string, KeyObject>()
  const limit = Math.min(maxSeals, 2 ** 32)

  const openerOf = (keyId: string, salt: Uint8Array): Effect.Effect<KeyObject, KeyMissing> => {
    const name = `${keyId}:${Buffer.from(salt).toString("latin1")}`
    const known = derived.get(name)
    if (known !== undefined) return Effect.succeed(known)
    return Effect.map(keys.get(keyId), (named) => {
      const key = derive(Redacted.value(named), salt)
      const oldest = derived.size < maxDerived ? undefined : derived.keys().next().value
      if (oldest !== undefined) derived.delete(oldest)
      derived.set(name, key)
      return key
    })
  }

  /** Takes the next nonce and uses it in one step: other fibers come only between steps. */
  const sealWith = (sealer: Sealer, plaintext: Uint8Array, aad: Uint8Array): Uint8Array => {
    const head = header(sealer.salt, sealer.counter++)
    const cipher = createCipheriv("aes-256-gcm", sealer.key, nonceOf(head))
    cipher.setAAD(aad)
    return Buffer.concat([head, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  }

  const openWith = (key: KeyObject, sealed: Uint8Array, aad: Uint8Array): Uint8Array => {
    const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(sealed))
    decipher.setAAD(aad)
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
    const plaintext = decipher.update(sealed.subarray(headerBytes, sealed.length - tagBytes))
    decipher.final()
    return plaintext
  }

  return {
    keyFor,
    seal: (keyId, plaintext, aad) =>
      Effect.suspend(() => {
        const current = sealers.get(keyId)
        if (current !== undefined && current.counter < limit) {
          return Effect.succeed(sealWith(current, plaintext, aad))
        }
        return Effect.map(keys.get(keyId), (key) => {
          const salt = randomBytes(saltBytes)
          const sealer: Sealer = { salt, key: derive(Redacted.value(key), salt), counter: 0 }
          sealers.set(keyId, sealer)
          return sealWith(sealer, plaintext, aad)
        })
      }),
    open: (keyId, sealed, aad) => {
      const failed = () => new OpenFailed({ keyId, where: "what is read" })
      if (sealed.length < headerBytes + tagBytes) return Effect.fail(failed())
      return Effect.flatMap(openerOf(keyId, sealed.subarray(0, saltBytes)), (key) =>
        Effect.try({ try: () => openWith(key, sealed, aad), catch: failed }),
      )
    },
  }
}

/**
 * Seals every body with the active key. Built anew wherever it is provided, so that each place has its own keys.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { AesGcm, KeyRing } from "everfold/crypto"
 *
 * const cipher = AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026"))))
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Cipher, never, Keys> = Layer.fresh(
  Layer.effect(
    Cipher,
    Effect.map(Keys, (keys) => make(keys, () => keys.active)),
  ),
)
