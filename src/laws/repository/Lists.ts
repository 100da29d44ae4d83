/**
 * What a repository has to answer, said a second time and another way: by deciding and folding over plain lists.
 *
 * @since 0.1.0
 */
import { type Both, type Execute, type Id, ids, noted, nothing, type Question, timeOf } from "./Asking.ts"
import { closing, type Names, NotedEvent } from "./Register.ts"

/**
 * What is recorded, with the number of its command and what that was given in.
 *
 * @category model
 * @since 0.1.0
 */
export interface Entry {
  readonly id: Id
  readonly by: string
  readonly group: number
  readonly correlation: string | undefined
  readonly metadata: string | undefined
}

/**
 * All that is recorded.
 *
 * @category model
 * @since 0.1.0
 */
export interface Lists {
  readonly log: Array<Entry>
  /** When each event was recorded. */
  readonly times: Array<number>
  /** What commands with an id came to, and where. */
  readonly commands: Map<string, { readonly id: Id; readonly answer: object }>
  commandsSoFar: number
}

/** @category constructors @since 0.1.0 */
export const empty = (): Lists => ({ log: [], times: [], commands: new Map(), commandsSoFar: 0 })

const eventsOf = ({ log }: Lists, id: Id) =>
  log.flatMap((entry, i) => (entry.id === id ? [{ ...entry, position: i + 1 }] : []))

/** @category elimination @since 0.1.0 */
export const namesOf = (lists: Lists, id: Id): Names => eventsOf(lists, id).map(({ by }) => by)

/** @category predicates @since 0.1.0 */
export const isOver = (names: Names): boolean => names.includes(closing)

const misused = { _tag: "InvalidInput" }

const loaded = (lists: Lists, id: Id, version: number): unknown => {
  const events = eventsOf(lists, id).slice(0, version)
  const state = events.map(({ by }) => by)
  return version === 0 || isOver(state) ? nothing : { state, version, position: events.at(-1)?.position }
}

const execute = (lists: Lists, { id, by, times, limit, expected, commandId, misuse, given }: Execute): unknown => {
  if (misuse !== undefined) return misused
  const known = commandId === undefined ? undefined : lists.commands.get(commandId)
  if (known !== undefined) return known.id === id ? known.answer : { _tag: "CommandRepeated", id: commandId }
  const names = namesOf(lists, id)
  if (expected !== undefined && expected !== names.length) {
    return { _tag: "VersionConflict", expected: { _tag: "Exact", version: expected }, actual: names.length }
  }
  if (names.length + times > limit || isOver(names)) return { _tag: "Full", seen: names }
  const { correlation = commandId, metadata } = given
  const group = ++lists.commandsSoFar
  for (const _ of noted(by, times)) lists.log.push({ id, by, group, correlation, metadata })
  const events = eventsOf(lists, id)
  const position = events.at(-1)?.position ?? 0
  const answer = { state: events.map(({ by }) => by), version: events.length, position, events: noted(by, times) }
  if (commandId !== undefined) lists.commands.set(commandId, { id, answer: { ...answer, repeated: true } })
  return { ...answer, repeated: false }
}

const both = (lists: Lists, { by, order, times, limit, fault, given }: Both): unknown => {
  if (fault === "throws") return { _tag: "DeciderThrew", during: "decide" }
  if (fault === "unwritable") return { _tag: "EncodeFailed" }
  if (fault !== undefined) return misused
  const [one, other] = order
  const value = [namesOf(lists, one), namesOf(lists, other)]
  if (namesOf(lists, one).length + times[0] > limit) return { _tag: "Full", seen: namesOf(lists, one) }
  const group = ++lists.commandsSoFar
  for (const id of ids) {
    for (const _ of noted(by, times[id === one ? 0 : 1])) lists.log.push({ id, by, group, ...given })
  }
  return { value, position: lists.log.length }
}

/**
 * The answer to a question, or the error by its tag and what else it has to say; what is recorded with it is in the lists
 * then.
 *
 * @category running
 * @since 0.1.0
 */
export const answer = (lists: Lists, question: Question): unknown => {
  switch (question._tag) {
    case "Execute":
      return execute(lists, question)
    case "Both":
      return both(lists, question)
    case "Load":
      return loaded(lists, question.id, namesOf(lists, question.id).length)
    case "Exists":
      return loaded(lists, question.id, namesOf(lists, question.id).length) !== nothing
    case "LoadVersion": {
      const { id, version } = question
      const latest = namesOf(lists, id).length
      if (version < 1) return misused
      return latest > 0 && version > latest
        ? { _tag: "NotFound", latest }
        : loaded(lists, id, Math.min(latest, version))
    }
    case "LoadAt": {
      const time = timeOf(lists.times, question)
      if (Number.isNaN(time)) return misused
      const events = eventsOf(lists, question.id)
      const later = events.findIndex(({ position }) => (lists.times[position - 1] ?? 0) > time)
      return loaded(lists, question.id, later < 0 ? events.length : later)
    }
    case "History":
      return eventsOf(lists, question.id).map(({ by, position, metadata }, i) => ({
        event: NotedEvent.Noted({ by }),
        version: i + 1,
        position,
        metadata: metadata === undefined ? {} : { who: metadata },
      }))
    case "Ids":
      return ids.filter((id) => namesOf(lists, id).length > 0)
    case "Wait":
      return undefined
  }
}
