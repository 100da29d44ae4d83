/**
 * The partitions of a log: each stream belongs to one of so many. Each has a checkpoint of its own, and is worked at by
 * whoever has its lease.
 *
 * @since 0.1.0
 */
import type { StoredEvent } from "../event/StoredEvent.ts"
import * as StreamName from "../event/StreamName.ts"

/**
 * Which of `count` partitions a stream belongs to, from 0: its name's FNV-1a hash of 32 bits (RFC draft
 * `eastlake-fnv`, over UTF-16 code units), for ever the same.
 *
 * @category queries
 * @since 0.1.0
 */
export const of = (stream: StreamName.StreamName, count: number): number => ofName(StreamName.format(stream), count)

/**
 * The same of a stream's name, written `category-id`.
 *
 * @category queries
 * @since 0.1.0
 */
export const ofName = (name: string, count: number): number => {
  if (count === 1) return 0
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % count
}

/**
 * What has to be worked at before an event, in another partition: its cause, where that is earlier in the same log. Of a
 * cause in another log nobody knows; what is waited for then is earlier too, so that nobody waits for ever.
 *
 * @category queries
 * @since 0.1.0
 */
export const before = (
  { causation, position, stream }: StoredEvent,
  count: number,
): { readonly partition: number; readonly position: number } | undefined => {
  if (count === 1 || causation === null || causation.position >= position) return undefined
  const partition = of(causation.stream, count)
  return partition === of(stream, count) ? undefined : { partition, position: causation.position }
}
