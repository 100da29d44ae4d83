/**
 * What the store says of a commit that it did not record, or that records nothing: the facts of one moment, read in one
 * statement and without the lock. The pure decision judges them, so that every store gives the same answers.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import type { Commit } from "../../core/event/Commit.ts"
import {
  type Accepted,
  decide,
  type RecordedCommand,
  type Refused,
  recall,
  type StoreView,
} from "../../core/event/Decision.ts"
import * as HashChain from "../../core/event/HashChain.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import type { Database } from "./Database.ts"
import { type Parameter, texts } from "./parameters.ts"
import { type Cell, Damaged, integer, type Row, streamName, text } from "./rows.ts"

/** A stream's version and link. */
const head = t.tuple([t.number, t.string])
const heads = t.record(t.string, head)
const past = t.record(t.string, t.union([heads, t.null]))
const events = t.array(t.tuple([t.string, t.string, t.number, t.string]))
const commands = t.array(t.tuple([t.string, t.number, t.array(t.string), t.array(t.string)]))

const json = <A>(codec: t.Decoder<unknown, A>, value: Cell | undefined): A | undefined => {
  if (value === null || value === undefined) return undefined
  const decoded = codec.decode(JSON.parse(text(value)))
  if (isLeft(decoded)) throw new Damaged("facts of another form were expected")
  return decoded.right
}

const bytes = (hex: string): Uint8Array => Buffer.from(hex, "hex")

const headIn = (heads: t.TypeOf<typeof past>[string] | undefined, stream: StreamName.StreamName): HashChain.Head => {
  const found = heads?.[StreamName.format(stream)]
  return found === undefined ? HashChain.empty : { version: found[0], link: bytes(found[1]) }
}

const orZero = (value: Cell | undefined): number => (value === null ? 0 : integer(value))

/** Of one commit: another's is not in it. */
const view = (row: Row): StoreView => {
  const current = json(heads, row[2]) ?? {}
  const earlier = json(past, row[5]) ?? {}
  const known = new Map((json(events, row[3]) ?? []).map(([id, ...event]) => [id, event]))
  const asked = new Map((json(commands, row[4]) ?? []).map(([id, ...command]) => [id, command]))
  const checkpoint = { position: orZero(row[6]), epoch: orZero(row[7]) }
  const matched = row[8] === null ? undefined : integer(row[8])
  return {
    hash: row[0] === null ? undefined : text(row[0]),
    head: integer(row[1]),
    streamHead: (stream, at) => headIn(at === undefined ? current : earlier[at], stream),
    event: (id) => {
      const event = known.get(id)
      return event && { stream: streamName(event[0]), position: event[1], digest: bytes(event[2]) }
    },
    command: (id) => {
      const command = asked.get(id)
      return command && { position: command[0], events: command[1], streams: command[2].map(streamName) }
    },
    checkpoint: () => checkpoint,
    firstMatch: () => matched,
  }
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Facts {
  /** Decides a commit on the facts of one moment. */
  readonly look: (commit: Commit) => Effect.Effect<Either<Refused, Accepted>, StoreUnavailable>
  readonly command: (id: string) => Effect.Effect<Option.Option<RecordedCommand>, StoreUnavailable>
}

const orNull = (items: ReadonlyArray<string>): string | null => (items.length === 0 ? null : texts(items))

/** What `facts_1` is asked for a commit. */
const asked = ({ writes, commands = [], checkpoint, condition }: Commit): ReadonlyArray<Parameter> => [
  orNull(writes.flatMap(({ events }) => events.map(({ id }) => id))),
  orNull(commands.map(({ id }) => id)),
  texts(writes.map(({ stream }) => StreamName.format(stream))),
  checkpoint?.consumer ?? null,
  checkpoint?.upstream ?? null,
  checkpoint?.partition ?? null,
  condition === undefined ? null : JSON.stringify(condition.failIfMatch.items),
  condition?.after ?? null,
]

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (database: Database): Facts => {
  const statement =
    "SELECT hash, head, heads::text, events::text, commands::text, past::text, checkpoint, epoch, matched " +
    `FROM ${database.schema}.facts_1($1, $2, $3, $4, $5, $6, $7, $8)`
  const of = (what: string, parameters: ReadonlyArray<Parameter>): Effect.Effect<StoreView, StoreUnavailable> =>
    database.read(what, statement, parameters, (rows) => view(rows[0] ?? []))
  return {
    look: (commit) => Effect.map(of("deciding a commit", asked(commit)), (facts) => decide(facts, commit)),
    command: (id) =>
      id.isWellFormed() && !id.includes("\0")
        ? Effect.map(of("reading a command", [null, texts([id]), "{}", null, null, null, null, null]), (facts) =>
            Option.fromUndefinedOr(recall(facts, id)),
          )
        : Effect.succeedNone,
  }
}
