/** What a lane of a writer does: the same operation for the same name, in whichever process it runs. */
import { shared } from "./model.ts"

export type Operation =
  | { readonly kind: "deposit"; readonly stream: string; readonly amounts: ReadonlyArray<number> }
  | { readonly kind: "withdraw"; readonly stream: string; readonly amount: number }
  | { readonly kind: "look"; readonly stream: string }
  | { readonly kind: "transfer"; readonly from: string; readonly to: string; readonly amount: number }
  /** Deposits on several streams in one commit, at whatever versions they are. */
  | { readonly kind: "spread"; readonly amount: number; readonly streams: ReadonlyArray<string> }
  /** A name that one lane can have. Having looked, it only minds what came since. */
  | { readonly kind: "claim"; readonly name: string; readonly looks: boolean }
  /** Without a command id, and interrupted after a while: it happened or not. */
  | { readonly kind: "hasty"; readonly stream: string; readonly amount: number; readonly millis: number }
  /** With a version that the stream has left behind. */
  | { readonly kind: "stale"; readonly stream: string }
  | { readonly kind: "load"; readonly stream: string }

/** How an operation is done: once, or twice under the same command id, or interrupted and, where it has an id, repeated. */
export type Manner = "once" | "twice" | "interrupted"

/** The name of a lane's operation, which is also its command id. */
export const nameOf = (lane: string, serial: number): string => `${lane}.${serial}`

/** The lane and the number of an operation's name. */
export const parts = (op: string): readonly [lane: string, serial: number] => {
  const dot = op.indexOf(".")
  return [op.slice(0, dot), Number(op.slice(dot + 1))]
}

/** Whether an operation may be done again: the others have no id, and happened or not. */
export const isRepeatable = (lane: string, serial: number): boolean => {
  const { kind } = operation(lane, serial)
  return kind !== "transfer" && kind !== "hasty"
}

/** What an operation records on accounts where it is accepted. */
export const wanted = (
  lane: string,
  serial: number,
): ReadonlyArray<{ readonly stream: string; readonly amount: number }> => {
  const task = operation(lane, serial)
  switch (task.kind) {
    case "deposit":
      return task.amounts.map((amount) => ({ stream: task.stream, amount }))
    case "withdraw":
    case "hasty":
      return [{ stream: task.stream, amount: task.amount }]
    case "spread":
      return task.streams.map((stream) => ({ stream, amount: task.amount }))
    case "transfer":
      return [
        { stream: task.from, amount: -task.amount },
        { stream: task.to, amount: task.amount },
      ]
    default:
      return []
  }
}

/** FNV-1a with a finish: a different sequence for each name. */
const seedOf = (name: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** Mulberry32. */
const numbers = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let n = Math.imul(state ^ (state >>> 15), 1 | state)
    n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n
    return Math.floor((((n ^ (n >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

export const operation = (lane: string, serial: number): Operation & { readonly manner: Manner } => {
  const next = numbers(seedOf(nameOf(lane, serial)))
  const hot = shared[next(shared.length)] ?? "hot-0"
  const own = `own-${lane}`
  const manner = (["once", "once", "once", "twice", "interrupted"] as const)[next(5)] ?? "once"
  const others = shared.filter((stream) => stream !== hot)
  const dice = next(100)
  if (dice < 20) return { kind: "deposit", stream: hot, amounts: [1 + next(9)], manner }
  if (dice < 30) return { kind: "deposit", stream: own, amounts: [1, 2, 3].slice(next(3)), manner }
  if (dice < 50) return { kind: "withdraw", stream: hot, amount: 5 + next(20), manner }
  if (dice < 55) return { kind: "look", stream: hot, manner }
  if (dice < 70)
    return { kind: "transfer", from: hot, to: others[next(others.length)] ?? own, amount: 1 + next(10), manner }
  if (dice < 76)
    return { kind: "spread", amount: 1 + next(5), streams: [hot, own, ...others.slice(0, next(3))], manner }
  // Lanes come to a name at about the same time.
  if (dice < 84) return { kind: "claim", name: `name-${Math.floor(serial / 12)}`, looks: next(2) === 0, manner }
  if (dice < 91) return { kind: "hasty", stream: hot, amount: 1 + next(5), millis: next(6), manner }
  if (dice < 95) return { kind: "stale", stream: hot, manner }
  return { kind: "load", stream: next(2) === 0 ? hot : own, manner }
}
