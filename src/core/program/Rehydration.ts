/**
 * From stored events to a state: pages are read, checked against the hash chain, decoded, folded. A snapshot shortens
 * the way and changes nothing else.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Aggregate } from "../event/Aggregate.ts"
import type { Position, Version } from "../event/Commit.ts"
import { DeciderThrew, type IntegrityViolation, NotFound } from "../event/Errors.ts"
import * as HashChain from "../event/HashChain.ts"
import type { StoredEvent } from "../event/StoredEvent.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import type { EventStore } from "../port/EventStore.ts"
import type { Snapshots } from "../port/Snapshots.ts"
import type { EventMapper, ReadError } from "./EventMapper.ts"
import * as Snapshotting from "./Snapshotting.ts"

/**
 * A state, and which event it includes last.
 *
 * @example
 * ```ts
 * import type { Repository } from "everfold"
 *
 * const show = ({ state, version }: Repository.Loaded<number>): string => `${state} after ${version} event(s)`
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Loaded<out S> {
  readonly state: S
  /** 0 where there is no stream yet. */
  readonly version: Version
  /** The hash chain's link at that version. */
  readonly link: Uint8Array
  /** Of that event in the store. */
  readonly position: Position
}

/**
 * Why a state cannot be loaded.
 *
 * @example
 * ```ts
 * import type { Repository } from "everfold"
 *
 * const isWorthRetrying = (error: Repository.LoadError): boolean => error._tag === "StoreUnavailable" && error.retryable
 * ```
 * @category errors
 * @since 0.1.0
 */
export type LoadError = StoreUnavailable | IntegrityViolation | ReadError | DeciderThrew

/**
 * The ports that a load goes through.
 *
 * @category model
 * @since 0.1.0
 */
export interface Ports {
  readonly store: EventStore["Service"]
  readonly mapper: EventMapper["Service"]
  readonly snapshots: Snapshots["Service"]
}

/** Events a read: enough that the calls do not count, little enough to hold. */
export const pageSize = 1000

/**
 * Before the first event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initial = <C, S, E, R>(aggregate: Aggregate<C, S, E, R>): Loaded<S> => ({
  state: aggregate.decider.initial,
  ...HashChain.empty,
  position: 0,
})

/** Folds stored events that follow `from`; the chain is checked before anything is decoded. */
const advance = Effect.fnUntraced(function* <C, S, E, R>(
  { mapper }: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  from: Loaded<S>,
  events: ReadonlyArray<StoredEvent>,
) {
  const last = events.at(-1)
  if (last === undefined) return from
  yield* mapper.verify(stream, events, from)
  const recorded = yield* mapper.decode(aggregate.events, events)
  const { evolve } = aggregate.decider
  let state = from.state
  let version = from.version
  try {
    for (const { event, version: at } of recorded) {
      version = at
      state = evolve(state, event)
    }
  } catch (cause) {
    return yield* new DeciderThrew({ stream, version: version - 1, during: "evolve", cause })
  }
  return { state, version: last.version, link: last.link, position: last.position }
})

/**
 * Folds what was recorded after `from`, up to a version (the latest, if left out).
 *
 * @category loading
 * @since 0.1.0
 */
export const forward = Effect.fnUntraced(function* <C, S, E, R>(
  ports: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  from: Loaded<S>,
  upTo: Version = Number.MAX_SAFE_INTEGER,
): Effect.fn.Return<Loaded<S>, LoadError> {
  let loaded = from
  while (loaded.version < upTo) {
    const events = yield* ports.store.readStream(stream, { after: loaded.version, upTo, limit: pageSize })
    if (events.length > 0) loaded = yield* advance(ports, aggregate, stream, loaded, events)
    if (events.length < pageSize) break
  }
  return loaded
})

/**
 * The latest state, from one that this process holds. Where the stream no longer leads through that one (a backup was
 * restored, say), what is held is forgotten and the store is the truth.
 *
 * @category loading
 * @since 0.1.0
 */
export const refresh = Effect.fnUntraced(function* <C, S, E, R>(
  ports: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  held: Loaded<S> | undefined,
): Effect.fn.Return<Loaded<S>, LoadError> {
  if (held === undefined || held.version === 0) return yield* load(ports, aggregate, stream)
  const events = yield* ports.store.readStream(stream, { after: held.version - 1, limit: pageSize })
  const [same, ...later] = events
  if (same?.version !== held.version || !HashChain.equals(same.link, held.link)) {
    return yield* load(ports, aggregate, stream)
  }
  const loaded = later.length === 0 ? held : yield* advance(ports, aggregate, stream, held, later)
  return events.length < pageSize ? loaded : yield* forward(ports, aggregate, stream, loaded)
})

/**
 * The state at a version (the latest, if left out), from the beginning or from a snapshot.
 *
 * @category loading
 * @since 0.1.0
 */
export const load = Effect.fnUntraced(function* <C, S, E, R>(
  ports: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  upTo: Version = Number.MAX_SAFE_INTEGER,
): Effect.fn.Return<Loaded<S>, LoadError> {
  const from = aggregate.snapshot && (yield* Snapshotting.read(ports, aggregate.snapshot, stream, upTo))
  return yield* forward(ports, aggregate, stream, from ?? initial(aggregate), upTo)
})

/**
 * The state at a version that must have been reached; `None` where there is no stream at all.
 *
 * @category loading
 * @since 0.1.0
 */
export const loadVersion = Effect.fnUntraced(function* <C, S, E, R>(
  ports: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  version: Version,
): Effect.fn.Return<Option.Option<Loaded<S>>, LoadError | NotFound> {
  const loaded = yield* load(ports, aggregate, stream, version)
  if (loaded.version === 0) return Option.none()
  return loaded.version < version
    ? yield* new NotFound({ stream, version, latest: loaded.version })
    : Option.some(loaded)
})

/**
 * The state at a time: after the longest prefix whose every event is at or before it. `None` where that is empty.
 *
 * @category loading
 * @since 0.1.0
 */
export const loadAt = Effect.fnUntraced(function* <C, S, E, R>(
  ports: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  time: number,
): Effect.fn.Return<Option.Option<Loaded<S>>, LoadError> {
  let loaded = initial(aggregate)
  while (true) {
    const events = yield* ports.store.readStream(stream, { after: loaded.version, limit: pageSize })
    const later = events.findIndex((event) => event.recordedAt > time)
    loaded = yield* advance(ports, aggregate, stream, loaded, later < 0 ? events : events.slice(0, later))
    if (later >= 0 || events.length < pageSize) break
  }
  return loaded.version === 0 ? Option.none() : Option.some(loaded)
})
