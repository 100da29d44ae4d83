import { describe, expect, it } from "vitest"
import type { CheckpointMove, Commit, Write } from "../../../src/core/event/Commit.ts"
import * as Expected from "../../../src/core/event/Commit.ts"
import type { KnownCommand, StoreView } from "../../../src/core/event/Decision.ts"
import { decide } from "../../../src/core/event/Decision.ts"
import * as HashChain from "../../../src/core/event/HashChain.ts"
import * as Query from "../../../src/core/event/Query.ts"
import type { NewEvent, StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import * as StreamName from "../../../src/core/event/StreamName.ts"
import { ada, at, bob, hex, leftOf, newEvent, rightOf, sha256, uuid } from "../support.ts"

const cy = { category: "Cart", id: "cy" }

/** A store as plain as can be: a list of events, searched anew for every question. */
const world = () => {
  const log: Array<StoredEvent> = []
  const commands = new Map<string, KnownCommand>()
  const checkpoints = new Map<string, { position: number; epoch: number }>()
  const view: StoreView = {
    get hash() {
      return log.length === 0 ? undefined : "sha256"
    },
    get head() {
      return log.length
    },
    streamHead: (stream, upTo = log.length) =>
      log.findLast((event) => StreamName.equals(event.stream, stream) && event.position <= upTo) ?? HashChain.empty,
    event: (id) => log.find((event) => event.id === id),
    command: (id) => commands.get(id),
    checkpoint: ({ consumer }) => checkpoints.get(consumer) ?? { position: 0, epoch: 0 },
    firstMatch: (query, after) => log.find((event) => event.position > after && Query.matches(query)(event))?.position,
  }
  const commit = (request: Commit) => {
    const decision = decide(view, request)
    if (decision._tag === "Left" || decision.right.committed.repeated) return decision
    log.push(...decision.right.events)
    for (const command of request.commands ?? []) {
      const { position } = decision.right.committed
      commands.set(command.id, { ...command, position, streams: request.writes.map(({ stream }) => stream) })
    }
    const { checkpoint } = request
    if (checkpoint !== undefined) {
      checkpoints.set(checkpoint.consumer, { position: checkpoint.to, epoch: checkpoint.epoch })
    }
    return decision
  }
  return { log, view, commit, checkpoints }
}

const write = (
  stream: StreamName.StreamName,
  events: ReadonlyArray<NewEvent>,
  expected: Expected.ExpectedVersion = Expected.any,
): Write => ({ stream, expected, events })
const of = (...writes: ReadonlyArray<Write>): Commit => ({ hash: "sha256", writes })
const move = (content: Partial<CheckpointMove> = {}): CheckpointMove => ({
  consumer: "c",
  upstream: "u",
  partition: 0,
  epoch: 0,
  from: 0,
  to: 1,
  ...content,
})

describe("an accepted commit", () => {
  it("gives out versions, positions and links, stream by stream", () => {
    const { commit } = world()
    commit(of(write(ada, [newEvent(1)])))
    const { events, committed } = rightOf(
      commit(of(write(bob, [newEvent(2, bob), newEvent(3, bob)]), write(ada, [newEvent(4)]))),
    )
    expect(events.map(({ id, stream, version, position }) => [id, stream.id, version, position])).toEqual([
      [uuid(2), "bob", 1, 2],
      [uuid(3), "bob", 2, 3],
      [uuid(4), "ada", 2, 4],
    ])
    const number = (n: number) => Buffer.from([0, 0, 0, 0, 0, 0, 0, n])
    const bob1 = sha256(new Uint8Array(32), number(1), newEvent(2, bob).digest)
    const bob2 = sha256(bob1, number(2), newEvent(3, bob).digest)
    const ada1 = sha256(new Uint8Array(32), number(1), newEvent(1).digest)
    const ada2 = sha256(ada1, number(2), newEvent(4).digest)
    expect(events.map(({ link }) => hex(link))).toEqual([hex(bob1), hex(bob2), hex(ada2)])
    expect(committed.repeated).toBe(false)
    expect(committed.position).toBe(4)
    expect(committed.streams.map(({ stream, version, link }) => [stream.id, version, hex(link)])).toEqual([
      ["bob", 2, hex(bob2)],
      ["ada", 2, hex(ada2)],
    ])
  })

  it("keeps every field of an event, and none that is not of the format", () => {
    const { commit } = world()
    const event = newEvent(1, ada, {
      tags: ["a"],
      schemaVersion: 3,
      causation: { eventId: uuid(9), stream: bob, position: 0 },
      encoding: "json+zstd",
    })
    const [added] = rightOf(commit(of(write(ada, [{ ...event, ...{ secret: 1 } }])))).events
    expect(added).toEqual({ ...event, stream: ada, version: 1, position: 1, link: expect.anything() })
  })

  it("answers the head of a stream that it only asserts", () => {
    const { commit, log } = world()
    commit(of(write(ada, [newEvent(1), newEvent(2)])))
    const { events, committed } = rightOf(
      commit(of(write(ada, [], Expected.exact(2)), write(bob, [], Expected.noStream))),
    )
    expect(events).toEqual([])
    expect(log.length).toBe(2)
    expect(committed).toEqual({
      repeated: false,
      position: 2,
      streams: [
        { stream: ada, version: 2, link: at(log, 1).link },
        { stream: bob, version: 0, link: new Uint8Array(32) },
      ],
    })
  })
})

describe("expected versions", () => {
  it.each<[Expected.ExpectedVersion, boolean, boolean, boolean]>([
    [Expected.any, true, true, true],
    [Expected.noStream, true, false, false],
    [Expected.streamExists, false, true, true],
    [Expected.exact(0), true, false, false],
    [Expected.exact(1), false, true, false],
    [Expected.exact(2), false, false, true],
    [Expected.exact(3), false, false, false],
  ])("%o are met on no stream %s, at version 1 %s, at version 2 %s", (expected, ...met) => {
    for (const [version, accepted] of met.entries()) {
      const { commit } = world()
      for (let n = 1; n <= version; n++) commit(of(write(ada, [newEvent(n)])))
      const decision = commit(of(write(ada, [newEvent(9)], expected)))
      expect(decision._tag).toBe(accepted ? "Right" : "Left")
      if (!accepted) {
        expect(leftOf(decision)).toMatchObject({ _tag: "VersionConflict", stream: ada, expected, actual: version })
      }
      expect(Expected.meets(expected, version)).toBe(accepted)
    }
  })

  it("are reported of the first write that fails, in the order of the writes", () => {
    const { commit } = world()
    const request = of(
      write(cy, [newEvent(1, cy)], Expected.noStream),
      write(bob, [], Expected.exact(4)),
      write(ada, [], Expected.exact(5)),
    )
    expect(leftOf(commit(request))).toMatchObject({ _tag: "VersionConflict", stream: bob, actual: 0 })
  })
})

describe("the order of the checks", () => {
  /** Everything is wrong with it, from its shape to its condition; mended from the top. */
  const faults = () => {
    const all = world()
    all.commit(of(write(ada, [newEvent(1)])))
    all.checkpoints.set("c", { position: 5, epoch: 2 })
    return all
  }
  const condition = { failIfMatch: Query.all, after: 0 }
  const wrong = {
    hash: "sha256",
    writes: [write(ada, [{ ...newEvent(1), id: "no uuid" }], Expected.noStream)],
    condition,
    checkpoint: move({ epoch: 1, from: 4 }),
  }

  it.each<[string, Commit]>([
    ["InvalidInput", wrong],
    ["InvalidInput", { ...wrong, hash: "blake3", writes: [write(ada, [newEvent(2)], Expected.noStream)] }],
    ["EventIdReused", { ...wrong, writes: [write(ada, [newEvent(1), newEvent(2)], Expected.noStream)] }],
    ["Fenced", { ...wrong, writes: [write(ada, [newEvent(2)], Expected.noStream)] }],
    [
      "CheckpointConflict",
      {
        ...wrong,
        writes: [write(ada, [newEvent(2)], Expected.noStream)],
        checkpoint: move({ epoch: 2, from: 4, to: 6 }),
      },
    ],
    [
      "CheckpointConflict",
      {
        ...wrong,
        writes: [write(ada, [newEvent(2)], Expected.noStream)],
        checkpoint: move({ epoch: 2, from: 5, to: 4 }),
      },
    ],
    [
      "VersionConflict",
      {
        ...wrong,
        writes: [write(ada, [newEvent(2)], Expected.noStream)],
        checkpoint: move({ epoch: 2, from: 5, to: 6 }),
      },
    ],
    [
      "ConditionFailed",
      { ...wrong, writes: [write(ada, [newEvent(2)])], checkpoint: move({ epoch: 2, from: 5, to: 6 }) },
    ],
  ])("is that of the format: %s first", (tag, request) => {
    const { commit, log } = faults()
    expect(leftOf(commit(request))._tag).toBe(tag)
    expect(log.length).toBe(1)
  })

  it("ends in acceptance where nothing is wrong", () => {
    const { commit, checkpoints } = faults()
    const request = {
      ...of(write(ada, [newEvent(2)], Expected.exact(1))),
      condition: { failIfMatch: Query.all, after: 1 },
      checkpoint: move({ epoch: 2, from: 5, to: 5 }),
    }
    expect(rightOf(commit(request)).committed.position).toBe(2)
    expect(checkpoints.get("c")).toEqual({ position: 5, epoch: 2 })
  })

  it("asks for a command id before anything that may have changed since", () => {
    const { commit } = faults()
    const first = { ...of(write(ada, [newEvent(2)])), commands: [{ id: "k", events: [uuid(2)] }] }
    expect(commit(first)._tag).toBe("Right")
    const again = {
      ...wrong,
      writes: [write(ada, [newEvent(3)], Expected.noStream)],
      commands: [{ id: "k", events: [uuid(3)] }],
    }
    expect(leftOf(commit(again))).toMatchObject({ _tag: "CommandRepeated", id: "k", events: [uuid(2)] })
  })
})

describe("what a refusal tells", () => {
  it("is the epoch in force, the checkpoint stored, the position that matched", () => {
    const { commit, checkpoints } = world()
    commit(of(write(ada, [newEvent(1), newEvent(2, ada, { type: "Closed" }), newEvent(3, ada, { type: "Closed" })])))
    checkpoints.set("c", { position: 5, epoch: 2 })
    const next = of(write(ada, [newEvent(4)]))
    expect(leftOf(commit({ ...next, checkpoint: move({ epoch: 3, from: 5, to: 6 }) }))).toMatchObject({ epoch: 2 })
    expect(leftOf(commit({ ...next, checkpoint: move({ epoch: 2, from: 6, to: 6 }) }))).toMatchObject({ stored: 5 })
    const closed = Query.make({ types: ["Closed"] })
    expect(leftOf(commit({ ...next, condition: { failIfMatch: closed, after: 0 } }))).toMatchObject({ position: 2 })
    expect(leftOf(commit({ ...next, condition: { failIfMatch: closed, after: 2 } }))).toMatchObject({ position: 3 })
    expect(commit({ ...next, condition: { failIfMatch: closed, after: 3 } })._tag).toBe("Right")
  })

  it("is the first checkpoint from 0 under epoch 0", () => {
    const { commit } = world()
    expect(leftOf(commit({ ...of(), checkpoint: move({ from: 1, to: 1 }) }))).toMatchObject({ stored: 0 })
    expect(leftOf(commit({ ...of(), checkpoint: move({ epoch: 1 }) }))).toMatchObject({ _tag: "Fenced", epoch: 0 })
    expect(commit({ ...of(), checkpoint: move() })._tag).toBe("Right")
  })

  it("is the hash that the store keeps to, after its first event only", () => {
    const { commit } = world()
    expect(commit({ hash: "blake3", writes: [write(ada, [])] })._tag).toBe("Right")
    commit(of(write(ada, [newEvent(1)])))
    expect(leftOf(commit({ hash: "blake3", writes: [write(ada, [])] })).message).toContain(
      "digested with sha256, not blake3",
    )
  })
})

describe("a repeat", () => {
  const first = {
    ...of(
      write(ada, [newEvent(1), newEvent(2)], Expected.noStream),
      write(bob, [], Expected.noStream),
      write(cy, [newEvent(3, cy)]),
    ),
    commands: [
      { id: "k", events: [uuid(1), uuid(3)] },
      { id: "l", events: [] },
    ],
  }
  const recorded = () => {
    const all = world()
    const { committed } = rightOf(all.commit(first))
    all.commit(of(write(ada, [newEvent(4)]), write(bob, [newEvent(5, bob)])))
    return { ...all, committed }
  }

  it("answers what the first one did, as it was then, and adds nothing", () => {
    const { commit, committed, log } = recorded()
    expect(rightOf(commit(first))).toEqual({ events: [], committed: { ...committed, repeated: true } })
    expect(rightOf(commit(first)).committed.streams.map(({ version }) => version)).toEqual([2, 0, 1])
    expect(log.length).toBe(5)
  })

  it("is known though epoch, checkpoint, version and condition have moved on", () => {
    const { commit } = recorded()
    const again = {
      ...first,
      checkpoint: move({ epoch: 9, from: 9, to: 3 }),
      condition: { failIfMatch: Query.all, after: 0 },
    }
    expect(rightOf(commit(again)).committed.repeated).toBe(true)
  })

  it("of commands alone, with no events at all, is known too", () => {
    const { commit } = recorded()
    const empty = { ...of(write(bob, [], Expected.exact(1))), commands: [{ id: "m", events: [] }] }
    expect(rightOf(commit(empty)).committed).toMatchObject({ repeated: false, position: 5 })
    commit(of(write(bob, [newEvent(6, bob)])))
    expect(rightOf(commit(empty)).committed).toMatchObject({
      repeated: true,
      position: 5,
      streams: [{ stream: bob, version: 1 }],
    })
  })

  it.each<[string, Commit]>([
    ["partly known events", of(write(ada, [newEvent(1), newEvent(2), newEvent(9)]))],
    ["known events after new ones", of(write(ada, [newEvent(9), newEvent(1)]))],
    ["known events in another order", of(write(ada, [newEvent(2), newEvent(1)]))],
    ["known events with a gap between", of(write(ada, [newEvent(1), newEvent(4)]))],
    ["known events in another stream", of(write(bob, [newEvent(1)]))],
    ["known events with other content", of(write(ada, [newEvent(1, ada, { body: Buffer.from("{}") })]))],
    ["known writes in another order", of(write(cy, [newEvent(3, cy)]), write(ada, [newEvent(1), newEvent(2)]))],
    [
      "known events under a new command",
      { ...of(write(ada, [newEvent(1)])), commands: [{ id: "new", events: [uuid(1)] }] },
    ],
    [
      "known events divided otherwise among their commands",
      {
        ...first,
        commands: [
          { id: "k", events: [uuid(1)] },
          { id: "l", events: [uuid(3)] },
        ],
      },
    ],
  ])("is not %s", (_, request) => {
    const { commit, log } = recorded()
    expect(leftOf(commit(request))._tag).toBe("EventIdReused")
    expect(log.length).toBe(5)
  })

  it("is not the same command of no events on other streams", () => {
    const { commit } = recorded()
    const empty = [{ id: "m", events: [] }]
    commit({ ...of(write(bob, [])), commands: empty })
    expect(leftOf(commit({ ...of(write(ada, [])), commands: empty }))).toMatchObject({
      _tag: "CommandRepeated",
      id: "m",
    })
    expect(leftOf(commit({ ...of(write(bob, []), write(ada, [])), commands: empty }))._tag).toBe("CommandRepeated")
  })

  it("is not known events beside a command of no events that was recorded at another time", () => {
    const { commit } = recorded()
    commit(of(write(bob, [newEvent(6, bob)])))
    commit(of(write(cy, [newEvent(7, cy)])))
    const commands = [{ id: "m", events: [] }]
    commit({ ...of(write(bob, [])), commands })
    const request = { ...of(write(bob, [newEvent(6, bob)])), commands }
    expect(leftOf(commit(request))._tag).toBe("EventIdReused")
  })

  it("of only the first events of a commit answers where these ended: where commits end is not kept", () => {
    const { commit } = recorded()
    const part = of(write(ada, [newEvent(1)], Expected.noStream))
    expect(rightOf(commit(part))).toMatchObject({
      events: [],
      committed: { repeated: true, streams: [{ version: 1 }] },
    })
  })

  it("of a command beside new events tells what it recorded first, and where the streams stood", () => {
    const { commit } = recorded()
    const request = { ...of(write(ada, [newEvent(9)], Expected.exact(3))), commands: [{ id: "k", events: [uuid(9)] }] }
    expect(leftOf(commit(request))).toMatchObject({
      _tag: "CommandRepeated",
      id: "k",
      events: [uuid(1), uuid(3)],
      committed: {
        repeated: true,
        position: 3,
        streams: [
          { stream: ada, version: 2 },
          { stream: bob, version: 0 },
          { stream: cy, version: 1 },
        ],
      },
    })
  })

  it("of one of several commands is told of the first that is known", () => {
    const { commit } = recorded()
    const commands = [
      { id: "new", events: [] },
      { id: "l", events: [] },
      { id: "k", events: [] },
    ]
    expect(leftOf(commit({ ...of(), commands }))).toMatchObject({ _tag: "CommandRepeated", id: "l", events: [] })
  })
})
