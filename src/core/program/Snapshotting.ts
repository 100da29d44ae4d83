/**
 * Taking snapshots, and trusting them. A snapshot only saves time: one that is stale, damaged, foreign, sealed with an
 * unknown key, of another model or slow to come is ignored, and one that cannot be taken fails nothing.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Aggregate, SnapshotPolicy } from "../event/Aggregate.ts"
import type { Version } from "../event/Commit.ts"
import * as HashChain from "../event/HashChain.ts"
import type { StoredSnapshot } from "../event/Snapshot.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import * as LiveClock from "../port/LiveClock.ts"
import type { Loaded, Ports } from "./Rehydration.ts"

/** A service that never answers must not hold up a load, nor all later snapshots of the stream. */
const inTime = <A, E>(effect: Effect.Effect<A, E>) => LiveClock.around(effect, Effect.timeout("10 seconds"))

/** Whoever keeps snapshots may answer what is none at all. */
const isWhole = ({ link, encoding, body, digest }: StoredSnapshot): boolean =>
  [link, body, digest].every((bytes) => bytes instanceof Uint8Array) && typeof encoding === "string"

/**
 * The state of the stream's snapshot, where that is at or before a version and of this very history.
 *
 * @category loading
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* <S>(
  { store, mapper, snapshots }: Ports,
  policy: SnapshotPolicy<S>,
  stream: StreamName,
  upTo: Version,
): Effect.fn.Return<Loaded<S> | undefined, StoreUnavailable> {
  const found = yield* inTime(Effect.suspend(() => snapshots.read(stream))).pipe(
    Effect.catchDefect(() => Effect.succeedNone),
    Effect.orElseSucceed(() => Option.none()),
  )
  if (Option.isNone(found) || !isWhole(found.value) || found.value.version > upTo) return undefined
  const { version, link } = found.value
  const [event] = yield* store.readStream(stream, { after: version - 1, upTo: version })
  if (event === undefined || !HashChain.equals(event.link, link)) return undefined
  const state = yield* mapper.decodeSnapshot(policy, found.value)
  return Option.isNone(state) ? undefined : { state: state.value, version, link, position: event.position }
})

/**
 * Runs what it is given in the background, one after another: of what is given meanwhile, only the latest.
 *
 * @category taking
 * @since 0.1.0
 */
export type Latest = (effect: Effect.Effect<void>) => Effect.Effect<void>

/**
 * For the snapshots of one stream: so a slow store never has more than one to keep, and never an older one last.
 *
 * @category taking
 * @since 0.1.0
 */
export const latest = (): Latest => {
  let busy = false
  let next: Effect.Effect<void> | undefined
  const work: Effect.Effect<void> = Effect.suspend(() => {
    const effect = next
    next = undefined
    busy = effect !== undefined
    return effect === undefined ? Effect.void : Effect.andThen(Effect.exit(effect), work)
  })
  return (effect) =>
    Effect.suspend(() => {
      next = effect
      if (busy) return Effect.void
      busy = true
      return Effect.asVoid(Effect.forkDetach(work))
    })
}

/**
 * Takes a snapshot in the background, if enough was recorded since `before`.
 *
 * @category taking
 * @since 0.1.0
 */
export const take = <C, S, E, R>(
  { mapper, snapshots }: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  before: Version,
  { state, version, link }: Loaded<S>,
  inTurn: Latest,
): Effect.Effect<void> => {
  const policy = aggregate.snapshot
  if (policy === undefined || Math.floor(version / policy.every) === Math.floor(before / policy.every))
    return Effect.void
  return inTurn(
    mapper.encodeSnapshot(policy, { stream, version, link }, state).pipe(
      Effect.flatMap((snapshot) => inTime(snapshots.write(snapshot))),
      Effect.catchCause((cause) => Effect.logDebug("A snapshot was not taken", cause)),
    ),
  )
}
