/**
 * The process of a worker, from its start to its end.
 *
 * @since 0.1.0
 */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { describe } from "../../core/event/thrown.ts"
import { type Assignment, variable } from "./Assignment.ts"

/**
 * How a process came to its end.
 *
 * @example
 * ```ts
 * import { type Workers } from "everfold/workers"
 *
 * const killed: Workers.End = { code: null, signal: "SIGKILL", lived: 1200 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface End {
  /** `null` where a signal ended it, or it never began. */
  readonly code: number | null
  readonly signal: string | null
  /** Milliseconds. */
  readonly lived: number
  /** Why it could not begin. */
  readonly reason?: string
}

/**
 * A line that a worker printed.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type Workers } from "everfold/workers"
 *
 * // What workers print goes where everything is logged.
 * const toLog = ({ worker, to, text }: Workers.Line) =>
 *   to === "stderr" ? Effect.logError(`${worker}: ${text}`) : Effect.logInfo(`${worker}: ${text}`)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Line {
  /** From 0. */
  readonly worker: number
  readonly to: "stdout" | "stderr"
  readonly text: string
}

/**
 * What to start.
 *
 * @category model
 * @since 0.1.0
 */
export interface Program {
  readonly module: string | URL
  readonly args: ReadonlyArray<string>
  readonly assignment: Assignment
  readonly began: (pid: number) => void
  readonly said: (line: Omit<Line, "worker">) => void
}

/** Milliseconds that output may come after the end: somebody whom the process started may hold its pipes for ever. */
const late = 500

/** As an import of a module: of TypeScript where that is run as it is, of JavaScript where it was built. */
const watch = new URL(`./watch${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url).href

const start = ({ module, args, assignment }: Program): ChildProcess => {
  const path = String(module).startsWith("file:") ? fileURLToPath(module) : String(module)
  return spawn(process.execPath, [...process.execArgv, "--import", watch, path, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, [variable]: JSON.stringify(assignment) },
  })
}

const lines = (from: Readable | null, said: (text: string) => void): void => {
  if (from !== null) createInterface({ input: from }).on("line", said)
}

/**
 * Runs a process and answers how it ended, whatever it was. Whoever interrupts it waits until it is gone: it is told to
 * stop, and killed after a while.
 *
 * @category running
 * @since 0.1.0
 */
export const run = (program: Program): Effect.Effect<End> =>
  Effect.callback((resume) => {
    const begun = performance.now()
    const ended = (how: Omit<End, "lived">): void =>
      resume(Effect.succeed({ ...how, lived: performance.now() - begun }))
    const process = start(program)
    const gone = new Promise<void>((resolve) => {
      process.once("error", (error) => {
        if (process.pid !== undefined) return
        ended({ code: null, signal: null, reason: describe(error) })
        resolve()
      })
      process.once("exit", (code, signal) => {
        const tell = (): void => {
          clearTimeout(timer)
          ended({ code, signal })
          resolve()
        }
        const timer = setTimeout(tell, late)
        process.once("close", tell)
      })
    })
    lines(process.stdout, (text) => program.said({ to: "stdout", text }))
    lines(process.stderr, (text) => program.said({ to: "stderr", text }))
    if (process.pid !== undefined) program.began(process.pid)
    return Effect.promise(async () => {
      process.kill("SIGTERM")
      const timer = setTimeout(() => process.kill("SIGKILL"), program.assignment.grace)
      await gone
      clearTimeout(timer)
    })
  })
