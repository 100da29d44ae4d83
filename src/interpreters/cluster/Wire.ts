/**
 * A command on its way to the runner of its aggregate, and the answer: JSON that the user's io-ts types and the codec of
 * the events make values of.
 *
 * @since 0.1.0
 */
import { type Either, isLeft, left, mapLeft, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import * as EventCodec from "../../core/event/EventCodec.ts"
import * as Json from "../../core/event/Json.ts"
import { toFault } from "../../core/event/Refusal.ts"
import type { Executed, ExecuteError } from "../../core/program/Batch.ts"
import type { CommandContext } from "../../core/program/CommandContext.ts"
import * as Failures from "./Failures.ts"

/**
 * What a command came to. The state stays where it is kept warm.
 *
 * @example
 * ```ts
 * import { type Cluster } from "everfold/cluster"
 *
 * const report = <E>({ version, events, repeated }: Cluster.Answer<E>): string =>
 *   repeated ? "done before" : `${events.length} event(s), now at version ${version}`
 * console.log(report({ version: 2, position: 9, events: ["Added"], repeated: false })) // 1 event(s), now at version 2
 * ```
 * @category model
 * @since 0.1.0
 */
export type Answer<E> = Omit<Executed<never, E>, "state">

/**
 * How what is the model's own goes over the wire.
 *
 * @example
 * ```ts
 * import { type Cluster } from "everfold/cluster"
 * import * as t from "io-ts"
 *
 * // Commands that are numbers, and never rejected.
 * const codecs: Cluster.Codecs<number, never> = { command: t.number, rejection: t.never }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Codecs<C, R> {
  /** What it writes has to be JSON. */
  readonly command: t.Type<C, unknown>
  /** What it writes has to be JSON; `t.never` where nothing is ever rejected. */
  readonly rejection: t.Type<R, unknown>
}

/**
 * A command with all that it is given besides itself.
 *
 * @category model
 * @since 0.1.0
 */
export interface Asking<C> {
  readonly command: C
  readonly commandId: string
  readonly expected: number | undefined
  readonly context: CommandContext
}

/**
 * What becomes of it.
 *
 * @category model
 * @since 0.1.0
 */
export type Outcome<E, R> =
  | { readonly _tag: "Executed"; readonly answer: Answer<E> }
  | { readonly _tag: "Rejected"; readonly rejection: R }
  | { readonly _tag: "Failed"; readonly error: ExecuteError }

const optional = <C extends t.Mixed>(type: C) => t.union([type, t.undefined])

const isObject = (value: unknown): value is Json.JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const JsonObject = new t.Type<Json.JsonObject>(
  "JsonObject",
  isObject,
  (value, context) => (isObject(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
)

const Causation = t.type({
  eventId: t.string,
  stream: t.type({ category: t.string, id: t.string }),
  position: t.number,
})

const Asked = t.type({
  command: t.unknown,
  commandId: t.string,
  expected: optional(t.number),
  context: t.type({
    correlationId: optional(t.string),
    causation: t.union([Causation, t.null]),
    metadata: JsonObject,
  }),
})

const Events = t.readonlyArray(t.type({ type: t.string, schemaVersion: t.number, data: t.unknown }))

const Answered = t.union([
  t.type({
    _tag: t.literal("Executed"),
    version: t.number,
    position: t.number,
    repeated: t.boolean,
    events: Events,
  }),
  t.type({ _tag: t.literal("Rejected"), rejection: t.unknown }),
  t.type({ _tag: t.literal("Failed"), error: t.unknown }),
  t.type({ _tag: t.literal("Unwritten"), reason: t.string }),
])

const place = ({ path, reason }: Json.Fault): string => (path === "" ? reason : `${path}: ${reason}`)

const written = <A>(type: t.Type<A, unknown>, value: A): Either<string, unknown> => {
  if (!type.is(value)) return left(`it is not ${type.name}`)
  const encoded = type.encode(value)
  const text = Json.stringify(encoded)
  return isLeft(text) ? left(place(text.left)) : right(encoded)
}

const parsed = (text: string): Either<string, unknown> => {
  try {
    return right(JSON.parse(text))
  } catch {
    return left("it is not JSON")
  }
}

const readAs = <A>(type: t.Decoder<unknown, A>, value: unknown): Either<string, A> =>
  mapLeft((errors: t.Errors) => place(toFault(errors)))(type.decode(value))

/**
 * A command as text, or why it cannot be written.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ask = <C>({ command }: Pick<Codecs<C, never>, "command">, asking: Asking<C>): Either<string, string> => {
  const own = written(command, asking.command)
  return isLeft(own) ? own : right(JSON.stringify({ ...asking, command: own.right }))
}

/**
 * The command of a text, or why it is none.
 *
 * @category conversions
 * @since 0.1.0
 */
export const asked = <C>({ command }: Pick<Codecs<C, never>, "command">, text: string): Either<string, Asking<C>> => {
  const json = parsed(text)
  if (isLeft(json)) return json
  const asking = readAs(Asked, json.right)
  if (isLeft(asking)) return asking
  const own = readAs(command, asking.right.command)
  return isLeft(own) ? own : right({ ...asking.right, expected: asking.right.expected, command: own.right })
}

const told = <E, R>(
  codec: EventCodec.EventCodec<E>,
  { rejection }: Pick<Codecs<never, R>, "rejection">,
  outcome: Outcome<E, R>,
): Either<string, t.TypeOf<typeof Answered>> => {
  if (outcome._tag === "Failed") return right({ _tag: "Failed", error: Failures.encode(outcome.error) })
  if (outcome._tag === "Rejected") {
    const own = written(rejection, outcome.rejection)
    return isLeft(own) ? own : right({ _tag: "Rejected", rejection: own.right })
  }
  const { version, position, repeated } = outcome.answer
  const events: Array<EventCodec.Encoded> = []
  for (const event of outcome.answer.events) {
    const encoded = EventCodec.encode(codec, event)
    if (isLeft(encoded)) return left(place(encoded.left))
    events.push(encoded.right)
  }
  return right({ _tag: "Executed", version, position, repeated, events })
}

/**
 * What became of a command as text; of what cannot be written, the text says why. A runner that died of it would be asked
 * again for ever.
 *
 * @category conversions
 * @since 0.1.0
 */
export const answer = <E, R>(
  codec: EventCodec.EventCodec<E>,
  codecs: Pick<Codecs<never, R>, "rejection">,
  outcome: Outcome<E, R>,
): string => {
  const said = told(codec, codecs, outcome)
  return JSON.stringify(isLeft(said) ? { _tag: "Unwritten", reason: said.left } : said.right)
}

/**
 * What became of a command, or why a text does not say so.
 *
 * @category conversions
 * @since 0.1.0
 */
export const answered = <E, R>(
  codec: EventCodec.EventCodec<E>,
  { rejection }: Pick<Codecs<never, R>, "rejection">,
  text: string,
): Either<string, Outcome<E, R>> => {
  const json = parsed(text)
  if (isLeft(json)) return json
  const answered = readAs(Answered, json.right)
  if (isLeft(answered)) return answered
  const said = answered.right
  if (said._tag === "Unwritten") return left(said.reason)
  if (said._tag === "Failed") {
    const error = Failures.decode(said.error)
    return isLeft(error)
      ? left("it fails with an error that is not known here")
      : right({ ...said, error: error.right })
  }
  if (said._tag === "Rejected") {
    const own = readAs(rejection, said.rejection)
    return isLeft(own) ? own : right({ ...said, rejection: own.right })
  }
  const events: Array<E> = []
  for (const { type, schemaVersion, data } of said.events) {
    const decoded = EventCodec.decode(codec, type, schemaVersion, data)
    if (isLeft(decoded)) return left(place(decoded.left))
    events.push(...decoded.right)
  }
  const { version, position, repeated } = said
  return right({ _tag: "Executed", answer: { version, position, repeated, events } })
}
