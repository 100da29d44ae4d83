import { describe, expect, it } from "vitest"
import * as Seal from "../../../src/core/event/Seal.ts"
import { ada, bob, hex, uuid } from "../support.ts"

const text = (value: string): string => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(value))
  return length.toString("hex") + Buffer.from(value).toString("hex")
}
const integer = (value: number): string => `00000008${value.toString(16).padStart(16, "0")}`

const event = { id: uuid(1), type: "Opened", schemaVersion: 2, encoding: "json+aes256gcm:k" }
const snapshot = { stream: ada, version: 7, codecVersion: 2, encoding: "json+aes256gcm:k" }

describe("what a sealed body is bound to", () => {
  it("is everything that an event is, in the order of the format", () => {
    expect(hex(Seal.event(ada, event))).toBe(
      text("everfold/seal/1") +
        text("event") +
        text("Account") +
        text("ada") +
        text("Opened") +
        integer(2) +
        text(uuid(1)) +
        text("json+aes256gcm:k"),
    )
  })

  it("is everything that a snapshot is, without a type", () => {
    expect(hex(Seal.snapshot(snapshot))).toBe(
      text("everfold/seal/1") +
        text("snapshot") +
        text("Account") +
        text("ada") +
        "ffffffff" +
        integer(2) +
        integer(7) +
        text("json+aes256gcm:k"),
    )
  })

  it("is another for another stream, id, type, version or encoding", () => {
    const all = [
      Seal.event(ada, event),
      Seal.event(bob, event),
      Seal.event(ada, { ...event, id: uuid(2) }),
      Seal.event(ada, { ...event, type: "Closed" }),
      Seal.event(ada, { ...event, schemaVersion: 1 }),
      Seal.event(ada, { ...event, encoding: "json+zstd+aes256gcm:k" }),
      Seal.event(ada, { ...event, encoding: "json+aes256gcm:l" }),
      Seal.snapshot(snapshot),
      Seal.snapshot({ ...snapshot, stream: bob }),
      Seal.snapshot({ ...snapshot, version: 8 }),
      Seal.snapshot({ ...snapshot, codecVersion: 3 }),
    ].map(hex)
    expect(new Set(all).size).toBe(all.length)
  })

  it("is bytes of its own, which later ones do not change", () => {
    const first = Seal.event(ada, event)
    const before = hex(first)
    Seal.event(bob, { ...event, id: uuid(2) })
    expect(hex(first)).toBe(before)
  })
})
