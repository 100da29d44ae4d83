/**
 * What a process does that is killed between two statements: steps, one after another, of every kind of commit. Each
 * says whether it is recorded, so that whoever opens the file afterwards can go on where it ended.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  Aggregate,
  Checkpoints,
  Commit,
  type EventMapper,
  EventStore,
  HashChain,
  type ReadModel,
  Repository,
  Snapshots,
  type StoredEvent,
  StoreUnavailable,
} from "everfold"
import { right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { type Account, AccountEvent, account, type Command, empty } from "../model.ts"
import type { Place } from "../places.ts"
import { name } from "../projections/digests.ts"
import { look } from "../projections/look.ts"
import { projecting } from "../projections/projecting.ts"

/** With a snapshot after every other event. */
export const Accounts = Aggregate.make({
  category: "Account",
  decider: account,
  events: AccountEvent,
  snapshot: { state: t.type({ balance: t.number, count: t.number }), every: 2 },
})

const accounts = Repository.make(Accounts)

type Services = EventStore | EventMapper | Snapshots | Checkpoints

/** What a step answers, but for what differs from time to time. */
export type Answer = Readonly<Record<string, unknown>>

export interface Step {
  readonly name: string
  /** Whether it has an id, under which it can be done again whatever became of it. */
  readonly repeatable: boolean
  /** How many events it records. */
  readonly events: number
  readonly run: Effect.Effect<Answer, unknown, Services>
  /** Whether it is known to the store, where its events do not tell. */
  readonly recorded?: Effect.Effect<boolean, unknown, Services>
}

const execute = (id: string, command: Command, commandId?: string): Effect.Effect<Answer, unknown, Services> =>
  accounts.execute(id, command, commandId === undefined ? {} : { commandId }).pipe(
    Effect.map(({ state, version, position, events }) => ({ state, version, position, events })),
    Effect.catchTag("Overdrawn", ({ seen }) => Effect.succeed({ refused: seen })),
  )

/** Snapshots are taken in the background: where this process took one, it has been kept when this ends. */
const snapshotted = (id: string, version: number) =>
  Effect.gen(function* () {
    const snapshots = yield* Snapshots
    for (let tries = 0; tries < 100; tries++) {
      const found = yield* snapshots.read({ category: "Account", id })
      if (Option.isSome(found) && found.value.version >= version) break
      yield* Effect.sleep(1)
    }
    return {}
  })

const consumer = { consumer: "reader", upstream: "log", partition: 0 }
const stream = (id: string) => ({ category: "Account", id })

/** Two streams, a command id and a checkpoint under a lease, in one commit whose event ids never change. */
const everything = Effect.gen(function* () {
  const checkpoints = yield* Checkpoints
  const lease = yield* checkpoints.acquire(consumer, 0)
  const { epoch, position: from } = Option.getOrElse(lease, () => ({ epoch: 0, position: 0 }))
  const event = (n: number, id: string) => {
    const plain = {
      id: `00000000-0000-7000-8000-00000000000${n}`,
      type: "Deposited",
      schemaVersion: 1,
      tags: ["everything"],
      recordedAt: 1_800_000_000_000,
      correlationId: "everything",
      causation: null,
      encoding: "json",
      body: Buffer.from(JSON.stringify({ data: { op: "everything", amount: 1 } })),
    }
    return { ...plain, digest: HashChain.sha256(HashChain.preimage(stream(id), plain)) }
  }
  const events = [event(1, "a"), event(2, "b")]
  const committed = yield* EventStore.use((store) =>
    store.commit({
      hash: "sha256",
      writes: events.map((event, i) => ({
        stream: stream(i === 0 ? "a" : "b"),
        expected: Commit.any,
        events: [event],
      })),
      commands: [{ id: "everything", events: events.map(({ id }) => id) }],
      checkpoint: { ...consumer, epoch, from, to: from + 5 },
    }),
  )
  return {
    position: committed.position,
    versions: committed.streams.map(({ version }) => version),
    checkpoint: yield* checkpoints.read(consumer),
  }
})

/** A read model at this moment; who cannot be asked now may be asked later. */
export const modelAt = (place: Place) =>
  Effect.tryPromise({
    try: () => look(place, "everfold", 1, true),
    catch: (cause) => new StoreUnavailable({ what: "looking at a read model", retryable: true, cause }),
  })

/** An instance of a projection, until its read model includes all and is the active one. */
const projected = (place: Place) =>
  Effect.gen(function* () {
    const head = yield* (yield* EventStore).head
    const done = yield* Deferred.make<void>()
    const around = <Tx>(model: ReadModel.ReadModel<Tx>): ReadModel.ReadModel<Tx> => ({
      ...model,
      transact: (move, work) =>
        Effect.tap(model.transact(move, work), () =>
          Effect.flatMap(model.active(name), (active) =>
            move.to >= head && Option.isSome(active) ? Deferred.succeed(done, undefined) : Effect.void,
          ),
        ),
    })
    const instance = { version: 1, design: "everfold", batch: 3, around } as const
    yield* Effect.raceFirst(projecting(place, instance), Deferred.await(done))
    return { ...(yield* modelAt(place)) }
  })

const known = (id: string) => EventStore.use((store) => Effect.map(store.command(id), (found) => Option.isSome(found)))

export const steps = (place: Place): ReadonlyArray<Step> => [
  {
    name: "open",
    repeatable: true,
    events: 3,
    run: execute("a", { _tag: "Deposit", op: "open", amounts: [5, 6, 7] }, "open"),
  },
  {
    name: "move",
    repeatable: false,
    events: 2,
    run: Effect.map(
      Repository.transactAll({ from: accounts.stream("a"), to: accounts.stream("b") }, () =>
        right([
          "moved",
          {
            from: [AccountEvent.Moved({ op: "move", amount: -2 })],
            to: [AccountEvent.Moved({ op: "move", amount: 2 })],
          },
        ]),
      ),
      ({ value, position }) => ({ value, position }),
    ),
  },
  { name: "snapshot", repeatable: false, events: 0, run: snapshotted("a", 4) },
  {
    name: "look",
    repeatable: true,
    events: 0,
    run: execute("a", { _tag: "Look" }, "look"),
    recorded: known("look"),
  },
  {
    name: "refused",
    repeatable: false,
    events: 0,
    run: execute("b", { _tag: "Withdraw", op: "refused", amount: 100 }, "refused"),
  },
  { name: "two", repeatable: false, events: 2, run: execute("b", { _tag: "Deposit", op: "two", amounts: [1, 2] }) },
  { name: "everything", repeatable: true, events: 2, run: everything },
  {
    name: "projected",
    repeatable: true,
    events: 0,
    run: projected(place),
    recorded: Effect.map(modelAt(place), (found) => found?.active === 1),
  },
]

export const opOf = (event: StoredEvent): unknown => JSON.parse(Buffer.from(event.body).toString()).data.op

/** Where an account stands, with its snapshot and without. */
export const standing = Effect.fnUntraced(function* (id: string) {
  const load = Effect.map(Repository.make(Accounts).load(id), (found) =>
    Option.match(found, {
      onNone: (): { readonly state: Account; readonly version: number } => ({ state: empty, version: 0 }),
      onSome: ({ state, version }) => ({ state, version }),
    }),
  )
  return { aided: yield* load, unaided: yield* Effect.provide(load, Snapshots.none) }
})

export { consumer }
