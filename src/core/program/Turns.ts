/**
 * Whose turn it is on a stream, within one process. Commands that wait for the same stream are taken together, in the
 * order in which they came; somebody who needs several streams at once holds each alone, and takes them in sorted order.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"

/**
 * Something that waits its turn and is settled once.
 *
 * @category model
 * @since 0.1.0
 */
export interface Waiting {
  /** Two with the same key are never taken together. */
  readonly key: string | undefined
}

/**
 * The turns of one stream.
 *
 * @category model
 * @since 0.1.0
 */
export interface Turns<W extends Waiting> {
  /** Queues up; answers how to leave: whether it was still waiting, and so will never be taken. */
  readonly enter: (waiting: W) => () => boolean
  /** Runs the effect while nobody else has a turn. */
  readonly alone: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly idle: () => boolean
}

interface Alone {
  readonly granted: () => void
}

/** Commands that are taken together at most. */
const maxTogether = 256

/**
 * Turns that are handled by `take`, which settles all that it is given. `run` starts an effect on its own.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <W extends Waiting>(
  take: (waiting: ReadonlyArray<W>) => Effect.Effect<void>,
  run: (effect: Effect.Effect<void>) => void,
): Turns<W> => {
  const queue = new Set<W | Alone>()
  let busy = false

  const next = (): ReadonlyArray<W> | Alone | undefined => {
    const together: Array<W> = []
    const keys = new Set<string>()
    for (const entry of queue) {
      if ("granted" in entry) {
        if (together.length > 0) break
        queue.delete(entry)
        return entry
      }
      if (together.length === maxTogether) break
      if (entry.key !== undefined) {
        if (keys.has(entry.key)) break
        keys.add(entry.key)
      }
      together.push(entry)
    }
    for (const entry of together) queue.delete(entry)
    return together.length === 0 ? undefined : together
  }

  /** Hands out turns until nobody waits; whoever is granted the stream alone goes on with this when done. */
  const work: Effect.Effect<void> = Effect.suspend(() => {
    const turn = next()
    if (turn !== undefined && !("granted" in turn)) return Effect.flatMap(take(turn), () => work)
    busy = turn !== undefined
    turn?.granted()
    return Effect.void
  })

  const start = (): void => {
    if (busy) return
    busy = true
    run(work)
  }

  const alone = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.uninterruptibleMask((restore) => {
      let granted = false
      const wait = Effect.callback<void>((resume) => {
        const entry: Alone = {
          granted: () => {
            granted = true
            resume(Effect.void)
          },
        }
        queue.add(entry)
        start()
        return Effect.sync(() => queue.delete(entry))
      })
      // Asked of the flag, not of the exit: a caller that is interrupted in the moment of the grant has the turn too.
      const goOn = Effect.sync(() => {
        if (granted) run(work)
      })
      return Effect.ensuring(Effect.andThen(restore(wait), restore(effect)), goOn)
    })

  return {
    enter: (waiting) => {
      queue.add(waiting)
      start()
      return () => queue.delete(waiting)
    },
    alone,
    idle: () => !busy,
  }
}
