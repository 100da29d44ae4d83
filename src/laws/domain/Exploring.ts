/**
 * What a run came upon, counted: which tags, how many commands were accepted, how deep histories went.
 *
 * @since 0.1.0
 */
import { isLeft } from "fp-ts/lib/Either.js"
import type { Decider } from "../../core/domain/Decider.ts"
import type { Seen } from "../Law.ts"
import { type Call, once } from "./Calling.ts"
import { tagOf } from "./Telling.ts"
import { type Walk, walk } from "./Walk.ts"

const depths = [
  [10, "10 events or more"],
  [5, "5 to 9 events"],
  [1, "1 to 4 events"],
  [0, "no event"],
] as const

const count = <C, S, E, R>({ steps, places, events, broke }: Walk<C, S, E, R>, seen: Seen): void => {
  const tagged = (kind: string, value: unknown): void => {
    const tag = tagOf(value)
    if (tag !== undefined) seen(`${kind} ${tag}`)
  }
  for (const { decision } of steps) {
    if (decision === undefined) continue
    seen(
      isLeft(decision)
        ? "command refused"
        : decision.right.length === 0
          ? "command without events"
          : "command accepted",
    )
    if (isLeft(decision)) tagged("rejection", decision.left)
  }
  for (const event of events) tagged("event", event)
  for (const { state } of places) tagged("state", state)
  if (places.some(({ over }) => over)) seen("history that is over")
  if (broke !== undefined) seen("history that ends where the model breaks")
  const depth = depths.find(([least]) => events.length >= least)
  if (depth !== undefined) seen(`history of ${depth[1]}`)
}

/**
 * Walks, and counts what it comes upon.
 *
 * @category running
 * @since 0.1.0
 */
export const explored = <C, S, E, R>(
  decider: Decider<C, S, E, R>,
  commands: ReadonlyArray<C>,
  seen: Seen,
  call: Call = once,
): Walk<C, S, E, R> => {
  const walked = walk(decider, commands, call)
  count(walked, seen)
  return walked
}
