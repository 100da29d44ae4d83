/**
 * The end of a store's log, read once for all who follow it in this process. One reader goes on where it stands, whenever
 * the store has more and somebody waits for it, and keeps the newest events in a window. Whoever falls behind the window
 * reads for itself until it is back. So the reader goes as fast as the fastest follower, and a slow one costs nobody
 * anything but its own reads.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { Position } from "../event/Commit.ts"
import type { StoredEvent } from "../event/StoredEvent.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import type { EventStore, LogPage } from "../port/EventStore.ts"

/**
 * How many events are read at once, and how many are kept, with how many bytes of bodies. A page is kept whole, also
 * where it alone is more.
 *
 * @category model
 * @since 0.1.0
 */
export interface Bounds {
  readonly page: number
  readonly events: number
  readonly bytes: number
}

/**
 * What there is to be had by default. Only who tries the hand-over on a few events puts other bounds here.
 *
 * @category model
 * @since 0.1.0
 */
export const Bounds: Context.Reference<Bounds> = Context.Reference("everfold/core/program/Tail", {
  defaultValue: () => ({ page: 500, events: 4096, bytes: 16 * 1024 * 1024 }),
})

/**
 * Events after a position, as soon as there are any: of all kinds, and how far they go. `None` where the window begins
 * later, and they have to be read from the store.
 *
 * @category model
 * @since 0.1.0
 */
export type Next = (after: Position) => Effect.Effect<Option.Option<LogPage>, StoreUnavailable>

/**
 * The tail of one store.
 *
 * @category model
 * @since 0.1.0
 */
export interface Tail {
  /** Whether somebody follows, and the window begins at this position or earlier. */
  readonly reaches: (position: Position) => boolean
  /** Follows until the scope closes. The reader ends with the last who does. */
  readonly join: Effect.Effect<Next, never, Scope>
}

type Store = EventStore["Service"]

/** Tells one who waits that there may be more, or why there will be none. */
type Told = (answer: Effect.Effect<void, StoreUnavailable>) => void

/** The newest events, in the order of their positions: those of `from < position ≤ to`. */
const windowAt = (head: Position, bounds: Bounds) => {
  const events: Array<StoredEvent> = []
  let bytes = 0
  let from = head
  let to = head
  return {
    from: () => from,
    to: () => to,
    /** Adds the page that follows, and lets go of the oldest of those before it. */
    add: (page: LogPage): void => {
      let old = 0
      const over = (): boolean =>
        old < events.length && (events.length - old + page.events.length > bounds.events || bytes > bounds.bytes)
      for (const { body } of page.events) bytes += body.byteLength
      for (; over(); old++) {
        const event = events[old]
        bytes -= event?.body.byteLength ?? 0
        from = event?.position ?? from
      }
      events.splice(0, old)
      events.push(...page.events)
      to = page.scannedTo
    },
    /** The first of those after a position that is in the window. */
    after: (position: Position): LogPage => {
      const first = events.findLastIndex((event) => event.position <= position) + 1
      const page = events.slice(first, first + bounds.page)
      const last = page.at(-1)
      return { events: page, scannedTo: last === events.at(-1) ? to : (last?.position ?? to) }
    },
  }
}

/** What is shared from the first who comes to the last who goes. */
const share = (store: Store, bounds: Bounds) => {
  const waiting = new Set<Told>()
  /** Somebody waits. */
  const wanted = Latch.makeUnsafe(false)
  let window: ReturnType<typeof windowAt> | undefined
  let reader: Fiber.Fiber<never, StoreUnavailable> | undefined

  const tell: Told = (answer) => {
    // Whoever is told goes on at once, and may wait again before the next one is told.
    const all = [...waiting]
    waiting.clear()
    for (const told of all) told(answer)
  }

  const untilWanted = Effect.suspend(() => {
    if (waiting.size > 0) return Effect.void
    Latch.closeUnsafe(wanted)
    return Latch.await(wanted)
  })

  const drain = Effect.fnUntraced(function* (into: ReturnType<typeof windowAt>) {
    for (let isEnd = false; !isEnd; ) {
      yield* untilWanted
      const page = yield* store.readAll({ after: into.to(), limit: bounds.page })
      isEnd = page.events.length < bounds.page
      if (page.events.length === 0) continue
      into.add(page)
      tell(Effect.void)
    }
  })

  const reading = Effect.gen(function* () {
    const into = window ?? windowAt(yield* store.head, bounds)
    if (window === undefined) {
      window = into
      tell(Effect.void)
    }
    // `changes` emits at once when it is subscribed to, and again after whatever a page came too early for.
    yield* Stream.runForEach(store.changes, () => drain(into))
    return yield* Effect.never
  })

  /** The reader belongs to nobody who follows; it works with the clock, scheduler and loggers of whoever came first. */
  const start = (context: Context.Context<never>): void => {
    const fiber = Effect.runForkWith(context)(reading)
    reader = fiber
    fiber.addObserver((exit) => {
      // Whoever waits next begins with another one, which goes on where this one stood.
      reader = undefined
      tell(exit)
    })
  }

  const isBeyond = (after: Position): boolean => window === undefined || after >= window.to()

  const wait = (after: Position) =>
    Effect.contextWith((context: Context.Context<never>) =>
      Effect.callback<void, StoreUnavailable>((resume) => {
        // Asked again: others may have gone on since, and nobody is told twice.
        if (!isBeyond(after)) return resume(Effect.void)
        waiting.add(resume)
        Latch.openUnsafe(wanted)
        if (reader === undefined) start(Context.omit(Tracer.ParentSpan)(context))
        return Effect.sync(() => waiting.delete(resume))
      }),
    )

  const next: Next = (after) =>
    Effect.suspend(() => {
      if (window === undefined || isBeyond(after)) return Effect.flatMap(wait(after), () => next(after))
      return Effect.succeed(after < window.from() ? Option.none() : Option.some(window.after(after)))
    })

  return {
    next,
    reaches: (position: Position): boolean => window !== undefined && position >= window.from(),
    followers: 0,
    stop: Effect.suspend(() => (reader === undefined ? Effect.void : Fiber.interrupt(reader))),
  }
}

const make = (store: Store): Tail => {
  let shared: ReturnType<typeof share> | undefined
  const arrive = Effect.map(Bounds, (bounds) => {
    shared ??= share(store, bounds)
    shared.followers++
    return shared
  })
  const leave = (of: ReturnType<typeof share>) =>
    Effect.suspend(() => {
      of.followers--
      if (of.followers > 0) return Effect.void
      // Whoever arrives while the reader ends begins with one of their own.
      shared = undefined
      return of.stop
    })
  return {
    reaches: (position) => shared?.reaches(position) ?? false,
    join: Effect.map(Effect.acquireRelease(arrive, leave), ({ next }) => next),
  }
}

const tails = new WeakMap<Store, Tail>()

/**
 * The tail of a store: one for each service, as long as that lives.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (store: Store): Tail => {
  const known = tails.get(store) ?? make(store)
  tails.set(store, known)
  return known
}
