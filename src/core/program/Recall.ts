/**
 * What a command that is given again came to when it was recorded: its answer.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Aggregate } from "../event/Aggregate.ts"
import type { RecordedCommand } from "../event/Decision.ts"
import { CommandRepeated } from "../event/Errors.ts"
import * as HashChain from "../event/HashChain.ts"
import type { StoredEvent } from "../event/StoredEvent.ts"
import { equals, type StreamName } from "../event/StreamName.ts"
import type { Executed } from "./Batch.ts"
import * as Rehydration from "./Rehydration.ts"

/**
 * Where commands are recalled, and the states that are known there.
 *
 * @category model
 * @since 0.1.0
 */
export interface Recalling<C, S, E, R> {
  readonly ports: Rehydration.Ports
  readonly aggregate: Aggregate<C, S, E, R>
  readonly stream: StreamName
  /** The latest, as far as is known. */
  from: Rehydration.Loaded<S> | undefined
  /** What the command that was recalled last had come to. */
  recalled: Rehydration.Loaded<S> | undefined
}

/**
 * What a command came to when it was carried out first; fails where that was on another stream. Mostly a command comes
 * again soon, when its state is still the latest; of many, they come in the order in which they came first, and each
 * state is folded from the one before.
 *
 * @category loading
 * @since 0.1.0
 */
export const recall = Effect.fnUntraced(function* <C, S, E, R>(
  place: Recalling<C, S, E, R>,
  { id, events, committed }: RecordedCommand,
): Effect.fn.Return<Executed<S, E>, Rehydration.LoadError | CommandRepeated> {
  const { ports, aggregate, stream, from, recalled } = place
  const elsewhere = new CommandRepeated({ id, events, committed })
  const end = committed.streams.find((head) => equals(head.stream, stream))
  if (end === undefined) return yield* elsewhere
  const ids = new Set(events)
  const found: Array<StoredEvent> = []
  let before = end.version
  // Its events are among the last of its commit.
  for (let limit = ids.size; found.length < ids.size; limit *= 2) {
    const range = { upTo: before, direction: "backwards", limit: Math.min(limit, Rehydration.pageSize) } as const
    const page = yield* ports.store.readStream(stream, range)
    if (page.length === 0) return yield* elsewhere
    found.unshift(...page.filter((event) => ids.has(event.id)).reverse())
    before -= page.length
  }
  const { version: upTo, link } = found.at(-1) ?? end
  const known = from !== undefined && HashChain.equals(from.link, link) ? from : recalled
  const loaded =
    known !== undefined && known.version <= upTo
      ? yield* Rehydration.forward(ports, aggregate, stream, known, upTo)
      : yield* Rehydration.load(ports, aggregate, stream, upTo)
  place.recalled = loaded
  const recorded = yield* ports.mapper.decode(aggregate.events, found)
  const { state, version, position } = loaded
  return { state, version, position, events: recorded.map(({ event }) => event), repeated: true }
})
