/**
 * The model that the laws of repositories run: registers that names are appended to. Its states say all that was
 * recorded, in order, so that whatever a caller is told shows what it was decided on.
 *
 * @since 0.1.0
 */
import type * as Layer from "effect/Layer"
import * as t from "io-ts"
import * as Decider from "../../core/domain/Decider.ts"
import * as Aggregate from "../../core/event/Aggregate.ts"
import * as EventCodec from "../../core/event/EventCodec.ts"
import type { EventStore } from "../../core/port/EventStore.ts"
import type { Snapshots } from "../../core/port/Snapshots.ts"
import type { EventMapper } from "../../core/program/EventMapper.ts"
import * as Repository from "../../core/program/Repository.ts"

/**
 * Events are tagged with long names only: one that is too long for a tag is refused by the store and by nobody before.
 *
 * @category model
 * @since 0.1.0
 */
export const NotedEvent = EventCodec.make(
  { Noted: t.type({ by: t.string }) },
  { tags: ({ by }) => (by.length > 100 ? [by] : []) },
)

/** @category model @since 0.1.0 */
export type NotedEvent = EventCodec.TypeOf<typeof NotedEvent>

/** Who noted, in order: its length is the version. @category model @since 0.1.0 */
export type Names = ReadonlyArray<string>

/** Notes a name so many times, unless there would be more than `limit` names then. @category model @since 0.1.0 */
export interface Note {
  readonly by: string
  readonly times: number
  readonly limit: number
}

/** A refusal, with the state that it was decided on. @category model @since 0.1.0 */
export class Full {
  readonly _tag = "Full"
  readonly seen: Names
  constructor(seen: Names) {
    this.seen = seen
  }
}

const initial: Names = []

/** Whoever notes this name closes the register: it is over then. @category universe @since 0.1.0 */
export const closing = "closed"

/** @category model @since 0.1.0 */
export const register = Decider.make({
  initial,
  decide: ({ by, times, limit }: Note, names: Names) =>
    names.length + times > limit || names.includes(closing)
      ? Decider.reject(new Full(names))
      : Decider.accept(...Array.from({ length: times }, () => NotedEvent.Noted({ by }))),
  evolve: (names: Names, { by }: NotedEvent): Names => [...names, by],
  isTerminal: (names) => names.includes(closing),
})

/** @category model @since 0.1.0 */
export const Registers = Aggregate.make({
  category: "Register",
  decider: register,
  events: NotedEvent,
  snapshot: { state: t.readonlyArray(t.string), every: 3 },
})

/** @category model @since 0.1.0 */
export type Registers = Repository.Repository<Note, Names, NotedEvent, Full>

/**
 * A repository, and the store and mapper under it.
 *
 * @example
 * ```ts
 * import { EventMapper } from "everfold"
 * import { Memory } from "everfold/memory"
 * import { RepositoryLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * const subject: RepositoryLaws.RepositorySubject = { layer: Layer.merge(Memory.layer, EventMapper.plain), runs: 10 }
 * laws(RepositoryLaws.suite(subject), { only: "SN3" })
 * ```
 * @category model
 * @since 0.1.0
 */
export interface RepositorySubject {
  /** Built anew, and so empty, for each run. */
  readonly layer: Layer.Layer<EventStore | EventMapper | Snapshots, unknown>
  /** Another repository of `Registers` than the library's own. */
  readonly repository?: (cache: number) => Registers
  /** How often each law is tried; by its own measure, if left out. */
  readonly runs?: number | undefined
}

/** @category constructors @since 0.1.0 */
export const repository = (cache: number): Registers => Repository.make(Registers, { cache })
