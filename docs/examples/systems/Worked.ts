// What there is to know of a system to have it work: what it is asked, and what it has come to.
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Decider, type Repository, type System } from "everfold"

export interface Worked<C> {
  readonly system: System.System<never>
  /** So many, the same ones whenever they are asked for. */
  readonly commands: (count: number) => ReadonlyArray<C>
  /** A command that was given before changes nothing. */
  readonly execute: (command: C, deployment: System.Deployment) => Effect.Effect<unknown, unknown>
  readonly states: (deployment: System.Deployment) => Effect.Effect<ReadonlyArray<State>, unknown>
}

/** A stream, and the state that its events have come to. */
export interface State {
  readonly stream: string
  readonly state: unknown
}

/** Of all streams of a repository, also of those that are over. */
export const statesOf = Effect.fnUntraced(function* <C, S, E, R>(repository: Repository.Repository<C, S, E, R>) {
  const { category, decider } = repository.aggregate
  const states: Array<State> = []
  for (const id of yield* Stream.runCollect(repository.ids)) {
    const history = yield* Stream.runCollect(repository.history(id))
    states.push({ stream: `${category}-${id}`, state: Decider.fold(decider)(history.map(({ event }) => event)) })
  }
  return states
})

/** The keys of objects in order, however they came about. */
const sorted = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** The same for the same states, in whichever order they are told. */
export const digestOf = (states: ReadonlyArray<State>): string => {
  const lines = states.map((state) => JSON.stringify(state, sorted)).toSorted()
  return createHash("sha256").update(lines.join("\n")).digest("hex")
}
