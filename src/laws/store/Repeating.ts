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
import * as StreamName from "../../core/event/StreamName.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Variations from "./Variations.ts"
import * as World from "./World.ts"

interface Sent {
  readonly commit: Commit.Commit
  readonly first: Commit.Committed
}

/** What has to be answered to a variation of what was sent. */
const answerTo = ({ commit, first }: Sent, varied: Variations.Varied): object => {
  const committed = { ...first, repeated: true }
  if (varied.refused === undefined) return { _tag: "Committed", ...committed }
  if (varied.refused === "CommandRepeated") {
    return { _tag: "CommandRepeated", ...commit.commands?.[0], committed }
  }
  const known = new Set(Variations.eventIds(commit))
  return { _tag: "EventIdReused", id: Variations.eventIds(varied.commit).find((id) => known.has(id)) }
}

const spec = fc.record({
  writes: Commits.writes({ minEvents: 0 }),
  command: fc.boolean(),
  /** Whether the command records all events of the commit, or all but the last. */
  whole: fc.boolean(),
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
    tried: fc.shuffledSubarray([...Variations.names], { minLength: 1 }),
    senders: fc.integer({ min: 2, max: 3 }),
  }),
  must: ["a repeat", "EventIdReused"],
  holds: Effect.fnUntraced(function* ({ history, which, tried, senders }, world, seen) {
    const { store, next } = world
    const versions = new Map<string, number>()
    const sent: Array<Sent> = []
    for (const [i, { writes, command, whole }] of history.entries()) {
      const exact = writes.map((write) => {
        const name = StreamName.format(write.stream)
        const version = versions.get(name) ?? 0
        versions.set(name, version + write.events.length)
        return { ...write, expected: Commit.exact(version) }
      })
      const plain = Commits.commit(next, exact)
      const ids = Variations.eventIds(plain)
      // A commit without events is known by a command id only.
      const commit =
        command || ids.length === 0
          ? { ...plain, commands: [{ id: `c${i}`, events: whole ? ids : ids.slice(0, -1) }] }
          : plain
      sent.push({ commit, first: yield* store.commit(commit) })
    }
    const before = yield* World.observe(world)

    const chosen = sent[which % sent.length]
    if (chosen === undefined) return
    // At one position, where one commit ended and the next began is not kept.
    const others = sent.flatMap(({ commit, first }) =>
      first.position === chosen.first.position ? [] : (commit.commands ?? []),
    )
    for (const variation of tried) {
      const varied = Variations.vary(variation, {
        commit: chosen.commit,
        others,
        fresh: (stream) => Commits.event(next(), stream, { type: "Added", tags: [] }),
      })
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
