/**
 * What can happen to projections.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import type { Position } from "../event/Commit.ts"

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/**
 * An event could not be handled, and the projection is told to stop then. Everything before it is recorded; once what was
 * wrong is mended, run it again, and it goes on with this event.
 *
 * @example
 * ```ts
 * import { ProjectionStopped } from "everfold"
 *
 * const stopped = new ProjectionStopped({ name: "totals", version: 1, position: 17, cause: new Error("no such table") })
 * console.log(stopped.position, stopped.message.includes("no such table")) // 17 true
 * ```
 * @category errors
 * @since 0.1.0
 */
export class ProjectionStopped extends TaggedError("ProjectionStopped")<{
  readonly name: string
  readonly version: number
  /** Of the event. */
  readonly position: Position
  readonly cause: unknown
}> {
  override get message(): string {
    return `Projection ${this.name}, version ${this.version}, stopped at position ${this.position}: ${reasonOf(this.cause)} Mend that and run it again; it goes on from there.`
  }
}

/**
 * A projection does not include a position, and it was not waited for any longer.
 *
 * @example
 * ```ts
 * import { ProjectionBehind } from "everfold"
 *
 * const behind = new ProjectionBehind({ name: "totals", version: 1, position: 16, awaited: 17, reason: "it is at work" })
 * console.log(behind.message) // Projection totals, version 1, is at position 16 and not at 17: it is at work.
 * ```
 * @category errors
 * @since 0.1.0
 */
export class ProjectionBehind extends TaggedError("ProjectionBehind")<{
  readonly name: string
  readonly version: number
  /** Where it stands. */
  readonly position: Position
  readonly awaited: Position
  readonly reason: string
}> {
  override get message(): string {
    return `Projection ${this.name}, version ${this.version}, is at position ${this.position} and not at ${this.awaited}: ${this.reason}.`
  }
}
