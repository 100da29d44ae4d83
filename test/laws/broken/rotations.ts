/** Ciphers, and a mapper, that do not take well to keys that change. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Cipher } from "../../../src/core/port/Cipher.ts"
import { KeyMissing, OpenFailed } from "../../../src/core/port/Errors.ts"
import { Keys } from "../../../src/core/port/Keys.ts"
import { EventMapper } from "../../../src/core/program/EventMapper.ts"
import * as AesGcm from "../../../src/interpreters/crypto/AesGcm.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as LayerLaws from "../../../src/laws/LayerLaws.ts"
import type { Case } from "./caught.ts"
import * as settings from "./settings.ts"

type Change = (cipher: Cipher["Service"], keys: Keys["Service"]) => Partial<Cipher["Service"]>

const changed = (change: Change) =>
  Layer.fresh(
    Layer.effect(
      Cipher,
      Effect.map(Keys, (keys) => {
        const cipher = AesGcm.make(keys, () => keys.active)
        return { ...cipher, ...change(cipher, keys) }
      }),
    ),
  )

/** Seals with the key that was first, whichever is active. */
export const sealsWithTheFirst = changed(() => ({ keyFor: () => "k1" }))

/** Says of a missing key what it says of damage. */
export const missingIsDamage = changed(({ open }) => ({
  open: (keyId, sealed, aad) =>
    Effect.mapError(open(keyId, sealed, aad), () => new OpenFailed({ keyId, where: "what is read" })),
}))

/** Without the key, takes the active one. */
export const takesAnother = changed(({ open }, { active }) => ({
  open: (keyId, sealed, aad) =>
    Effect.catchTag(open(keyId, sealed, aad), "KeyMissing", () => open(active, sealed, aad)),
}))

const lost = new Set<string>()
/** A key that was missing once is missing for ever. */
export const missingForEver = changed(({ open }) => ({
  open: (keyId, sealed, aad) =>
    lost.has(keyId)
      ? Effect.fail(new KeyMissing({ keyId, where: "what is read" }))
      : Effect.tapError(open(keyId, sealed, aad), (error) =>
          Effect.sync(() => error._tag === "KeyMissing" && lost.add(keyId)),
        ),
}))

/** Says of damage what it says of a missing key. */
export const damageIsMissing = changed(({ open }) => ({
  open: (keyId, sealed, aad) =>
    Effect.mapError(open(keyId, sealed, aad), () => new KeyMissing({ keyId, where: "what is read" })),
}))

/** What does not open is handed out as it is. */
export const opensAnything = changed(({ open }) => ({
  open: (keyId, sealed, aad) => Effect.catchTag(open(keyId, sealed, aad), "OpenFailed", () => Effect.succeed(sealed)),
}))

/** Seals events only. */
export const snapshotsForgotten = changed((_, { active }) => ({
  keyFor: ({ kind }) => (kind === "event" ? active : undefined),
}))

/** Takes a snapshot that does not open for one of the beginning. */
export const snapshotsGuessed = Layer.fresh(
  Layer.effect(
    EventMapper,
    Effect.map(EventMapper, (mapper) => ({
      ...mapper,
      decodeSnapshot: (policy, snapshot) =>
        Effect.map(mapper.decodeSnapshot(policy, snapshot), (state) => {
          if (state._tag === "Some") return state
          const guess = policy.state.decode(policy.state.latest, { notes: [], weight: 0, broken: false })
          return guess._tag === "Right" ? Option.some(guess.right) : state
        }),
    })),
  ).pipe(Layer.provide(EventMapper.layer)),
)

/** A snapshot that does not open fails the load. */
export const snapshotsMustOpen = Layer.fresh(
  Layer.effect(
    EventMapper,
    Effect.gen(function* () {
      const mapper = yield* EventMapper
      const cipher = yield* Cipher
      return {
        ...mapper,
        decodeSnapshot: (policy, snapshot) =>
          Effect.flatMap(mapper.decodeSnapshot(policy, snapshot), (state) =>
            state._tag === "None" && cipher.keyFor({ kind: "snapshot", stream: snapshot.stream }) !== undefined
              ? Effect.die("the snapshot does not open")
              : Effect.succeed(state),
          ),
      }
    }),
  ).pipe(Layer.provide(EventMapper.layer)),
)

const broken = (flawed: Partial<LayerLaws.RotationSubject>) =>
  LayerLaws.rotation({ store: Memory.layer, cipher: AesGcm.layer, ...flawed })

export const cases: ReadonlyArray<Case> = [
  {
    law: "L6.1",
    flaw: "a cipher that seals with the first key for ever",
    suite: broken({ cipher: sealsWithTheFirst }),
  },
  {
    law: "L6.1",
    flaw: "a cipher that opens only with the active key",
    suite: broken({ cipher: settings.activeKeyOnly }),
  },
  { law: "L6.1", flaw: "a cipher built once for all rings", suite: broken({ cipher: settings.builtOnce() }) },
  { law: "L6.2", flaw: "a missing key told as damage", suite: broken({ cipher: missingIsDamage }) },
  { law: "L6.2", flaw: "a key that stays missing", suite: broken({ cipher: missingForEver }) },
  { law: "L6.2", flaw: "another key taken where one is missing", suite: broken({ cipher: takesAnother }) },
  { law: "L6.2", flaw: "a cipher built once for all rings", suite: broken({ cipher: settings.builtOnce() }) },
  { law: "L6.3", flaw: "damage told as a missing key", suite: broken({ cipher: damageIsMissing }) },
  { law: "L6.3", flaw: "what does not open, handed out", suite: broken({ cipher: opensAnything }) },
  { law: "L6.4", flaw: "snapshots that are not sealed", suite: broken({ cipher: snapshotsForgotten }) },
  { law: "L6.4", flaw: "a snapshot that does not open, guessed", suite: broken({ mapper: snapshotsGuessed }) },
  { law: "L6.4", flaw: "snapshots that must open", suite: broken({ mapper: snapshotsMustOpen }) },
]
