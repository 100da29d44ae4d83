/**
 * The names by which the checkpoints of projections are kept, and in how many partitions one is worked at: that is a
 * checkpoint as well, which stands at a number that says it.
 *
 * @since 0.1.0
 */
import type { CheckpointKey, Position } from "../event/Commit.ts"

/** What keys are made of. @category model @since 0.1.0 */
export interface Named {
  readonly name: string
  readonly version: number
  readonly partitions: number
  readonly upstream: { readonly name: string }
}

/** How many numbers of partitions there are. */
const numbers = 1024

/**
 * In how many partitions a projection is worked at, for the how manieth time that was changed, from 1. While it is
 * closing, nobody begins there any more.
 *
 * @category model
 * @since 0.1.0
 */
export interface Layout {
  readonly generation: number
  readonly partitions: number
  readonly isClosing: boolean
}

/**
 * Of the checkpoint that says which layout a projection has.
 *
 * @category constructors
 * @since 0.1.0
 */
export const layoutKeyOf = ({ name, version, upstream }: Named): CheckpointKey => ({
  consumer: `${name}:${version}/partitions`,
  upstream: upstream.name,
  partition: 0,
})

/**
 * Where that checkpoint stands: a layout that comes after another one stands after it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const positionOf = ({ generation, partitions, isClosing }: Layout): Position =>
  (generation * numbers + partitions - 1) * 2 + (isClosing ? 1 : 0)

/**
 * The layout that a position says; the first one of the number that is wished for, where there is none yet.
 *
 * @category conversions
 * @since 0.1.0
 */
export const layoutAt = (position: Position, { partitions }: Named): Layout => {
  if (position === 0) return { generation: 1, partitions, isClosing: false }
  const rest = Math.floor(position / 2)
  return {
    generation: Math.floor(rest / numbers),
    partitions: (rest % numbers) + 1,
    isClosing: position % 2 === 1,
  }
}

/**
 * Of one partition.
 *
 * @category constructors
 * @since 0.1.0
 */
export const keyOf = (
  { name, version, upstream }: Named,
  { generation, partitions }: Layout,
  partition: number,
): CheckpointKey => {
  const first = partitions === 1 ? `${name}:${version}` : `${name}:${version}/${partitions}`
  const consumer = generation === 1 ? first : `${name}:${version}/${partitions}@${generation}`
  return { consumer, upstream: upstream.name, partition }
}

/**
 * Of all partitions.
 *
 * @category constructors
 * @since 0.1.0
 */
export const keysOf = (projection: Named, layout: Layout): ReadonlyArray<CheckpointKey> =>
  Array.from({ length: layout.partitions }, (_, partition) => keyOf(projection, layout, partition))
