/**
 * The names of sections: their first and last positions, `1,20`.
 *
 * @since 0.1.0
 */
import type { Position } from "../event/Commit.ts"

/**
 * The section that a position belongs to.
 *
 * @category constructors
 * @since 0.1.0
 */
export const at = (position: Position, size: number): string => {
  const first = position - ((position - 1) % size)
  return `${first},${first + size - 1}`
}

/** Both bounds of what may be a section's name. */
const bounds = /^([1-9][0-9]{0,15}),([1-9][0-9]{0,15})$/

/**
 * The first position of a section, or `undefined` where there is none of that name.
 *
 * @category reading
 * @since 0.1.0
 */
export const first = (id: string, size: number): Position | undefined => {
  const [, digits] = bounds.exec(id) ?? []
  const position = Number(digits)
  return Number.isSafeInteger(position + size) && at(position, size) === id ? position : undefined
}

/**
 * How many positions a section of that name has, or `undefined` where no size has such a section.
 *
 * @category reading
 * @since 0.1.0
 */
export const size = (id: string): number | undefined => {
  const [, from, to] = bounds.exec(id) ?? []
  const positions = Number(to) - Number(from) + 1
  return positions >= 1 && first(id, positions) !== undefined ? positions : undefined
}

/**
 * What is wrong with a name.
 *
 * @category reading
 * @since 0.1.0
 */
export const fault = (id: string, size: number): string =>
  `${JSON.stringify(id)} is no section; sections are ${at(1, size)}, ${at(size + 1, size)} and so on`
