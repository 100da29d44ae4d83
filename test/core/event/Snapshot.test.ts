import { describe, expect, it } from "vitest"
import * as Snapshot from "../../../src/core/event/Snapshot.ts"
import { ada, bob, hex, sha256 } from "../support.ts"

const snapshot = {
  stream: ada,
  version: 7,
  link: sha256(Buffer.from("link")),
  codecVersion: 2,
  modelVersion: 3,
  encoding: "json",
  body: Buffer.from('{"data":7}'),
}

const field = (bytes: Uint8Array): string => bytes.length.toString(16).padStart(8, "0") + hex(bytes)
const text = (value: string): string => field(Buffer.from(value))
const integer = (value: number): string => `00000008${value.toString(16).padStart(16, "0")}`

describe("the preimage of a snapshot's digest", () => {
  it("is every field in the order of the format", () => {
    expect(hex(Snapshot.preimage(snapshot))).toBe(
      text("everfold/snapshot/1") +
        text("Account") +
        text("ada") +
        integer(7) +
        field(snapshot.link) +
        integer(2) +
        integer(3) +
        text("json") +
        field(snapshot.body),
    )
  })

  it("is another where anything is", () => {
    const all = [
      snapshot,
      { ...snapshot, stream: bob },
      { ...snapshot, version: 8 },
      { ...snapshot, link: sha256(Buffer.from("other")) },
      { ...snapshot, codecVersion: 3 },
      { ...snapshot, modelVersion: 2 },
      { ...snapshot, encoding: "json+zstd" },
      { ...snapshot, body: Buffer.from('{"data":8}') },
    ].map((each) => hex(Snapshot.preimage(each)))
    expect(new Set(all).size).toBe(all.length)
  })
})
