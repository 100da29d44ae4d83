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
