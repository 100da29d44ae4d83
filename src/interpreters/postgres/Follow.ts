/**
 * Wakes the followers of this process.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { Stream } from "effect/Stream"
import type { Position } from "../../core/event/Commit.ts"
import * as Changes from "../../core/port/Changes.ts"
import type { Database } from "./Database.ts"

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  database: Database,
): Effect.fn.Return<
  { readonly recorded: (position: Position) => void; readonly changes: Stream<Position> },
  never,
  Scope
> {
  const changes = Changes.make(0)
  const look = database.read(
    "reading the head",
    `SELECT coalesce(max(position), 0) FROM ${database.schema}.event`,
    [],
    (rows) => changes.tell(Number(rows[0]?.[0])),
  )
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.ignore(look), Effect.sleep(50))))
  return { recorded: changes.tell, changes: changes.stream }
})
