/** What the tests of the core share: short ways to make events and to run programs. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { type Either, isLeft, isRight } from "fp-ts/lib/Either.js"
import * as HashChain from "../../src/core/event/HashChain.ts"
import type { NewEvent, StoredEvent } from "../../src/core/event/StoredEvent.ts"
import type { StreamName } from "../../src/core/event/StreamName.ts"

/** SHA-256 by the older interface of Node, so that no code is shared with what is tested. */
export const sha256 = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

export const uuid = (n: number): string => `01900000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`

export const ada: StreamName = { category: "Account", id: "ada" }
export const bob: StreamName = { category: "Account", id: "bob" }

/** A valid event of a stream, with the digest that belongs to it. */
export const newEvent = (
  n: number,
  stream: StreamName = ada,
  content: Partial<Omit<NewEvent, "digest">> = {},
): NewEvent => {
  const event = {
    id: uuid(n),
    type: "Deposited",
    schemaVersion: 1,
    tags: [],
    recordedAt: 1_800_000_000_000 + n,
    correlationId: "c",
    causation: null,
    encoding: "json",
    body: Buffer.from(`{"data":{"amount":${n}}}`),
    ...content,
  }
  return { ...event, digest: sha256(HashChain.preimage(stream, event)) }
}

/** Events of one stream as a store would hold them, alone in it. */
export const stored = (stream: StreamName, events: ReadonlyArray<NewEvent>): ReadonlyArray<StoredEvent> => {
  let link: Uint8Array = new Uint8Array(32)
  return events.map((event, i) => {
    const version = Buffer.alloc(8)
    version.writeBigUInt64BE(BigInt(i + 1))
    link = sha256(link, version, event.digest)
    return { ...event, stream, version: i + 1, position: i + 1, link }
  })
}

export const rightOf = <E, A>(either: Either<E, A>): A => {
  if (isRight(either)) return either.right
  throw new Error(`expected a right, got left ${JSON.stringify(either.left)}`)
}

export const leftOf = <E, A>(either: Either<E, A>): E => {
  if (isLeft(either)) return either.left
  throw new Error("expected a left, got a right")
}

export const run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A> = Effect.runPromise

/** The item at an index that is there. */
export const at = <A>(items: ReadonlyArray<A>, index: number): A => {
  const item = items.at(index)
  if (item === undefined) throw new Error(`no item at ${index} of ${items.length}`)
  return item
}
