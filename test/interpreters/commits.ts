/** Commits by hand, for tests of a store. */
import { hash } from "node:crypto"
import type { Commit, ExpectedVersion } from "../../src/core/event/Commit.ts"
import * as HashChain from "../../src/core/event/HashChain.ts"
import type { NewEvent } from "../../src/core/event/StoredEvent.ts"
import type { StreamName } from "../../src/core/event/StreamName.ts"

export const uuid = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`

export const sha256 = (bytes: Uint8Array): Uint8Array => hash("sha256", bytes, "buffer")

export const event = (stream: StreamName, id: string, given: Partial<NewEvent> = {}): NewEvent => {
  const plain = {
    id,
    type: "Deposited",
    schemaVersion: 1,
    tags: [],
    recordedAt: 1_700_000_000_000,
    correlationId: "c",
    causation: null,
    encoding: "json",
    body: Buffer.from(`{"data":{"amount":1}}`),
    ...given,
  }
  return { ...plain, digest: sha256(HashChain.preimage(stream, plain)) }
}

export const account = (id: string): StreamName => ({ category: "Account", id })

export const write = (
  stream: StreamName,
  events: ReadonlyArray<NewEvent>,
  expected: ExpectedVersion = { _tag: "Any" },
): Commit => ({ hash: "sha256", writes: [{ stream, expected, events }] })

/** Plain data to compare: bytes as hexadecimal text, errors as their fields. */
export const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex")
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  const fields = Object.entries(value).filter(([key]) => key !== "stack" && key !== "name")
  return Object.fromEntries(fields.map(([key, item]) => [key, plain(item)]))
}
