/**
 * Laws of commits that are sent again, on purpose or because the answer was lost.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import type { NewEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as World from "./World.ts"

const variations = [
  "the same",
  "with a new event after it",
  "with a new event before it",
  "in another stream",
  "in another order",
  "with other content",
  "its command with a new event",
  "its command alone",
  "its command on another stream",
] as const
type Variation = (typeof variations)[number]

const elsewhere: StreamName.StreamName = { category: "Else", id: "where" }

interface Varied {
  readonly commit: Commit.Commit
  /** The tag of the refusal; none where it is the first commit still. */
  readonly refused?: "EventIdReused" | "CommandRepeated"
}

/** A commit that recorded its first write's events, sent again with a difference. */
const vary = (
  commit: Commit.Commit,
  variation: Variation,
  fresh: (stream: StreamName.StreamName) => NewEvent,
): Varied => {
  const [first, ...rest] = commit.writes
  const { commands: _, ...alone } = commit
  const [command] = commit.commands ?? []
  if (variation === "its command on another stream" && command?.events.length === 0) {
    const writes = [{ stream: elsewhere, expected: Commit.any, events: [] }]
    return { commit: { ...alone, writes, commands: [command] }, refused: "CommandRepeated" }
  }
  if (first === undefined || first.events.length === 0) return { commit }
  const writing = (events: ReadonlyArray<NewEvent>, stream = first.stream): Varied => ({
    commit: { ...alone, writes: [{ ...first, stream, expected: Commit.any, events }, ...rest] },
    refused: "EventIdReused",
  })
  switch (variation) {
    case "the same":
    case "its command on another stream":
      return { commit }
    case "with a new event after it":
      return writing([...first.events, fresh(first.stream)])
    case "with a new event before it":
      return writing([fresh(first.stream), ...first.events])
    case "in another stream":
      return writing(first.events, elsewhere)
    case "in another order":
      return first.events.length === 1 ? { commit } : writing(first.events.toReversed())
    case "with other content":
      return writing(
        first.events.map((event) =>
          Commits.event(World.numberOf(event), first.stream, { ...event, body: Uint8Array.of(1, 2, 3) }),
        ),
      )
    case "its command with a new event": {
      if (command === undefined) return { commit }
      const event = fresh(elsewhere)
      return {
        commit: {
          ...alone,
          writes: [{ stream: elsewhere, expected: Commit.any, events: [event] }],
          commands: [{ id: command.id, events: [event.id] }],
        },
        refused: "CommandRepeated",
      }
    }
    case "its command alone":
      return command === undefined || command.events.length === 0
        ? { commit }
        : { commit: { ...alone, writes: [], commands: [{ id: command.id, events: [] }] }, refused: "CommandRepeated" }
  }
}

const spec = fc.record({
  writes: Commits.writes({ minEvents: 0 }),
  command: fc.boolean(),
})

/**
 * @category laws
 * @since 0.1.0
 */
export const S13: World.StoreLaw = World.concurrentLaw({
  name: "S13",
  title: "repeats",
  equation:
    "the same commit again answers the first outcome and adds nothing; ids partly known or elsewhere are EventIdReused, a command with other events or streams CommandRepeated",
  given: fc.record({
    history: program(spec, { minLength: 1, maxLength: 4 }),
    which: fc.nat(3),
    variation: fc.constantFrom(...variations),
    senders: fc.integer({ min: 2, max: 3 }),
  }),
  holds: Effect.fnUntraced(function* ({ history, which, variation, senders }, world) {
    const { store, next } = world
    const versions = new Map<string, number>()
    const sent: Array<{ readonly commit: Commit.Commit; readonly first: Commit.Committed }> = []
    for (const [i, { writes, command }] of history.entries()) {
      const exact = writes.map((write) => {
        const name = StreamName.format(write.stream)
        const version = versions.get(name) ?? 0
        versions.set(name, version + write.events.length)
        return { ...write, expected: Commit.exact(version) }
      })
      const plain = Commits.commit(next, exact)
      const ids = plain.writes.flatMap(({ events }) => events.map(({ id }) => id))
      // A commit without events is known by a command id only.
      const commit = command || ids.length === 0 ? { ...plain, commands: [{ id: `c${i}`, events: ids }] } : plain
      sent.push({ commit, first: yield* store.commit(commit) })
    }
    const before = yield* World.observe(world)

    const chosen = sent[which % sent.length]
    if (chosen === undefined) return
    const { commit, refused } = vary(chosen.commit, variation, (stream) =>
      Commits.event(next(), stream, { type: "Added", tags: [] }),
    )
    const outcome = yield* World.outcome(store.commit(commit))
    const repeat = { _tag: "Committed", ...chosen.first, repeated: true }
    const [command] = chosen.commit.commands ?? []
    switch (refused) {
      case undefined:
        yield* agree("the answer to the repeat", { expected: repeat, actual: World.plain(outcome) })
        break
      case "EventIdReused": {
        const known = new Set(chosen.commit.writes.flatMap(({ events }) => events.map(({ id }) => id)))
        const id = commit.writes.flatMap(({ events }) => events).find((event) => known.has(event.id))?.id
        yield* agree(`the answer to the commit ${variation}`, {
          expected: { _tag: "EventIdReused", id },
          actual: World.plain(outcome),
        })
        break
      }
      case "CommandRepeated": {
        const actual = World.plain(outcome)
        const position = "committed" in actual ? actual.committed : undefined
        yield* agree(`the answer to the commit ${variation}`, {
          expected: { _tag: "CommandRepeated", ...command, position: chosen.first.position },
          actual: {
            ...actual,
            committed: undefined,
            position:
              typeof position === "object" && position && "position" in position ? position.position : undefined,
          },
        })
      }
    }
    yield* agree("everything that can be read", { expected: before, actual: yield* World.observe(world) })

    const once = Commits.commit(next, [
      { stream: Commits.streams[0], expected: Commit.any, events: [{ type: "Added", tags: [] }] },
    ])
    const answers = yield* World.atOnce("sender", Array.from({ length: senders }), () =>
      World.outcome(store.commit(once)),
    )
    const fresh = answers.find((answer) => Result.isSuccess(answer) && !answer.success.repeated)
    const answer = fresh && { ...World.plain(fresh), repeated: true }
    yield* agree("the answers to one commit, sent by several at once", {
      expected: answers.map((sent) => (sent === fresh ? World.plain(fresh) : answer)),
      actual: answers.map(World.plain),
    })
    yield* agree("the head after it", { expected: before.head + 1, actual: yield* store.head })
  }),
})
