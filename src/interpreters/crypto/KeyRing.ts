/**
 * Key rings: the keys that sealed what is stored, and the one that seals what is new. To rotate, add a key and make it
 * active; keep the old ones, for what they sealed must open for ever.
 *
 * @since 0.1.0
 */
import { randomBytes } from "node:crypto"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { isRight } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import * as Encoding from "../../core/event/Encoding.ts"
import * as Json from "../../core/event/Json.ts"
import { describe } from "../../core/event/thrown.ts"
import { KeyMissing, KeysInvalid } from "../../core/port/Errors.ts"
import { Keys } from "../../core/port/Keys.ts"
import * as KeyFile from "./KeyFile.ts"

/**
 * Keys by name; each is 32 bytes in base64. The text form of a ring, in a file or a variable, is this as JSON.
 *
 * @example
 * ```ts
 * import { KeyRing } from "everfold/crypto"
 *
 * // To rotate: the old key stays, for what it sealed; the new one is active.
 * const rotate = (ring: KeyRing.Ring, keyId: string): KeyRing.Ring => {
 *   const { active, keys } = KeyRing.generate(keyId)
 *   return { active, keys: { ...ring.keys, ...keys } }
 * }
 * const ring = rotate(KeyRing.generate("2025"), "2026")
 * console.log(ring.active, Object.keys(ring.keys)) // 2026 [ '2025', '2026' ]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Ring {
  readonly active: string
  readonly keys: { readonly [keyId: string]: string }
}

const Ring = t.type({ active: t.string, keys: t.record(t.string, t.string) })

const base64 = /^[A-Za-z0-9+/]{43}=$/

/** A name as it may be shown: a long one could be a key in the wrong place. */
const shown = (keyId: string): string =>
  keyId.length <= 32 ? JSON.stringify(keyId) : `(a name of ${keyId.length} characters, perhaps a key itself)`

/** Bytes of its own: small buffers share their memory with whatever else the process does. */
const bytes = (text: string): Uint8Array => {
  const key = Buffer.alloc(32)
  key.write(text, "base64")
  return key
}

const service = (where: string, ring: Ring): Effect.Effect<Keys["Service"], KeysInvalid> => {
  const invalid = (reason: string) => Effect.fail(new KeysInvalid({ where, reason }))
  const keys = new Map<string, Redacted.Redacted<Uint8Array>>()
  for (const [keyId, text] of Object.entries(ring.keys)) {
    if (!Encoding.isName(keyId)) return invalid(`key name ${shown(keyId)} is not 1 to 64 of A-Z a-z 0-9 . _ -`)
    if (!base64.test(text)) return invalid(`key ${shown(keyId)} is not 32 bytes in base64`)
    keys.set(keyId, Redacted.make(bytes(text)))
  }
  if (!keys.has(ring.active)) return invalid(`the active key ${shown(ring.active)} is not among its keys`)
  return Effect.succeed({
    active: ring.active,
    get: (keyId) => {
      const key = keys.get(keyId)
      return key === undefined ? Effect.fail(new KeyMissing({ keyId, where: "what is read" })) : Effect.succeed(key)
    },
  })
}

/** How many properties a JSON text writes: a string before a colon is the name of one. */
const properties = (json: string): number =>
  [...json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length

const attempt = <A>(where: string, run: () => A): Effect.Effect<A, KeysInvalid> =>
  Effect.try({ try: run, catch: (error) => new KeysInvalid({ where, reason: describe(error) }) })

const parse = Effect.fnUntraced(function* (where: string, text: string) {
  const invalid = (reason: string) => new KeysInvalid({ where, reason })
  // Some editors begin a file with a byte order mark.
  const json = Json.parse(text.replace(/^\uFEFF/, ""))
  if (!isRight(json) || !Ring.is(json.right)) {
    return yield* invalid('it is not JSON of the form {"active":"a","keys":{"a":"<base64>"}}')
  }
  const ring = json.right
  const kept = yield* attempt(where, () => JSON.stringify(ring))
  // JSON keeps the last of two: the other key would be lost, and what it sealed with it.
  if (properties(text) !== properties(kept))
    return yield* invalid("it has two keys of one name, or something else twice")
  return ring
})

/**
 * A new ring of one random key.
 *
 * @example
 * ```ts
 * import { KeyRing } from "everfold/crypto"
 *
 * const { active, keys } = KeyRing.generate("1")
 * console.log(active, Buffer.from(keys["1"] ?? "", "base64").length) // 1 32
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const generate = (keyId: string): Ring => ({
  active: keyId,
  keys: { [keyId]: randomBytes(32).toString("base64") },
})

/**
 * The ring with another key made active: a new random one, or the one of that name that the ring has already. The
 * others stay, for what they sealed.
 *
 * @example
 * ```ts
 * import { KeyRing } from "everfold/crypto"
 *
 * const ring = KeyRing.rotate(KeyRing.generate("2026"), "2027")
 * console.log(ring.active, Object.keys(ring.keys).sort()) // 2027 [ '2026', '2027' ]
 * ```
 * @category rotation
 * @since 0.1.0
 */
export const rotate = (ring: Ring, keyId: string): Ring => ({
  active: keyId,
  keys: { ...generate(keyId).keys, ...ring.keys },
})

/** As it is kept in a file. */
const format = (ring: Ring): string => `${JSON.stringify(ring, null, 2)}\n`

/**
 * Rotates the keys of a file, which is replaced at once and whole; by one at a time, for of two rotations at once one is
 * lost. Programs read the file when they start; where several share a store, those that still run with the old ring
 * cannot read what the new key seals until they are started again.
 *
 * @example
 * ```ts
 * import { KeyRing } from "everfold/crypto"
 *
 * const rotated = KeyRing.rotateFile("bank.key", "2027")
 * ```
 * @category rotation
 * @since 0.1.0
 */
export const rotateFile = (filename: string, keyId: string): Effect.Effect<void, KeysInvalid> =>
  Effect.gen(function* () {
    const text = yield* attempt(filename, () => KeyFile.read(filename))
    const ring = rotate(yield* parse(filename, text), keyId)
    yield* service(filename, ring)
    yield* attempt(filename, () => KeyFile.replace(filename, format(ring)))
  })

/**
 * The keys of a ring that the program holds.
 *
 * @example
 * ```ts
 * import { KeyRing } from "everfold/crypto"
 *
 * const keys = KeyRing.layer(KeyRing.generate("2026"))
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layer = (ring: Ring): Layer.Layer<Keys, KeysInvalid> =>
  Layer.effect(
    Keys,
    Effect.suspend(() => service("the given ring", ring)),
  )

const from = (filename: string, read: () => string): Effect.Effect<Keys["Service"], KeysInvalid> =>
  attempt(filename, read).pipe(
    Effect.flatMap((text) => parse(filename, text)),
    Effect.flatMap((ring) => service(filename, ring)),
  )

/**
 * The keys of a file. Where there is no such file yet, one is made with a new key, readable by its owner only; a file
 * that others may read, or that belongs to another user than the process's own or root, is refused. It is read when the
 * layer is built. Back it up: without it, what it sealed is lost.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Keys } from "everfold"
 * import { KeyRing } from "everfold/crypto"
 *
 * const active = Keys.use((keys) => Effect.succeed(keys.active))
 * console.log(await Effect.runPromise(active.pipe(Effect.provide(KeyRing.file("bank.key"))))) // 1
 * ```
 * @category layers
 * @since 0.1.0
 */
export const file = (filename: string): Layer.Layer<Keys, KeysInvalid> =>
  Layer.effect(
    Keys,
    from(filename, () => KeyFile.readOrMake(filename, () => format(generate("1")))),
  )

/**
 * The keys of a configuration value, by default `EVERFOLD_KEYS` from the environment: a ring as JSON. Or of the file that
 * `EVERFOLD_KEYS_FILE` names; unlike `file`, it makes none, for a name that was mistyped or not mounted must not begin
 * another ring.
 *
 * @example
 * ```ts
 * import * as ConfigProvider from "effect/ConfigProvider"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Keys } from "everfold"
 * import { KeyRing } from "everfold/crypto"
 *
 * // In place of the environment.
 * const ring = JSON.stringify(KeyRing.generate("2026"))
 * const settings = ConfigProvider.layer(ConfigProvider.fromUnknown({ EVERFOLD_KEYS: ring }))
 * const active = Keys.use((keys) => Effect.succeed(keys.active))
 * const Live = KeyRing.config().pipe(Layer.provide(settings))
 * console.log(await Effect.runPromise(active.pipe(Effect.provide(Live)))) // 2026
 * ```
 * @category layers
 * @since 0.1.0
 */
export const config = (name = "EVERFOLD_KEYS"): Layer.Layer<Keys, KeysInvalid | Config.ConfigError> =>
  Layer.effect(
    Keys,
    Effect.gen(function* () {
      const text = yield* Config.option(Config.Redacted(name))
      const filename = yield* Config.option(Config.String(`${name}_FILE`))
      if (Option.isSome(text) && Option.isSome(filename)) {
        return yield* new KeysInvalid({ where: name, reason: `${name}_FILE is set as well; unset one of them` })
      }
      if (Option.isSome(filename)) return yield* from(filename.value, () => KeyFile.read(filename.value))
      if (Option.isSome(text)) return yield* service(name, yield* parse(name, Redacted.value(text.value)))
      return yield* new KeysInvalid({
        where: name,
        reason: `neither it nor ${name}_FILE is set; set it to JSON.stringify(KeyRing.generate("1")), or ${name}_FILE to the path of a file that holds that`,
      })
    }),
  )
