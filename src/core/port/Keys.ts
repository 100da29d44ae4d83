/**
 * The port to the keys that seal.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { Effect } from "effect/Effect"
import type { Redacted } from "effect/Redacted"
import type { KeyMissing } from "./Errors.ts"

/**
 * The keys by name, and which of them seals what is new. `KeyRing` of `everfold/crypto` reads them from a file or the
 * environment.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Keys } from "everfold"
 * import { KeyRing } from "everfold/crypto"
 *
 * const active = Keys.use((keys) => Effect.succeed(keys.active))
 * console.log(await Effect.runPromise(active.pipe(Effect.provide(KeyRing.layer(KeyRing.generate("2026")))))) // 2026
 * ```
 * @category service
 * @since 0.1.0
 */
export class Keys extends Context.Service<
  Keys,
  {
    /** The name of the key that seals what is new: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
    readonly active: string
    /** The key of that name, 32 bytes. */
    readonly get: (keyId: string) => Effect<Redacted<Uint8Array>, KeyMissing>
  }
>()("everfold/core/port/Keys") {}
