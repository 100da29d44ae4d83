import { hash } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type { Commit, ExpectedVersion } from "../../../src/core/event/Commit.ts"
import * as HashChain from "../../../src/core/event/HashChain.ts"
import type { NewEvent } from "../../../src/core/event/StoredEvent.ts"
import type { StreamName } from "../../../src/core/event/StreamName.ts"
import type { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import type { StoreUnavailable } from "../../../src/core/port/Errors.ts"
import type { EventStore } from "../../../src/core/port/EventStore.ts"
import type { Snapshots } from "../../../src/core/port/Snapshots.ts"
import { Sqlite } from "../../../src/interpreters/sqlite/index.ts"

/** A folder of its own for a test, removed afterwards. */
export const inFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "everfold-sqlite-"))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const run = <A, E>(
  filename: string,
  effect: Effect.Effect<A, E, EventStore | Checkpoints | Snapshots>,
): Promise<A> => Effect.runPromise(Effect.provide(effect, Sqlite.layer({ filename })))

/** What building the layer fails with. */
export const refusal = (filename: string): Promise<StoreUnavailable> =>
  Effect.runPromise(Effect.flip(Effect.provide(Effect.succeed("it was built"), Sqlite.layer({ filename }))))

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
