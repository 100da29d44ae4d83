/**
 * Verifying what is stored, without keys: digests are of the stored form, so an auditor needs only the hash.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { isLeft } from "fp-ts/lib/Either.js"
import type { Position } from "../event/Commit.ts"
import { IntegrityViolation } from "../event/Errors.ts"
import * as HashChain from "../event/HashChain.ts"
import * as StreamName from "../event/StreamName.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import { Hash } from "../port/Hash.ts"

const pageSize = 1000

/**
 * Verifies a stream's whole chain and answers its head. With an anchor, a head that was noted earlier and elsewhere, the
 * chain must also still lead through it: that catches a tail that was cut off.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Audit, Hash } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const audit = Audit.stream({ category: "Account", id: "ada" }).pipe(Effect.provide([Memory.layer, Hash.sha256]))
 * ```
 * @category verification
 * @since 0.1.0
 */
export const stream = Effect.fnUntraced(function* (
  name: StreamName.StreamName,
  anchor: HashChain.Head = HashChain.empty,
): Effect.fn.Return<HashChain.Head, IntegrityViolation | StoreUnavailable, EventStore | Hash> {
  const store = yield* EventStore
  const { digest } = yield* Hash
  const violation = (version: number, position: Position, reason: string) =>
    new IntegrityViolation({ stream: name, version, position, reason })
  let head = HashChain.empty
  while (true) {
    const events = yield* store.readStream(name, { after: head.version, limit: pageSize })
    const verified = HashChain.verify(digest)(name, events, head)
    if (isLeft(verified)) {
      const { index, reason } = verified.left
      return yield* violation(head.version + index + 1, events[index]?.position ?? 0, reason)
    }
    const anchored = events[anchor.version - head.version - 1]
    if (anchored !== undefined && !HashChain.equals(anchored.link, anchor.link)) {
      return yield* violation(anchor.version, anchored.position, "its link is not the anchored one")
    }
    head = verified.right
    if (events.length < pageSize) break
  }
  if (head.version < anchor.version) {
    return yield* violation(head.version + 1, 0, `it ends at ${head.version}, before the anchored ${anchor.version}`)
  }
  return head
})

/**
 * Verifies the whole store: positions without a hole, and every stream's chain. Answers what it saw. It holds one head
 * a stream in memory.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Audit, Hash } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const audited = Audit.store.pipe(Effect.provide([Memory.layer, Hash.sha256]))
 * console.log(await Effect.runPromise(audited)) // { position: 0, streams: 0 }
 * ```
 * @category verification
 * @since 0.1.0
 */
export const store: Effect.Effect<
  { readonly position: Position; readonly streams: number },
  IntegrityViolation | StoreUnavailable,
  EventStore | Hash
> = Effect.gen(function* () {
  const events = yield* EventStore
  const { digest } = yield* Hash
  const heads = new Map<string, HashChain.Head>()
  let position = 0
  while (true) {
    const page = yield* events.readAll({ after: position, limit: pageSize })
    for (const event of page.events) {
      const name = StreamName.format(event.stream)
      const reason =
        event.position === position + 1
          ? HashChain.fault(digest, heads.get(name) ?? HashChain.empty, event.stream, event)
          : `position ${position + 1} is missing before it`
      if (reason !== undefined) {
        const { stream, version } = event
        return yield* new IntegrityViolation({ stream, version, position: event.position, reason })
      }
      heads.set(name, { version: event.version, link: event.link })
      position = event.position
    }
    if (page.events.length < pageSize) return { position, streams: heads.size }
  }
})
