/** What processes print, one JSON object a line. */
import { writeSync } from "node:fs"
import type { Account } from "./model.ts"

/** What a writer was told of an operation. */
export type Answer =
  | {
      readonly told: "recorded"
      readonly stream: string
      readonly version: number
      readonly position: number
      readonly repeated: boolean
      /** Of the events that it was told of, in order. */
      readonly amounts: ReadonlyArray<number>
      readonly state: Account
    }
  | {
      readonly told: "moved"
      readonly from: string
      readonly to: string
      readonly position: number
      /** The versions of both that it was decided on. */
      readonly seen: ReadonlyArray<{ readonly stream: string; readonly version: number }>
    }
  /** With the state that it was decided on. */
  | { readonly told: "refused"; readonly stream: string; readonly seen: Account }
  | {
      readonly told: "loaded"
      readonly stream: string
      readonly state: Account
      readonly version: number
      readonly position: number
    }
  /** Nothing was recorded, for sure. */
  | { readonly told: "nothing"; readonly why: string }
  /** It was interrupted: recorded or not. */
  | { readonly told: "interrupted" }
  /** An error that must not be. */
  | { readonly told: "wrong"; readonly why: string }

/** An answer, whose it is, and when it was asked for and given, in milliseconds of the machine. */
export type Told = Answer & {
  readonly lane: string
  readonly serial: number
  readonly start: number
  readonly end: number
  /** Whether the lane goes on to the next operation. */
  readonly done: boolean
}

/** What a follower saw. */
export interface Saw {
  readonly told: "saw"
  readonly position: number
  readonly id: string
}

/** The same clock in every process. */
export const now = (): number => Number(process.hrtime.bigint() / 1000n) / 1000

/** A pipe that is full refuses for a moment. */
export const print = (...lines: ReadonlyArray<Told | Saw>): void => {
  let rest = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error
    }
  }
}
