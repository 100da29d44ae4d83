/**
 * The hash chains of streams, as far as a reader sees them: without the hash that made the digests, it can be told whether
 * events follow from each other.
 *
 * @since 0.1.0
 */
import * as HashChain from "../../core/event/HashChain.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"

/** Of so many streams the last link is remembered: those that were last heard of. */
const most = 1000

/**
 * Told of events in their order, says what is wrong with one: its version is not the next of its stream, or its link is
 * not made of the one before it. It knows nothing of streams that it did not hear of from their first event on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): { readonly fault: (event: StoredEvent) => string | undefined } => {
  const heads = new Map<string, HashChain.Head>()
  const keep = (name: string, { version, link }: StoredEvent): void => {
    heads.delete(name)
    heads.set(name, { version, link })
    if (heads.size > most) for (const oldest of heads.keys()) return void heads.delete(oldest)
  }
  return {
    fault: (event) => {
      const { stream, version, position, digest, link } = event
      const name = StreamName.format(stream)
      const before = version === 1 ? HashChain.empty : heads.get(name)
      keep(name, event)
      if (before === undefined) return undefined
      if (before.version + 1 !== version) {
        return `position ${position} is version ${version} of ${name}, after version ${before.version}`
      }
      return HashChain.equals(link, HashChain.link(before.link, version, digest))
        ? undefined
        : `the link of position ${position} is not made of the one before it in ${name}; have the log audited`
    },
  }
}
