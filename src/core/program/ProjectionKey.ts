/**
 * The names by which the checkpoints of projections are kept.
 *
 * @since 0.1.0
 */
import type { CheckpointKey } from "../event/Commit.ts"

interface Named {
  readonly name: string
  readonly version: number
  readonly partitions: number
  readonly upstream: { readonly name: string }
}

/**
 * Of one partition.
 *
 * @category constructors
 * @since 0.1.0
 */
export const keyOf = ({ name, version, partitions, upstream }: Named, partition: number): CheckpointKey => ({
  consumer: partitions === 1 ? `${name}:${version}` : `${name}:${version}/${partitions}`,
  upstream: upstream.name,
  partition,
})

/**
 * Of all partitions.
 *
 * @category constructors
 * @since 0.1.0
 */
export const keysOf = (projection: Named): ReadonlyArray<CheckpointKey> =>
  Array.from({ length: projection.partitions }, (_, partition) => keyOf(projection, partition))
