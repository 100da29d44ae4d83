/**
 * What was recorded, read page by page.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { EventCodec } from "../event/EventCodec.ts"
import * as HashChain from "../event/HashChain.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import { EventMapper, type Recorded } from "./EventMapper.ts"
import { type LoadError, pageSize } from "./Rehydration.ts"

/**
 * Every event of a stream, checked against the hash chain, page by page.
 *
 * @category streams
 * @since 0.1.0
 */
export const events = <E, E2>(
  codec: EventCodec<E>,
  named: Effect.Effect<StreamName, E2>,
): Stream.Stream<Recorded<E>, LoadError | E2, EventStore | EventMapper> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const stream = yield* named
      const store = yield* EventStore
      const mapper = yield* EventMapper
      return Stream.paginate(
        HashChain.empty,
        Effect.fnUntraced(function* (head: HashChain.Head) {
          const events = yield* store.readStream(stream, { after: head.version, limit: pageSize })
          const next = yield* mapper.verify(stream, events, head)
          const recorded = yield* mapper.decode(codec, events)
          return [recorded, events.length < pageSize ? Option.none() : Option.some(next)] as const
        }),
      )
    }),
  )

/**
 * The ids of a category's streams, in the order of their UTF-8 bytes.
 *
 * @category streams
 * @since 0.1.0
 */
export const ids = (category: string): Stream.Stream<string, StoreUnavailable, EventStore> =>
  Stream.unwrap(
    Effect.map(EventStore, (store) =>
      Stream.paginate(undefined, (after: string | undefined) =>
        Effect.map(store.streams({ category, ...(after !== undefined && { after }), limit: pageSize }), (page) => {
          const found = page.map(({ stream }) => stream.id)
          return [found, found.length < pageSize ? Option.none() : Option.fromUndefinedOr(found.at(-1))] as const
        }),
      ),
    ),
  )
