/**
 * What a law of stores works in: a fresh store, ids to give out, and a record of what was asked and answered, so that
 * a counterexample tells its story.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as fc from "fast-check"
import type { CheckpointKey, Commit, Committed, ExpectedVersion } from "../../core/event/Commit.ts"
import type { Refused } from "../../core/event/Decision.ts"
import type { NewEvent, StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import type { CommitUnknown, StoreUnavailable } from "../../core/port/Errors.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import type { Snapshots } from "../../core/port/Snapshots.ts"
import * as Commits from "../arbitrary/Commits.ts"
import * as Interleaving from "../Interleaving.ts"
import * as Law from "../Law.ts"
import { over } from "../Over.ts"
import { show } from "../Show.ts"
import * as Trace from "../Trace.ts"

/**
 * Everything that a store provides.
 *
 * @example
 * ```ts
 * import { type StoreLaws } from "everfold/laws"
 * import { Memory } from "everfold/memory"
 * import * as Layer from "effect/Layer"
 *
 * const store: Layer.Layer<StoreLaws.StoreServices> = Memory.layer
 * ```
 * @category model
 * @since 0.1.0
 */
export type StoreServices = EventStore | Checkpoints | Snapshots

/**
 * The store that laws are about: a layer that is built anew, and so empty, for each run.
 *
 * @example
 * ```ts
 * import { type StoreLaws } from "everfold/laws"
 * import { Memory } from "everfold/memory"
 *
 * const subject: StoreLaws.Subject = { layer: Memory.layer, runs: 500 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Subject {
  readonly layer: Layer.Layer<StoreServices, unknown>
  /** How often each law is tried; by its own measure, if left out. */
  readonly runs?: number
}

/** @category model @since 0.1.0 */
export type Store = EventStore["Service"]

/**
 * @category model
 * @since 0.1.0
 */
export interface World {
  readonly store: Store
  readonly checkpoints: Checkpoints["Service"]
  /** Counts out event ids. */
  readonly next: Commits.Ids
}

/** What a commit came to: what was answered, or why it was refused. A store that fails otherwise fails the law. */
export type Outcome = Result.Result<Committed, Refused>

/**
 * @category running
 * @since 0.1.0
 */
export const outcome = (
  commit: ReturnType<Store["commit"]>,
): Effect.Effect<Outcome, CommitUnknown | StoreUnavailable> =>
  commit.pipe(
    Effect.map((committed): Outcome => Result.succeed(committed)),
    Effect.catchTag(
      [
        "InvalidInput",
        "EventIdReused",
        "CommandRepeated",
        "Fenced",
        "CheckpointConflict",
        "VersionConflict",
        "ConditionFailed",
      ],
      (error) => Effect.succeed<Outcome>(Result.fail(error)),
    ),
  )

/**
 * An outcome to be compared and shown: tag and fields of the refusal, or the answer.
 *
 * @category conversions
 * @since 0.1.0
 */
export const plain = (outcome: Outcome): object => {
  if (Result.isSuccess(outcome)) return { _tag: "Committed", ...outcome.success }
  const { _tag, ...fields } = outcome.failure
  return { _tag, ...fields }
}

/**
 * The tag of a refusal, or `Committed`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const tagOf = (outcome: Outcome): string => (Result.isSuccess(outcome) ? "Committed" : outcome.failure._tag)

const showExpected = (expected: ExpectedVersion): string =>
  expected._tag === "Exact" ? `at ${expected.version}` : expected._tag

const showCommit = ({ writes, condition, commands, checkpoint }: Commit): string =>
  [
    ...writes.map(({ stream, expected, events }) => {
      const shown = events.map(
        ({ id, type, tags }) => `#${Number.parseInt(id.slice(-12), 16)} ${type} ${tags.join(" ")}`,
      )
      return `${StreamName.format(stream)} ${showExpected(expected)} [${shown.map((e) => e.trim()).join(", ")}]`
    }),
    ...(condition === undefined ? [] : [`unless ${show(condition)}`]),
    ...(commands ?? []).map(({ id, events }) => `command ${id} of ${events.length} event(s)`),
    ...(checkpoint === undefined
      ? []
      : [`checkpoint ${checkpoint.consumer} ${checkpoint.from} → ${checkpoint.to} in epoch ${checkpoint.epoch}`]),
  ].join("; ")

/**
 * Tells of every commit and lease, and takes down what commits come to.
 *
 * @category running
 * @since 0.1.0
 */
export const traced = (store: Store, checkpoints: Checkpoints["Service"], seen: Law.Seen) => ({
  store: over(store, {
    commit: (commit: Commit) =>
      Trace.telling(
        `commit ${showCommit(commit)}`,
        store.commit(commit).pipe(
          Effect.tap(({ repeated }) => Effect.sync(() => seen(repeated ? "a repeat" : "a commit"))),
          Effect.tapError(({ _tag }) => Effect.sync(() => seen(_tag))),
        ),
        Trace.answered(({ repeated, position }) => `${repeated ? "repeated" : "recorded"}, position ${position}`),
      ),
  }),
  checkpoints: over(checkpoints, {
    acquire: (key: CheckpointKey, ttlMillis: number) =>
      Trace.telling(
        `acquire ${key.consumer} for ${ttlMillis} ms`,
        checkpoints.acquire(key, ttlMillis),
        Trace.answered((lease) => show(Option.getOrNull(lease))),
      ),
  }),
})

/**
 * A law of stores, before the store is known.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreLaw {
  readonly name: string
  readonly of: (subject: Subject) => Law.Law
}

/**
 * What makes a law of stores.
 *
 * @category model
 * @since 0.1.0
 */
export interface Definition<A> {
  readonly name: string
  readonly title: string
  readonly equation: string
  readonly given: fc.Arbitrary<A>
  readonly holds: (value: A, world: World, seen: Law.Seen) => Effect.Effect<void, unknown>
  readonly runs?: number
  readonly must?: ReadonlyArray<string>
}

/** The law of one store, whichever way laws are made. */
const about =
  (make: <A>(definition: Law.Definition<A>) => Law.Law) =>
  <A>(definition: Definition<A>): StoreLaw => ({
    name: definition.name,
    of: ({ layer, runs }) =>
      make({
        ...definition,
        runs: runs ?? definition.runs ?? 50,
        holds: (value: A, seen) =>
          Effect.gen(function* () {
            const { store, checkpoints } = traced(yield* EventStore, yield* Checkpoints, seen)
            yield* definition.holds(value, { store, checkpoints, next: Commits.ids() }, seen)
          }).pipe(Effect.provide(Layer.fresh(layer))),
      }),
  })

/**
 * Makes a law of stores of which each is asked one thing after another.
 *
 * @category constructors
 * @since 0.1.0
 */
export const storeLaw: <A>(definition: Definition<A>) => StoreLaw = about(({ holds, ...definition }) =>
  Law.make({ ...definition, holds: (value, seen) => Trace.traced(holds(value, seen)) }),
)

/**
 * Makes a law of stores that several ask at once, tried under generated interleavings.
 *
 * @category constructors
 * @since 0.1.0
 */
export const concurrentLaw: <A>(definition: Definition<A>) => StoreLaw = about(Interleaving.law)

/**
 * Lets several act at once, each under the name of its kind and a number.
 *
 * @category running
 * @since 0.1.0
 */
export const atOnce = <A, B, E, R>(
  kind: string,
  actors: ReadonlyArray<A>,
  act: (actor: A, i: number) => Effect.Effect<B, E, R>,
): Effect.Effect<Array<B>, E, R> =>
  Effect.forEach(actors, (actor, i) => Interleaving.named(`${kind} ${i + 1}`)(act(actor, i)), {
    concurrency: "unbounded",
  })

/**
 * Records writes of a history that cannot be refused.
 *
 * @category running
 * @since 0.1.0
 */
export const record = ({ store, next }: World, writes: ReadonlyArray<Commits.WriteSpec>): ReturnType<Store["commit"]> =>
  store.commit(Commits.commit(next, writes))

/** More than any law records. */
const everything = 100_000

/**
 * The whole log, read at once.
 *
 * @category running
 * @since 0.1.0
 */
export const log = (store: Store): Effect.Effect<ReadonlyArray<StoredEvent>, StoreUnavailable> =>
  Effect.map(store.readAll({ after: 0, limit: everything }), (page) => page.events)

/** The consumer whose checkpoint laws move. */
export const consumer: CheckpointKey = { consumer: "reader", upstream: "log", partition: 0 }

/**
 * All that can be read of a store, to be compared.
 *
 * @category running
 * @since 0.1.0
 */
export const observe = Effect.fnUntraced(function* ({ store, checkpoints }: World) {
  return {
    head: yield* store.head,
    log: yield* log(store),
    streams: yield* Effect.forEach(Commits.streams, (stream) => store.readStream(stream)),
    names: yield* Effect.forEach(["Order", "Cart"], (category) => store.streams({ category, limit: everything })),
    checkpoint: yield* checkpoints.read(consumer),
  }
})

/**
 * A stored event as it was before it was stored.
 *
 * @category conversions
 * @since 0.1.0
 */
export const unstored = ({ stream: _s, version: _v, position: _p, link: _l, ...event }: StoredEvent): NewEvent => event

/**
 * The number that an event's id was made of: short, where only identity matters.
 *
 * @category conversions
 * @since 0.1.0
 */
export const numberOf = ({ id }: { readonly id: string }): number => Number.parseInt(id.slice(-12), 16)
