/** Two ways to carry out operations: the library's, and a naive one that the checks must catch. */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Commit, Decider, EventMapper, EventStore, Repository } from "everfold"
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import * as commits from "./commits.ts"
import { sealed } from "./fixed.ts"
import { type Account, AccountEvent, Accounts, account, type Command, empty, Overdrawn } from "./model.ts"

const accounts = Repository.make(Accounts, { cache: 8 })

export interface Done {
  readonly state: Account
  readonly version: number
  readonly position: number
  readonly repeated: boolean
  readonly events: ReadonlyArray<AccountEvent>
}

const transfer = (
  op: string,
  amount: number,
  source: Account,
): Either<Overdrawn, readonly [AccountEvent, AccountEvent]> =>
  source.balance < amount
    ? left(new Overdrawn(source))
    : right([AccountEvent.Moved({ op, amount: -amount }), AccountEvent.Moved({ op, amount })])

const everfold = {
  execute: accounts.execute,
  transfer: (op: string, from: string, to: string, amount: number) =>
    Effect.map(
      Repository.transactAll({ to: accounts.stream(to), from: accounts.stream(from) }, (states) => {
        const moved = transfer(op, amount, states.from)
        const seen = [
          { stream: from, version: states.from.count },
          { stream: to, version: states.to.count },
        ]
        return isLeft(moved) ? moved : right([seen, { from: [moved.right[0]], to: [moved.right[1]] }] as const)
      }),
      ({ value, position }) => ({ seen: value, position }),
    ),
  spread: (op: string, amount: number, streams: ReadonlyArray<string>) =>
    commits.send(commits.spread(op, amount, streams)),
  claim: (op: string, name: string, after: number) => commits.send(commits.claim(op, name, after)),
  copy: (epoch: number, from: number, to: number, positions: ReadonlyArray<number>) =>
    commits.send(commits.copy(epoch, from, to, positions)),
}

/** Where an account stands now. */
export const load = (id: string) =>
  accounts
    .load(id)
    .pipe(
      Effect.map(Option.getOrElse(() => ({ state: empty, version: 0, position: 0 }))),
      Effect.catchTag("NotFound", Effect.die),
    )

/**
 * Reads, decides, writes, and expects nothing: what was decided on may be history by then. What belongs together is
 * written one after another, and under new ids when it is written again.
 */
const naive: typeof everfold = {
  execute: Effect.fnUntraced(function* (id: string, command: Command) {
    const { state, version } = yield* load(id)
    const decision = account.decide(command, state)
    if (isLeft(decision)) return yield* Effect.fail(decision.left)
    const events = decision.right
    const position = yield* append(id, events)
    return {
      state: Decider.fold(account)(events, state),
      version: version + events.length,
      position,
      repeated: false,
      events,
    }
  }),
  transfer: Effect.fnUntraced(function* (op: string, from: string, to: string, amount: number) {
    const [source, target] = [yield* load(from), yield* load(to)]
    const moved = transfer(op, amount, source.state)
    if (isLeft(moved)) return yield* Effect.fail(moved.left)
    yield* append(from, [moved.right[0]])
    const position = yield* append(to, [moved.right[1]])
    const seen = [
      { stream: from, version: source.version },
      { stream: to, version: target.version },
    ]
    return { seen, position }
  }),
  spread: (op, amount, streams) => inPieces(commits.spread(op, amount, streams)),
  claim: (op, name) => inPieces(commits.claim(op, name, 0)),
  copy: (epoch, from, to, positions) => inPieces(commits.copy(epoch, from, to, positions)),
}

const append = Effect.fnUntraced(function* (id: string, events: ReadonlyArray<AccountEvent>) {
  if (events.length === 0) return 0
  const mapper = yield* EventMapper
  const store = yield* EventStore
  const stream = { category: "Account", id }
  const origin = { correlationId: undefined, causation: null, metadata: {} }
  const [encoded] = yield* mapper.encode(AccountEvent, stream, [{ events, origin }])
  if (encoded === undefined || isLeft(encoded)) return yield* Effect.die("cannot be encoded")
  const write = { stream, expected: Commit.any, events: encoded.right }
  const committed = yield* store
    .commit({ hash: mapper.hash, writes: [write] })
    .pipe(Effect.catchTag(["ConditionFailed", "CheckpointConflict", "Fenced"], Effect.die))
  return committed.position
})

/** One commit for each of its writes, and one for its checkpoint. */
const inPieces = Effect.fnUntraced(function* ({ hash, writes, checkpoint }: Commit.Commit) {
  const pieces: ReadonlyArray<Commit.Commit> = [
    ...writes.map(({ stream, events }) => {
      const renewed = events.map((event) => ({ ...event, id: randomUUID() }))
      return { hash, writes: [{ stream, expected: Commit.any, events: renewed.map((event) => sealed(stream, event)) }] }
    }),
    ...(checkpoint === undefined ? [] : [{ hash, writes: [], checkpoint }]),
  ]
  const done = yield* Effect.forEach(pieces, commits.send)
  return {
    repeated: false,
    position: done.at(-1)?.position ?? 0,
    streams: done.flatMap(({ streams }) => streams),
  }
})

export const designs = { everfold, naive }
export type Design = keyof typeof designs
