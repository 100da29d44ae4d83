/** What must hold afterwards: what was told is what is recorded, and what is recorded holds together. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Audit, EventMapper, Hash, type Recorded, Repository, Snapshots, Subscription } from "everfold"
import { History } from "everfold/laws"
import { Sqlite } from "everfold/sqlite"
import { historyOf } from "./history.ts"
import { type Account, type AccountEvent, Accounts, empty, evolve } from "./model.ts"
import { nameOf, operation } from "./operations.ts"
import type { Saw, Told } from "./report.ts"
import type { Evidence } from "./torture.ts"

type Event = Recorded<AccountEvent>

/** Violations by kind, each with a few examples. */
export interface Verdict {
  /** Told to be recorded, and not in the store. */
  readonly lost: ReadonlyArray<string>
  /** Recorded more often than asked for. */
  readonly repeated: ReadonlyArray<string>
  /** Recorded in part: half a transfer, say. */
  readonly torn: ReadonlyArray<string>
  /** Recorded although it was told that nothing was. */
  readonly unwanted: ReadonlyArray<string>
  /** Told otherwise than recorded, or older than what somebody was told before it was asked. */
  readonly untrue: ReadonlyArray<string>
  /** Decided on a state that was not the latest: an account below zero. */
  readonly overdrawn: ReadonlyArray<string>
  /** Money that transfers made or lost. */
  readonly imbalance: ReadonlyArray<string>
  /** Told in a way that no order of the operations explains. */
  readonly unserializable: ReadonlyArray<string>
  /** Positions or versions that are missing. */
  readonly holes: ReadonlyArray<string>
  /** Chains that do not verify, and states that differ from the fold of the history. */
  readonly broken: ReadonlyArray<string>
  /** Of the followers. */
  readonly skipped: ReadonlyArray<string>
  readonly reordered: ReadonlyArray<string>
  /** Errors that must not be, complaints, processes that hang. */
  readonly faults: ReadonlyArray<string>
}

export interface Found {
  readonly verdict: Verdict
  readonly events: number
  readonly operations: number
}

const same = (a: Account, b: Account): boolean => a.balance === b.balance && a.count === b.count

/** What an operation records where it is accepted, as amounts by stream. */
const wanted = (lane: string, serial: number): ReadonlyArray<readonly [stream: string, amount: number]> => {
  const task = operation(lane, serial)
  switch (task.kind) {
    case "deposit":
      return task.amounts.map((amount) => [task.stream, amount])
    case "withdraw":
    case "hasty":
      return [[task.stream, task.amount]]
    case "transfer":
      return [
        [task.from, -task.amount],
        [task.to, task.amount],
      ]
    default:
      return []
  }
}

const parts = (op: string): readonly [string, number] => {
  const dot = op.indexOf(".")
  return [op.slice(0, dot), Number(op.slice(dot + 1))]
}

const seenBy = (
  who: string,
  saw: ReadonlyArray<Saw>,
  ids: ReadonlyArray<string>,
  verdict: Record<keyof Verdict, Array<string>>,
) => {
  let last = 0
  for (const { position, id } of saw) {
    if (position <= last) verdict.reordered.push(`${who} saw ${position} after ${last}`)
    else if (position > last + 1) verdict.skipped.push(`${who} saw ${position} after ${last}`)
    if (ids[position - 1] !== id) verdict.untrue.push(`${who} saw ${id} at ${position}`)
    last = Math.max(last, position)
  }
  if (last < ids.length) verdict.skipped.push(`${who} saw up to ${last} of ${ids.length}`)
}

/** Reads all that is recorded, through the library. */
const read = Effect.gen(function* () {
  const stored = yield* Stream.runCollect(Subscription.catchUp())
  const fresh = Repository.make(Accounts)
  const unaided = Repository.make(Accounts)
  const histories = new Map<string, ReadonlyArray<Event>>()
  const broken: Array<string> = []
  for (const id of yield* Stream.runCollect(fresh.ids)) {
    const history = yield* Stream.runCollect(fresh.history(id))
    histories.set(id, history)
    const folded = history.reduce((state, { event }) => evolve(state, event), empty)
    const loaded = [yield* fresh.load(id), yield* Effect.provide(unaided.load(id), Snapshots.none)]
    for (const found of loaded) {
      if (Option.isNone(found) || !same(found.value.state, folded) || found.value.version !== history.length) {
        broken.push(`${id} loads as ${JSON.stringify(found)}, its history folds to ${JSON.stringify(folded)}`)
      }
    }
  }
  const audited = yield* Effect.result(Audit.store)
  if (audited._tag === "Failure") broken.push(audited.failure.message)
  else if (audited.success.position !== stored.length) broken.push(`the audit ends at ${audited.success.position}`)
  return { stored, histories, broken }
})

export const check = async (filename: string, { told, steady, restless, faults }: Evidence): Promise<Found> => {
  const live = Layer.mergeAll(Sqlite.layer({ filename }), EventMapper.plain, Hash.sha256)
  const { stored, histories, broken } = await Effect.runPromise(Effect.provide(read, live))
  const verdict = {
    lost: [] as string[],
    repeated: [] as string[],
    torn: [] as string[],
    unwanted: [] as string[],
    untrue: [] as string[],
    overdrawn: [] as string[],
    imbalance: [] as string[],
    unserializable: [] as string[],
    holes: [] as string[],
    broken,
    skipped: [] as string[],
    reordered: [] as string[],
    faults: [...faults],
  }
  for (const [i, event] of stored.entries()) {
    if (event.position !== i + 1) verdict.holes.push(`position ${event.position} is number ${i + 1}`)
  }

  /** A stream's states by version. */
  const states = new Map<string, ReadonlyArray<Account>>()
  const byOp = new Map<string, Array<Event>>()
  let moved = 0
  for (const [id, history] of histories) {
    const at: Array<Account> = [empty]
    for (const [i, recorded] of history.entries()) {
      if (recorded.version !== i + 1) verdict.holes.push(`version ${recorded.version} of ${id} is number ${i + 1}`)
      const state = evolve(at[i] ?? empty, recorded.event)
      if (state.balance < 0) verdict.overdrawn.push(`${id} is at ${state.balance} at version ${i + 1}`)
      if (recorded.event._tag === "Moved") moved += recorded.event.amount
      at.push(state)
      const events = byOp.get(recorded.event.op) ?? []
      byOp.set(recorded.event.op, events)
      events.push(recorded)
    }
    states.set(id, at)
  }
  if (moved !== 0) verdict.imbalance.push(`transfers made ${moved}`)

  for (const [op, events] of byOp) {
    const asked = wanted(...parts(op))
      .map(String)
      .toSorted()
    const found = events.map(({ stream, event }) => String([stream.id, event.amount])).toSorted()
    if (found.length > asked.length) verdict.repeated.push(`${op} has ${found.length} events for ${asked.length}`)
    else if (String(found) !== String(asked)) verdict.torn.push(`${op} has ${found} of ${asked}`)
  }

  const violation = History.violation(historyOf(told, byOp))
  if (violation !== undefined) verdict.unserializable.push(History.explain(violation))
  answers(told, stored.length, histories, states, byOp, verdict)
  seenBy(
    "the steady follower",
    steady,
    stored.map(({ id }) => id),
    verdict,
  )
  seenBy(
    "the restless follower",
    restless,
    stored.map(({ id }) => id),
    verdict,
  )
  return { verdict, events: stored.length, operations: byOp.size }
}

const answers = (
  told: ReadonlyArray<Told>,
  head: number,
  histories: ReadonlyMap<string, ReadonlyArray<Event>>,
  states: ReadonlyMap<string, ReadonlyArray<Account>>,
  byOp: ReadonlyMap<string, ReadonlyArray<Event>>,
  verdict: Record<keyof Verdict, Array<string>>,
): void => {
  /** Versions that were told, by stream, in the order in which they were. */
  const known = new Map<string, Array<readonly [end: number, version: number]>>()
  for (const line of told.toSorted((a, b) => a.end - b.end)) {
    if (line.told !== "recorded" && line.told !== "loaded") continue
    const list = known.get(line.stream) ?? []
    known.set(line.stream, list)
    list.push([line.end, Math.max(line.version, list.at(-1)?.[1] ?? 0)])
  }
  /** The latest version that anybody was told of before a moment. */
  const floor = (stream: string, before: number): number => {
    const list = known.get(stream) ?? []
    let low = 0
    let high = list.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((list[middle]?.[0] ?? 0) < before) low = middle + 1
      else high = middle
    }
    return list[low - 1]?.[1] ?? 0
  }

  const first = new Map<string, string>()
  for (const line of told) {
    const op = nameOf(line.lane, line.serial)
    const own = byOp.get(op) ?? []
    const untrue = (why: string) => verdict.untrue.push(`${op}: ${why} (${JSON.stringify(line)})`)
    /** A state that it shows must be one that was, and no older than what was known when it was asked for. */
    const showed = (stream: string, version: number, state: Account, atLeast = floor(stream, line.start)): void => {
      const was = states.get(stream)?.[version] ?? (version === 0 ? empty : undefined)
      if (was === undefined || !same(was, state)) untrue(`version ${version} was ${JSON.stringify(was)}`)
      if (version < atLeast) untrue(`version ${atLeast} had been told before`)
    }
    switch (line.told) {
      case "recorded": {
        const { stream, version, position, repeated, amounts, state } = line
        const end = histories.get(stream)?.[version - 1]
        const there = histories.get(stream)?.slice(version - amounts.length, version) ?? []
        if (own.length < amounts.length) verdict.lost.push(`${op} was told at version ${version} of ${stream}`)
        else if (String(there.map(({ event }) => event.amount)) !== String(amounts)) untrue("other events are there")
        else if (amounts.length > 0 && there.some(({ event }) => event.op !== op)) untrue("events of others are there")
        if ((end?.position ?? 0) !== position) untrue(`its position is ${end?.position}`)
        showed(stream, version, state, repeated ? 0 : floor(stream, line.start) + amounts.length)
        const summary = JSON.stringify([version, position, amounts, state])
        if ((first.get(op) ?? summary) !== summary) untrue(`it was told ${first.get(op)} before`)
        first.set(op, summary)
        break
      }
      case "moved":
        if (own.length < 2) verdict.lost.push(`${op} was told at position ${line.position}`)
        else if (Math.max(...own.map(({ position }) => position)) !== line.position) untrue("it is elsewhere")
        if (line.position > head) untrue(`the store ends at ${head}`)
        break
      case "refused":
        // Under the same id it may be asked for again, and accepted then.
        if (own.some(({ version }) => line.done || version <= line.seen.count))
          verdict.unwanted.push(`${op} was refused`)
        showed(line.stream, line.seen.count, line.seen)
        break
      case "loaded":
        showed(line.stream, line.version, line.state)
        if ((histories.get(line.stream)?.[line.version - 1]?.position ?? 0) !== line.position) untrue("its position")
        break
      case "nothing":
        if (own.length > 0) verdict.unwanted.push(`${op} was told not to be, for ${line.why}`)
        break
      case "wrong":
        verdict.faults.push(`${op}: ${line.why}`)
        break
    }
  }
}
