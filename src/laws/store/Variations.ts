/**
 * A commit that was recorded, sent again with a difference, and why that is refused.
 *
 * @since 0.1.0
 */
import * as Commit from "../../core/event/Commit.ts"
import type { NewEvent } from "../../core/event/StoredEvent.ts"
import type * as StreamName from "../../core/event/StreamName.ts"
import * as Commits from "../arbitrary/Commits.ts"
import * as World from "./World.ts"

/**
 * What is sent again.
 *
 * @category model
 * @since 0.1.0
 */
export interface Varied {
  readonly commit: Commit.Commit
  /** The tag of the refusal; none where it is the first commit still. */
  readonly refused?: "EventIdReused" | "CommandRepeated"
}

/**
 * What there is to vary.
 *
 * @category model
 * @since 0.1.0
 */
export interface Given {
  readonly commit: Commit.Commit
  /** The commands of other commits, which are recorded at other positions. */
  readonly others: ReadonlyArray<Commit.CommandRecord>
  readonly fresh: (stream: StreamName.StreamName) => NewEvent
}

/** A commit by its parts. */
interface Parts extends Given {
  readonly alone: Omit<Commit.Commit, "commands">
  readonly command: Commit.CommandRecord | undefined
  /** The first write that has events. */
  readonly first: Commit.Write | undefined
}

/** `undefined` where a commit cannot have this difference. */
type Variation = (parts: Parts) => Varied | undefined

const elsewhere: StreamName.StreamName = { category: "Else", id: "where" }
const asserted: Commit.Write = { stream: elsewhere, expected: Commit.any, events: [] }

/** @category elimination @since 0.1.0 */
export const eventIds = ({ writes }: Pick<Commit.Commit, "writes">): ReadonlyArray<string> =>
  writes.flatMap(({ events }) => events.map(({ id }) => id))

/** Events are looked at first. */
const refusedAs = ({ first }: Parts): "EventIdReused" | "CommandRepeated" =>
  first === undefined ? "CommandRepeated" : "EventIdReused"

/** Its first events otherwise, without its command. */
const writing =
  (change: (write: Commit.Write, parts: Parts) => Partial<Commit.Write> | undefined): Variation =>
  (parts) => {
    const { alone, first } = parts
    const changed = first && change(first, parts)
    if (changed === undefined) return undefined
    const writes = alone.writes.map((write) =>
      write === first ? { ...write, expected: Commit.any, ...changed } : write,
    )
    return { commit: { ...alone, writes }, refused: "EventIdReused" }
  }

/** All of it with a command that says otherwise what it recorded. */
const commanding =
  (change: (command: Commit.CommandRecord, parts: Parts) => ReadonlyArray<string> | undefined): Variation =>
  (parts) => {
    const events = parts.command && change(parts.command, parts)
    if (parts.command === undefined || events === undefined) return undefined
    return { commit: { ...parts.alone, commands: [{ ...parts.command, events }] }, refused: "EventIdReused" }
  }

const variation = {
  "the same": ({ commit }) => ({ commit }),
  "with a new event after it": writing(({ stream, events }, { fresh }) => ({ events: [...events, fresh(stream)] })),
  "with a new event before it": writing(({ stream, events }, { fresh }) => ({ events: [fresh(stream), ...events] })),
  "in another stream": writing(() => ({ stream: elsewhere })),
  "in another order": writing(({ events }) => (events.length < 2 ? undefined : { events: events.toReversed() })),
  "with other content": writing(({ stream, events }) => ({
    events: events.map((event) =>
      Commits.event(World.numberOf(event), stream, { ...event, body: Uint8Array.of(1, 2, 3) }),
    ),
  })),
  "its command without its last event": commanding(({ events }) =>
    events.length === 0 ? undefined : events.slice(0, -1),
  ),
  "its command with its other events": commanding(({ events }, { commit }) =>
    events.length === eventIds(commit).length ? undefined : eventIds(commit),
  ),
  "its command with a new event": ({ alone, command, fresh }) => {
    if (command === undefined) return undefined
    const event = fresh(elsewhere)
    const commands = [{ id: command.id, events: [event.id] }]
    return { commit: { ...alone, writes: [{ ...asserted, events: [event] }], commands }, refused: "CommandRepeated" }
  },
  "its command alone": ({ alone, command }) =>
    command && {
      commit: { ...alone, writes: [], commands: [{ id: command.id, events: [] }] },
      refused: "CommandRepeated",
    },
  "its command on another stream": ({ alone, command }) =>
    command && {
      commit: { ...alone, writes: [asserted], commands: [{ id: command.id, events: [] }] },
      refused: "CommandRepeated",
    },
  "its command beside another stream": (parts) =>
    parts.command && {
      commit: { ...parts.commit, writes: [...parts.alone.writes, asserted] },
      refused: refusedAs(parts),
    },
  "its command beside another stream than the one that it asserted": (parts) => {
    const { writes } = parts.alone
    const at = writes.findLastIndex(({ events }) => events.length === 0)
    return parts.command === undefined || at < 0
      ? undefined
      : { commit: { ...parts.commit, writes: writes.with(at, asserted) }, refused: refusedAs(parts) }
  },
  "its command before another one": ({ alone, command, others: [other] }) =>
    command &&
    other && {
      commit: { ...alone, writes: [], commands: [command, other].map(({ id }) => ({ id, events: [] })) },
      refused: "CommandRepeated",
    },
  "the command of another commit": ({ alone, first, others }) => {
    const other = others.find(({ events }) => events.length === 0)
    return first && other && { commit: { ...alone, commands: [other] }, refused: "EventIdReused" }
  },
} satisfies { readonly [name: string]: Variation }

/** @category model @since 0.1.0 */
export type Name = keyof typeof variation

const isName = (name: string): name is Name => Object.hasOwn(variation, name)

/** @category universe @since 0.1.0 */
export const names: ReadonlyArray<Name> = Object.keys(variation).filter(isName)

/**
 * The commit with a difference; `undefined` where it cannot have that one.
 *
 * @category running
 * @since 0.1.0
 */
export const vary = (name: Name, given: Given): Varied | undefined => {
  const { commands: [command] = [], ...alone } = given.commit
  const vary: Variation = variation[name]
  return vary({ ...given, alone, command, first: alone.writes.find(({ events }) => events.length > 0) })
}
