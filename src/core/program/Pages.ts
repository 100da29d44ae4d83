/**
 * The log page by page: the next one is read while one is worked at.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Position } from "../event/Commit.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import type { EventStore, LogPage, LogRange } from "../port/EventStore.ts"

/**
 * From a position until the end is reached, or it is enough, of which is asked before a page is given.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  store: EventStore["Service"],
  range: LogRange,
  isEnough: (position: Position) => boolean = () => false,
): Stream.Stream<LogPage, StoreUnavailable> =>
  Stream.paginate(range.after, (after) =>
    Effect.map(store.readAll({ ...range, after }), (page) => {
      const isLast = isEnough(page.scannedTo) || page.events.length < range.limit
      return [[page], isLast ? Option.none() : Option.some(page.scannedTo)] as const
    }),
  ).pipe(Stream.buffer({ capacity: 1 }))
