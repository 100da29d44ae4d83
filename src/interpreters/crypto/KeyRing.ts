/**
 * Key rings: the keys that sealed what is stored, and the one that seals what is new. To rotate, add a key and make it
 * active; keep the old ones, for what they sealed must open for ever.
 *
 * @since 0.1.0
 */
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { isRight } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import * as Encoding from "../../core/event/Encoding.ts"
import * as Json from "../../core/event/Json.ts"
import { KeyMissing, KeysInvalid } from "../../core/port/Errors.ts"
import { Keys } from "../../core/port/Keys.ts"

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

const service = (where: string, ring: Ring): Effect.Effect<Keys["Service"], KeysInvalid> => {
  const invalid = (reason: string) => Effect.fail(new KeysInvalid({ where, reason }))
  const keys = new Map<string, Redacted.Redacted<Uint8Array>>()
  for (const [keyId, text] of Object.entries(ring.keys)) {
    if (!Encoding.isName(keyId)) return invalid(`key name ${JSON.stringify(keyId)} is not 1 to 64 of A-Z a-z 0-9 . _ -`)
    if (!base64.test(text)) return invalid(`key ${keyId} is not 32 bytes in base64`)
    keys.set(keyId, Redacted.make(Buffer.from(text, "base64")))
  }
  if (!keys.has(ring.active)) return invalid(`the active key ${JSON.stringify(ring.active)} is not among its keys`)
  return Effect.succeed({
    active: ring.active,
    get: (keyId) => {
      const key = keys.get(keyId)
      return key === undefined ? Effect.fail(new KeyMissing({ keyId, where: "what is read" })) : Effect.succeed(key)
    },
  })
}

const parse = (where: string, text: string): Effect.Effect<Keys["Service"], KeysInvalid> => {
  const json = Json.parse(text)
  return isRight(json) && Ring.is(json.right)
    ? service(where, json.right)
    : Effect.fail(
        new KeysInvalid({ where, reason: 'it is not JSON of the form {"active":"a","keys":{"a":"<base64>"}}' }),
      )
}

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
export const layer = (ring: Ring): Layer.Layer<Keys, KeysInvalid> => Layer.effect(Keys, service("the given ring", ring))

const read = (filename: string): string => {
  try {
    return fs.readFileSync(filename, "utf8")
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error
    // Written whole under a name of its own and then linked, so that of two first runs one wins and neither reads half.
    const draft = `${filename}.${randomBytes(6).toString("hex")}`
    fs.writeFileSync(draft, `${JSON.stringify(generate("1"), null, 2)}\n`, { mode: 0o600, flag: "wx", flush: true })
    try {
      fs.linkSync(draft, filename)
    } catch (taken) {
      if (!(taken instanceof Error && "code" in taken && taken.code === "EEXIST")) throw taken
    } finally {
      fs.unlinkSync(draft)
    }
    return fs.readFileSync(filename, "utf8")
  }
}

/**
 * The keys of a file. Where there is no such file yet, one is made with a new key, readable by its owner only; a file
 * that others may read is refused. Back it up: without it, what it sealed is lost.
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
    Effect.gen(function* () {
      const text = yield* Effect.try({
        try: () => read(filename),
        catch: (error) =>
          new KeysInvalid({ where: filename, reason: error instanceof Error ? error.message : String(error) }),
      })
      const mode = fs.statSync(filename).mode & 0o077
      if (mode !== 0 && process.platform !== "win32") {
        return yield* new KeysInvalid({
          where: filename,
          reason: "others than its owner may read it; run chmod 600 on it",
        })
      }
      return yield* parse(filename, text)
    }),
  )

/**
 * The keys of a configuration value, by default `EVERFOLD_KEYS` from the environment: a ring as JSON.
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
    Effect.flatMap(Config.Redacted(name), (text) => parse(name, Redacted.value(text))),
  )
