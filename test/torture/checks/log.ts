/** What is recorded, by itself: whole, in order, and what its own history makes of it. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import {
  Audit,
  Checkpoints,
  type Recorded,
  Repository,
  Snapshots,
  type StoredEvent,
  StreamName,
  Subscription,
} from "everfold"
import { consumer, undone } from "../commits.ts"
import { type Account, type AccountEvent, Accounts, empty, evolve } from "../model.ts"
import { parts, wanted } from "../operations.ts"
import type { Verdict } from "./verdict.ts"

export type Event = Recorded<AccountEvent>

export interface Log {
  readonly stored: ReadonlyArray<StoredEvent>
  /** Of accounts, by their ids. */
  readonly histories: ReadonlyMap<string, ReadonlyArray<Event>>
  /** Of accounts, by their ids: the state at each version. */
  readonly states: ReadonlyMap<string, ReadonlyArray<Account>>
  /** Events of accounts by the operation that they belong to. */
  readonly byOp: ReadonlyMap<string, ReadonlyArray<Event>>
  readonly checkpoint: number
}

export const same = (a: Account, b: Account): boolean => a.balance === b.balance && a.count === b.count

/** Reads all that is recorded, through the library. */
export const read = Effect.fnUntraced(function* ({ broken }: Verdict) {
  const stored = yield* Stream.runCollect(Subscription.catchUp())
  const fresh = Repository.make(Accounts)
  const unaided = Repository.make(Accounts)
  const histories = new Map<string, ReadonlyArray<Event>>()
  const states = new Map<string, ReadonlyArray<Account>>()
  const byOp = new Map<string, Array<Event>>()

  const account = Effect.fnUntraced(function* (id: string) {
    const history = yield* Stream.runCollect(fresh.history(id))
    const at = [empty]
    for (const { event } of history) at.push(evolve(at.at(-1) ?? empty, event))
    histories.set(id, history)
    states.set(id, at)
    for (const recorded of history) {
      const { op } = recorded.event
      const events = byOp.get(op) ?? []
      byOp.set(op, events)
      events.push(recorded)
    }
    const folded = at.at(-1) ?? empty
    for (const found of [yield* fresh.load(id), yield* Effect.provide(unaided.load(id), Snapshots.none)]) {
      if (Option.isSome(found) && same(found.value.state, folded) && found.value.version === history.length) continue
      broken.push(`${id} loads as ${JSON.stringify(found)}, its history folds to ${JSON.stringify(folded)}`)
    }
  })
  for (const id of yield* Stream.runCollect(fresh.ids)) {
    yield* Effect.catch(account(id), (error) => Effect.sync(() => broken.push(`${id}: ${error.message}`)))
  }
  const audited = yield* Effect.result(Audit.store)
  if (audited._tag === "Failure") broken.push(audited.failure.message)
  else if (audited.success.position !== stored.length) broken.push(`the audit ends at ${audited.success.position}`)
  const checkpoint = yield* (yield* Checkpoints).read(consumer)
  return { stored, histories, states, byOp, checkpoint } satisfies Log
})

/** Positions and versions are dense, and in the same order. */
const isDense = (stored: ReadonlyArray<StoredEvent>, { holes, reordered }: Verdict): void => {
  const streams = new Map<string, Array<number>>()
  let last = 0
  for (const { position, stream, version } of stored) {
    for (let missing = last + 1; missing < position; missing++) holes.push(`position ${missing}`)
    if (position <= last) reordered.push(`position ${position} after ${last}`)
    last = position
    const name = StreamName.format(stream)
    const versions = streams.get(name) ?? []
    streams.set(name, versions)
    const before = versions.at(-1) ?? 0
    if (version <= before) reordered.push(`version ${version} of ${name} after ${before}`)
    versions.push(version)
  }
  for (const [name, versions] of streams) {
    for (const [i, version] of versions.toSorted((a, b) => a - b).entries()) {
      if (version !== i + 1) holes.push(`version ${version} of ${name} is number ${i + 1}`)
    }
  }
}

/** Nobody is overdrawn, no money is made, and of each operation there is all or nothing, once. */
const addsUp = ({ histories, states, byOp }: Log, verdict: Verdict): void => {
  let moved = 0
  for (const { event } of [...histories.values()].flat()) if (event._tag === "Moved") moved += event.amount
  if (moved !== 0) verdict.imbalance.push(`transfers made ${moved}`)
  for (const [id, at] of states) {
    const [version, state] = [...at.entries()].find(([, { balance }]) => balance < 0) ?? []
    if (state !== undefined) verdict.overdrawn.push(`${id} is at ${state.balance} at version ${version}`)
  }
  for (const [op, events] of byOp) {
    const asked = wanted(...parts(op))
      .map(({ stream, amount }) => `${stream} ${amount}`)
      .toSorted()
    const found = events.map(({ stream, event }) => `${stream.id} ${event.amount}`).toSorted()
    if (found.length > asked.length) verdict.repeated.push(`${op} has ${found.length} events for ${asked.length}`)
    else if (String(found) !== String(asked)) verdict.torn.push(`${op} has ${found} of ${asked}`)
  }
}

export const holdsTogether = (log: Log, verdict: Verdict): void => {
  for (const { position, stream } of log.stored) {
    if (stream.category === undone) verdict.unwanted.push(`position ${position} was undone`)
  }
  isDense(log.stored, verdict)
  addsUp(log, verdict)
}
