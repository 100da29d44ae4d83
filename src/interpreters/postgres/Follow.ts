/**
 * Wakes followers: those of this process at once, those of others by a notification without content that comes from a
 * connection of its own, a few hundred times a second at most, and less often the more there is to tell. Whoever follows
 * listens on one connection for the whole process, and looks for itself every second; four times a second where no
 * notification comes through, as behind a pooler. A notification that is lost costs time and nothing else.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Position } from "../../core/event/Commit.ts"
import * as Changes from "../../core/port/Changes.ts"
import * as LiveClock from "../../core/port/LiveClock.ts"
import type { Connection } from "./Connection.ts"
import type { Database } from "./Database.ts"
import { integer } from "./rows.ts"

/**
 * @category model
 * @since 0.1.0
 */
export interface Follow {
  /** What followers get. */
  readonly changes: Stream.Stream<Position>
  /** Tells them that new events are visible, up to this position. */
  readonly recorded: (position: Position) => void
}

/** Between two looks for what others recorded, with notifications and without. */
const poll = { notified: "1 second", alone: "250 millis" } as const

/** Milliseconds between two notifications of others: for each statement that the last one told of, and at most. */
const pause = { each: 5, most: 25 }

/** How long the first look and the last notification may take. */
const patience = "1 second"

/** Whoever follows may soon follow again. */
const linger = "10 seconds"

/** Between two attempts to listen. */
const least = "100 millis"
const again = Schedule.min([Schedule.exponential(least, 2), Schedule.spaced("5 seconds")]).pipe(Schedule.jittered)

/** Names of channels have 63 bytes at most, and belong to a database. */
const channelOf = (schema: string): string =>
  `everfold_${createHash("sha256").update(schema).digest("hex").slice(0, 32)}`

const ended = (connection: Connection): Effect.Effect<void> =>
  Effect.callback((resume) => connection.onEnd(() => resume(Effect.void)))

/**
 * Works until its scope closes. `head` selects what the followers get: it grows whenever something was recorded.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  database: Database,
  head: string,
): Effect.fn.Return<Follow, never, Scope> {
  const { schema } = database
  const channel = channelOf(schema)
  const changes = Changes.make(0)
  const followed = Latch.makeUnsafe(false)
  /** Something may be new. */
  const noticed = Latch.makeUnsafe(false)
  /** Others are to be woken. */
  const owed = Latch.makeUnsafe(false)
  let followers = 0
  let told = 0
  /** How many statements others have not been told of. */
  let untold = 0
  /** Whether notifications come through. */
  let notified = false

  const tell = (position: Position): void => {
    if (position <= told) return
    told = position
    changes.tell(position)
  }

  // What the matter is where it fails, the follower's own read will say.
  const look = Effect.suspend(() => {
    Latch.closeUnsafe(noticed)
    return database.read("looking for new events", head, [], (rows) => tell(integer(rows[0]?.[0])))
  }).pipe(Effect.ignore)

  const looking = Effect.gen(function* () {
    yield* Latch.await(followed)
    yield* look
    yield* Effect.raceFirst(Latch.await(noticed), Effect.sleep(notified ? poll.notified : poll.alone))
  })

  const wake = database
    .read("waking followers", `SELECT ${schema}.wake($1)`, [channel], () => undefined)
    .pipe(Effect.ignore)

  const waking = Effect.gen(function* () {
    yield* Latch.await(owed)
    Latch.closeUnsafe(owed)
    const statements = untold
    untold = 0
    yield* Effect.onInterrupt(wake, () => Latch.open(owed))
    yield* Effect.sleep(Math.min(pause.each * statements, pause.most))
  })

  const { connect, abandon } = database.listener(() => {
    notified = true
    Latch.openUnsafe(noticed)
  })
  const listening = Effect.acquireUseRelease(
    Effect.tryPromise(connect),
    (connection) =>
      Effect.gen(function* () {
        yield* Effect.tryPromise(() => connection.run(`LISTEN ${channel}`, [], () => {}))
        // What was notified before, a look has to find; that notifications come through shows by one of one's own.
        Latch.openUnsafe(noticed)
        yield* wake
        yield* ended(connection)
      }),
    (connection) =>
      Effect.promise(() => {
        notified = false
        return connection.close()
      }),
  ).pipe(Effect.retry(again), Effect.ignore, Effect.andThen(Effect.sleep(least)), Effect.forever)

  const deserted = Effect.gen(function* () {
    while (followers > 0) yield* Effect.sleep(linger)
  })

  const briefly = (work: Effect.Effect<void>) => LiveClock.provide(Effect.timeoutOption(work, patience))

  // Whoever commits last and goes has told the others.
  yield* Effect.addFinalizer(() => (Latch.isOpen(owed) ? briefly(wake) : Effect.void))
  for (const work of [
    looking,
    waking,
    Latch.await(followed).pipe(Effect.andThen(Effect.raceFirst(listening, deserted))),
  ]) {
    yield* Effect.forkScoped(LiveClock.provide(Effect.forever(work)))
  }
  yield* Effect.addFinalizer(() => Effect.sync(abandon))

  const arrive = Effect.sync(() => {
    followers++
    Latch.openUnsafe(followed)
  })
  const leave = Effect.sync(() => {
    followers--
    if (followers === 0) Latch.closeUnsafe(followed)
  })
  return {
    recorded: (position) => {
      tell(position)
      untold++
      Latch.openUnsafe(owed)
    },
    // Others may have recorded while nobody followed: the first position told is the newest.
    changes: Stream.unwrap(
      Effect.acquireRelease(arrive, () => leave).pipe(Effect.andThen(briefly(look)), Effect.as(changes.stream)),
    ),
  }
})
