/**
 * For how long what fails is tried again, and how often. It measures by the real clock, and by one that nobody sets.
 *
 * @since 0.1.0
 */
import type { Clock } from "effect/Clock"

/**
 * @category model
 * @since 0.1.0
 */
export interface Patience {
  /** This moment, to count from. */
  readonly now: () => number
  /** Whether whoever waits since that moment has waited for too long. */
  readonly isOver: (since: number) => boolean
  /** This moment, or 0 while all is well: then what is waited for begins later. */
  readonly asked: () => number
  /** A statement came back. */
  readonly well: () => void
  /** A statement failed: how many have, without one between that came back. */
  readonly failed: () => number
  /** Whether statements have failed for too long, and for as long as somebody waits. */
  readonly isHopeless: (asked: number) => boolean
}

/** Milliseconds. */
const limit = 30_000

/**
 * Milliseconds until the next try, after so many that failed.
 *
 * @category queries
 * @since 0.1.0
 */
export const pause = (failures: number): number => Math.min(10 * 2 ** (failures - 1), 1000)

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (clock: Clock): Patience => {
  let began: number | undefined
  let failures = 0
  const now = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const isOver = (since: number): boolean => now() - since >= limit
  return {
    now,
    isOver,
    asked: () => (began === undefined ? 0 : now()),
    well: () => {
      began = undefined
      failures = 0
    },
    failed: () => {
      began ??= now()
      return ++failures
    },
    isHopeless: (asked) => began !== undefined && isOver(Math.max(began, asked)),
  }
}
