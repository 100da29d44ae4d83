/**
 * Laws of ciphers (L3): what is sealed opens, what was touched does not, and nothing is sealed twice the same way.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { Cipher } from "../../core/port/Cipher.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { same } from "../Same.ts"

/**
 * The cipher that laws are about.
 *
 * @example
 * ```ts
 * import { AesGcm, KeyRing } from "everfold/crypto"
 * import { type LayerLaws } from "everfold/laws"
 * import * as Layer from "effect/Layer"
 *
 * const subject: LayerLaws.CipherSubject = {
 *   layer: AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026")))),
 *   runs: 200
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface CipherSubject {
  /** A cipher that seals; built anew for each run. */
  readonly layer: Layer.Layer<Cipher, unknown>
  /** How often each law is tried; 50 times, if left out. */
  readonly runs?: number | undefined
}

const bytes = fc.uint8Array({ maxLength: 40, size: "max" })
const sealable = { kind: "event", stream: { category: "Order", id: "a" }, type: "Added" } as const

const cipherLaw = <A>(
  { layer, runs = 50 }: CipherSubject,
  definition: Pick<Law.Definition<A>, "name" | "title" | "equation" | "given"> & {
    readonly holds: (value: A, cipher: Cipher["Service"], keyId: string) => Effect.Effect<void, unknown>
  },
): Law.Law =>
  Law.make({
    ...definition,
    runs,
    holds: (value) =>
      Effect.gen(function* () {
        const cipher = yield* Cipher
        const keyId = cipher.keyFor(sealable)
        yield* agree("whether the cipher seals an event", { expected: true, actual: keyId !== undefined })
        yield* definition.holds(value, cipher, keyId ?? "")
      }).pipe(Effect.provide(Layer.fresh(layer))),
  })

/** The plaintext, or the tag of what stands in the way. */
const opened = (cipher: Cipher["Service"], keyId: string, sealed: Uint8Array, aad: Uint8Array) =>
  cipher.open(keyId, sealed, aad).pipe(
    Effect.map((plaintext): unknown => Uint8Array.from(plaintext)),
    Effect.catch((error) => Effect.succeed<unknown>(error._tag)),
  )

const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, i) => (i === (bit >>> 3) % bytes.length ? byte ^ (1 << (bit & 7)) : byte))

const roundTrip = (subject: CipherSubject): Law.Law =>
  cipherLaw(subject, {
    name: "L3.1",
    title: "what is sealed opens",
    equation: "open(seal(x, aad), aad) = x",
    given: fc.record({ plaintext: bytes, aad: bytes }),
    holds: Effect.fnUntraced(function* ({ plaintext, aad }, cipher, keyId) {
      const sealed = yield* cipher.seal(keyId, plaintext, aad)
      yield* agree("what it opens to", { expected: plaintext, actual: yield* opened(cipher, keyId, sealed, aad) })
    }),
  })

const tampering = (subject: CipherSubject): Law.Law =>
  cipherLaw(subject, {
    name: "L3.2",
    title: "what was touched does not open",
    equation: "any bit of the sealed bytes or of aad changed, any end cut, two ciphertexts swapped ⇒ open fails",
    given: fc.record({
      plaintext: bytes,
      other: bytes,
      aad: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      bits: fc.array(fc.nat(100_000), { minLength: 1, maxLength: 12 }),
    }),
    holds: Effect.fnUntraced(function* ({ plaintext, other, aad, bits }, cipher, keyId) {
      const sealed = yield* cipher.seal(keyId, plaintext, aad)
      const failed = Effect.fnUntraced(function* (what: string, touched: Uint8Array, data: Uint8Array) {
        const actual = yield* opened(cipher, keyId, touched, data)
        yield* agree(`opening ${what}`, { expected: "OpenFailed", actual })
      })
      for (const bit of bits) {
        const at = `bit ${bit % (sealed.length * 8)} of ${sealed.length * 8}`
        yield* failed(`the sealed bytes with ${at} changed`, flipped(sealed, bit % (sealed.length * 8)), aad)
        yield* failed("it with a bit of the additional data changed", sealed, flipped(aad, bit))
        const length = bit % sealed.length
        yield* failed(`its first ${length} of ${sealed.length} bytes`, sealed.subarray(0, length), aad)
      }
      yield* failed("it with no additional data", sealed, new Uint8Array(0))
      yield* failed("it with more additional data", sealed, Uint8Array.of(...aad, 0))
      // Of two sealed things, each in the other's place.
      const place = Uint8Array.of(...aad, 1)
      const second = yield* cipher.seal(keyId, other, place)
      yield* failed("the first in the second's place", sealed, place)
      yield* failed("the second in the first's place", second, aad)
    }),
  })

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0))

const nonces = (subject: CipherSubject): Law.Law =>
  cipherLaw(subject, {
    name: "L3.3",
    title: "no nonce twice",
    equation: "seal(x) ≠ seal(x); seal(x) ⊕ seal(y) never shows x ⊕ y, whoever seals, however many at once",
    given: fc.record({
      x: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      y: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      seals: fc.integer({ min: 1, max: 12 }),
    }),
    holds: Effect.fnUntraced(function* ({ x, y, seals }, cipher, keyId) {
      const aad = Uint8Array.of(1)
      const again = Layer.fresh(subject.layer)
      const elsewhere = Effect.provide(
        Effect.flatMap(Cipher, (other) => other.seal(keyId, x, aad)),
        again,
      )
      const sealed = yield* Effect.forEach(
        Array.from({ length: seals }),
        (_, i) =>
          Effect.andThen(i % 3 === 0 ? Effect.yieldNow : Effect.void, cipher.seal(keyId, i % 2 === 0 ? x : y, aad)),
        { concurrency: "unbounded" },
      )
      const all = [...sealed, yield* elsewhere, yield* elsewhere]
      const plain = Buffer.from(xor(x, y))
      for (const [i, a] of all.entries()) {
        for (const b of all.slice(i + 1)) {
          yield* agree("whether two seals are the same bytes", { expected: false, actual: same(a, b) })
          // The stream that a nonce makes cancels out where it was used for both.
          const shows = !same(x, y) && Buffer.from(xor(a, b)).includes(plain)
          const zeros = Buffer.from(xor(a, b).subarray(0, a.length)).includes(Buffer.alloc(32))
          yield* agree("whether two seals show what they have in common", {
            expected: { shows: false, sameStream: false },
            actual: { shows, sameStream: zeros },
          })
        }
      }
    }),
  })

/**
 * @category laws
 * @since 0.1.0
 */
export const cipherLaws = (subject: CipherSubject): ReadonlyArray<Law.Law> => [
  roundTrip(subject),
  tampering(subject),
  nonces(subject),
]
