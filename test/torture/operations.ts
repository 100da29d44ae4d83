/** What a lane of a writer does: the same operation for the same name, in whichever process it runs. */
import { shared } from "./model.ts"

export type Operation =
  | { readonly kind: "deposit"; readonly stream: string; readonly amounts: ReadonlyArray<number> }
  | { readonly kind: "withdraw"; readonly stream: string; readonly amount: number }
  | { readonly kind: "look"; readonly stream: string }
  | { readonly kind: "transfer"; readonly from: string; readonly to: string; readonly amount: number }
  /** Without a command id, and interrupted after a while: it happened or not. */
  | { readonly kind: "hasty"; readonly stream: string; readonly amount: number; readonly millis: number }
  /** With a version that the stream has left behind. */
  | { readonly kind: "stale"; readonly stream: string }
  | { readonly kind: "load"; readonly stream: string }

/** How an operation is done: once, or twice under the same command id, or interrupted and, where it has an id, repeated. */
export type Manner = "once" | "twice" | "interrupted"

/** The name of a lane's operation, which is also its command id. */
export const nameOf = (lane: string, serial: number): string => `${lane}.${serial}`

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
  const dice = next(100)
  if (dice < 25) return { kind: "deposit", stream: hot, amounts: [1 + next(9)], manner }
  if (dice < 35) return { kind: "deposit", stream: own, amounts: [1, 2, 3].slice(next(3)), manner }
  if (dice < 60) return { kind: "withdraw", stream: hot, amount: 5 + next(20), manner }
  if (dice < 65) return { kind: "look", stream: hot, manner }
  if (dice < 82) {
    const other = shared.filter((stream) => stream !== hot)
    return { kind: "transfer", from: hot, to: other[next(other.length)] ?? own, amount: 1 + next(10), manner }
  }
  if (dice < 90) return { kind: "hasty", stream: hot, amount: 1 + next(5), millis: next(6), manner }
  if (dice < 94) return { kind: "stale", stream: hot, manner }
  return { kind: "load", stream: next(2) === 0 ? hot : own, manner }
}
