/**
 * Laws of commits that are sent again, on purpose or because the answer was lost.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
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
  "its command beside another stream",
  "its command without its last event",
  "the command of another commit",
] as const
type Variation = (typeof variations)[number]

const elsewhere: StreamName.StreamName = { category: "Else", id: "where" }

interface Varied {
  readonly commit: Commit.Commit
  /** The tag of the refusal; none where it is the first commit still. */
  readonly refused?: "EventIdReused" | "CommandRepeated"
}

/** A commit sent again with a difference; `undefined` where it cannot have that one. */
const vary = (
  commit: Commit.Commit,
  variation: Variation,
  fresh: (stream: StreamName.StreamName) => NewEvent,
  others: ReadonlyArray<Commit.CommandRecord>,
): Varied | undefined => {
  const { commands: _, ...alone } = commit
  const { writes } = alone
  const [command] = commit.commands ?? []
  const asserted = { stream: elsewhere, expected: Commit.any, events: [] }
  const at = writes.findIndex(({ events }) => events.length > 0)
  const first = writes[at]
  if (variation === "the same") return { commit }
  if (first === undefined) {
    if (command === undefined) return undefined
    if (variation === "its command on another stream") {
      return { commit: { ...alone, writes: [asserted], commands: [command] }, refused: "CommandRepeated" }
    }
    if (variation === "its command beside another stream") {
      return { commit: { ...commit, writes: [...writes, asserted] }, refused: "CommandRepeated" }
    }
    return undefined
  }
  const writing = (events: ReadonlyArray<NewEvent>, stream = first.stream): Varied => ({
    commit: { ...alone, writes: writes.with(at, { stream, expected: Commit.any, events }) },
    refused: "EventIdReused",
  })
  const commanding = (commands: ReadonlyArray<Commit.CommandRecord>, besides: ReadonlyArray<Commit.Write> = []) =>
    ({ commit: { ...alone, writes: [...writes, ...besides], commands }, refused: "EventIdReused" }) as const
  switch (variation) {
    case "with a new event after it":
      return writing([...first.events, fresh(first.stream)])
    case "with a new event before it":
      return writing([fresh(first.stream), ...first.events])
    case "in another stream":
      return writing(first.events, elsewhere)
    case "in another order":
      return first.events.length === 1 ? undefined : writing(first.events.toReversed())
    case "with other content":
      return writing(
        first.events.map((event) =>
          Commits.event(World.numberOf(event), first.stream, { ...event, body: Uint8Array.of(1, 2, 3) }),
        ),
      )
    case "the command of another commit": {
      const other = others.find(({ events }) => events.length === 0)
      return other && commanding([{ id: other.id, events: [] }])
    }
  }
  if (command === undefined) return undefined
  switch (variation) {
    case "its command with a new event": {
      const event = fresh(elsewhere)
      return {
        commit: {
          ...alone,
          writes: [{ ...asserted, events: [event] }],
          commands: [{ id: command.id, events: [event.id] }],
        },
        refused: "CommandRepeated",
      }
    }
    case "its command alone":
      return {
        commit: { ...alone, writes: [], commands: [{ id: command.id, events: [] }] },
        refused: "CommandRepeated",
      }
    case "its command beside another stream":
      return commanding([command], [asserted])
    case "its command without its last event":
      return commanding([{ ...command, events: command.events.slice(0, -1) }])
    case "its command on another stream":
      return undefined
  }
}

interface Sent {
  readonly commit: Commit.Commit
  readonly first: Commit.Committed
}

const eventIds = ({ writes }: Commit.Commit): ReadonlyArray<string> =>
  writes.flatMap(({ events }) => events.map(({ id }) => id))

/** What has to be answered to a variation of what was sent. */
const answerTo = ({ commit, first }: Sent, varied: Varied): object => {
  const committed = { ...first, repeated: true }
  if (varied.refused === undefined) return { _tag: "Committed", ...committed }
  if (varied.refused === "CommandRepeated") {
    return { _tag: "CommandRepeated", ...commit.commands?.[0], committed }
  }
  const known = new Set(eventIds(commit))
  return { _tag: "EventIdReused", id: eventIds(varied.commit).find((id) => known.has(id)) }
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
    tried: fc.shuffledSubarray([...variations], { minLength: 1 }),
    senders: fc.integer({ min: 2, max: 3 }),
  }),
  must: ["a repeat", "EventIdReused"],
  holds: Effect.fnUntraced(function* ({ history, which, tried, senders }, world, seen) {
    const { store, next } = world
    const versions = new Map<string, number>()
    const sent: Array<Sent> = []
    for (const [i, { writes, command }] of history.entries()) {
      const exact = writes.map((write) => {
        const name = StreamName.format(write.stream)
        const version = versions.get(name) ?? 0
        versions.set(name, version + write.events.length)
        return { ...write, expected: Commit.exact(version) }
      })
      const plain = Commits.commit(next, exact)
      const ids = eventIds(plain)
      // A commit without events is known by a command id only.
      const commit = command || ids.length === 0 ? { ...plain, commands: [{ id: `c${i}`, events: ids }] } : plain
      sent.push({ commit, first: yield* store.commit(commit) })
    }
    const before = yield* World.observe(world)

    const chosen = sent[which % sent.length]
    if (chosen === undefined) return
    const others = sent.flatMap((each) => (each === chosen ? [] : (each.commit.commands ?? [])))
    for (const variation of tried) {
      const varied = vary(
        chosen.commit,
        variation,
        (stream) => Commits.event(next(), stream, { type: "Added", tags: [] }),
        others,
      )
      if (varied === undefined) continue
      seen(`sent again: ${variation}`)
      const outcome = yield* World.outcome(store.commit(varied.commit))
      yield* agree(`the answer to the commit, ${variation},`, {
        expected: answerTo(chosen, varied),
        actual: World.plain(outcome),
      })
      yield* agree("everything that can be read", { expected: before, actual: yield* World.observe(world) })
    }
    for (const { commit, first } of sent) {
      for (const { id, events } of commit.commands ?? []) {
        yield* agree(`what is known of command ${id}`, {
          expected: { id, events, committed: { ...first, repeated: true } },
          actual: Option.getOrUndefined(yield* store.command(id)),
        })
      }
    }
    yield* agree("what is known of a command that was never recorded", {
      expected: undefined,
      actual: Option.getOrUndefined(yield* store.command("never")),
    })

    const once = Commits.commit(next, [
      { stream: Commits.streams[0], expected: Commit.any, events: [{ type: "Added", tags: [] }] },
    ])
    const told = yield* World.atOnce("sender", Array.from({ length: senders }), () => World.outcome(store.commit(once)))
    const fresh = told.find((answer) => Result.isSuccess(answer) && !answer.success.repeated)
    const answer = fresh && { ...World.plain(fresh), repeated: true }
    yield* agree("the answers to one commit, sent by several at once", {
      expected: told.map((sent) => (sent === fresh ? World.plain(fresh) : answer)),
      actual: told.map(World.plain),
    })
    yield* agree("the head after it", { expected: before.head + 1, actual: yield* store.head })
  }),
})
