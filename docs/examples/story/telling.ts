// How the story is printed.
import * as Effect from "effect/Effect"

const write = (text: string) => Effect.sync(() => void process.stdout.write(text))

export const chapter = (title: string) => write(`\n${title}\n${"─".repeat(title.length)}\n`)
export const say = (text: string) => write(`${text}\n`)

/** What the program did, and what came of it. */
export const show = (did: string, what: string) => write(`  ${did.padEnd(46)} ${what}\n`)

/** The story is also a test: what it tells must be true. */
export const check = (what: string, holds: boolean) =>
  holds ? write(`  ✓ ${what}\n`) : Effect.die(new Error(`The story is not true: ${what}`))

/** A bar that grows: in place on a terminal, in ten steps elsewhere. */
export const progress = (total: number) => {
  let done = 0
  let shown = -1
  return Effect.sync(() => {
    done++
    const tenths = Math.floor((done * 10) / total)
    if (tenths === shown && !(process.stdout.isTTY && done % 97 === 0)) return
    shown = tenths
    const bar = "█".repeat(tenths * 3).padEnd(30, "░")
    if (process.stdout.isTTY) process.stdout.write(`\r  ${bar} ${done}${done === total ? "\n" : ""}`)
    else process.stdout.write(`  ${bar} ${done}\n`)
  })
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").slice(0, 16)
export const since = (start: number): string => `${(performance.now() - start).toFixed(1)} ms`
