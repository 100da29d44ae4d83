/**
 * What processors could not handle, as events of the store that they commit to.
 *
 * @since 0.1.0
 */
import { hash } from "node:crypto"
import * as t from "io-ts"
import * as Decider from "../domain/Decider.ts"
import { accept } from "../domain/Decider.ts"
import * as Aggregate from "../event/Aggregate.ts"
import type { CheckpointKey, Position } from "../event/Commit.ts"
import * as EventCodec from "../event/EventCodec.ts"
import { idFault } from "../event/StreamName.ts"
import type { Move, Parked } from "../port/ReadModel.ts"
import * as Repository from "./Repository.ts"

const Event = EventCodec.make({
  EventParked: t.type({ position: t.number, stream: t.string, reason: t.string, at: t.number }),
  EventReplayed: t.type({ position: t.number }),
})
type Event = EventCodec.TypeOf<typeof Event>

type Parkings = ReadonlyMap<Position, Parked>
const none: Parkings = new Map()

/**
 * The category of the streams: one for each checkpoint that parked something.
 *
 * @category constants
 * @since 0.1.0
 */
export const category = "everfold.Parking"

/**
 * @category constructors
 * @since 0.1.0
 */
export const parkings = Repository.make(
  Aggregate.make({
    category,
    events: Event,
    decider: Decider.make({
      initial: none,
      decide: ({ park = [], unpark = [] }: Pick<Move, "park" | "unpark">, parked) =>
        accept(
          ...park.map(({ position, stream, reason, at }) => Event.EventParked({ position, stream, reason, at })),
          ...unpark.flatMap((position) => (parked.has(position) ? [Event.EventReplayed({ position })] : [])),
        ),
      evolve: (parked: Parkings, event: Event): Parkings => {
        const after = new Map(parked)
        if (event._tag === "EventReplayed") after.delete(event.position)
        else after.set(event.position, event)
        return after
      },
    }),
  }),
)

/**
 * The stream of a checkpoint.
 *
 * @category queries
 * @since 0.1.0
 */
export const idOf = ({ consumer, upstream, partition }: CheckpointKey): string => {
  const id = `${consumer}|${upstream}|${partition}`
  // A checkpoint's names may be longer than a stream's, and hold what that may not.
  return idFault(id) === undefined ? id : hash("sha256", id)
}
