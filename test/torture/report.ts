/** What processes print, one JSON object a line. */
import { writeSync } from "node:fs"
import type { Account } from "./model.ts"

/** A version of a stream. */
export interface At {
  readonly stream: string
  readonly version: number
}

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
      readonly seen: ReadonlyArray<At>
    }
  /** One event on each stream; where each stands now. */
  | {
      readonly told: "spread"
      readonly position: number
      readonly repeated: boolean
      readonly streams: ReadonlyArray<At>
    }
  | { readonly told: "claimed"; readonly name: string; readonly position: number; readonly repeated: boolean }
  /** The name has an owner: the position that says so. */
  | { readonly told: "taken"; readonly name: string; readonly position: number }
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
  /** The store cannot tell: recorded or not. */
  | { readonly told: "unknown" }
  /** An error that must not be. */
  | { readonly told: "wrong"; readonly why: string }

/** When something was asked for and answered, in milliseconds of the machine. */
export interface Times {
  readonly start: number
  readonly end: number
}

/** An answer, whose it is, and when it was given. */
export type Told = Answer &
  Times & {
    readonly lane: string
    readonly serial: number
    /** Whether the lane goes on to the next operation. */
    readonly done: boolean
  }

/** What a follower saw, and when. */
export interface Saw {
  readonly told: "saw"
  readonly position: number
  readonly id: string
  readonly at: number
}

/** What a consumer came to. */
export type Consumed = Times &
  (
    | { readonly told: "leased"; readonly epoch: number; readonly position: number }
    /** The checkpoint moved, and the log grew up to a position. */
    | {
        readonly told: "consumed"
        readonly epoch: number
        readonly from: number
        readonly to: number
        readonly position: number
      }
    | { readonly told: "fenced"; readonly epoch: number; readonly by: number }
    | { readonly told: "wrong"; readonly why: string }
  )

/** What an instance of a projection came to. */
export type Projecting =
  /** It has the lease. */
  | { readonly told: "began"; readonly instance: number; readonly epoch: number }
  /** A transaction was recorded. */
  | { readonly told: "projected"; readonly from: number; readonly to: number }
  /** Another one has the lease. */
  | { readonly told: "overtaken"; readonly epoch: number }
  | { readonly told: "wrong"; readonly why: string }

export type Projected = Times & Projecting & { readonly version: number }

/** The same clock in every process. */
export const now = (): number => Number(process.hrtime.bigint() / 1000n) / 1000

/** A pipe that is full refuses for a moment. */
export const print = (...lines: ReadonlyArray<Told | Saw | Consumed | Projected>): void => {
  let rest = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error
    }
  }
}
