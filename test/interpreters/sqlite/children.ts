import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

export interface Child {
  readonly process: ChildProcess
  /** Whole lines that it printed so far. */
  readonly lines: () => ReadonlyArray<Record<string, unknown>>
  /** Waits for its end. */
  readonly ended: Promise<unknown>
  readonly complaints: () => string
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null

const started: Array<ChildProcess> = []

/** Leaves no process behind, also where a test failed. */
export const killAll = (): void => {
  for (const process of started.splice(0)) process.kill("SIGKILL")
}

const watch = (process: ChildProcess): Child => {
  started.push(process)
  let printed = ""
  let complaints = ""
  process.stdout?.on("data", (chunk) => {
    printed += chunk
  })
  process.stderr?.on("data", (chunk) => {
    complaints += chunk
  })
  return {
    process,
    lines: () =>
      printed
        .split("\n")
        .slice(0, -1)
        .map((line): unknown => JSON.parse(line))
        .filter(isRecord),
    ended: once(process, "close"),
    complaints: () => complaints,
  }
}

export const startFile = (file: string, ...args: ReadonlyArray<string>): Child =>
  watch(spawn(process.execPath, ["--no-warnings", file, ...args]))

export const start = (script: string, ...args: ReadonlyArray<string>): Child =>
  startFile(join(import.meta.dirname, script), ...args)

/** With a limit to the size of the files that it may write, in blocks of the shell. */
export const startLimited = (blocks: number, script: string, ...args: ReadonlyArray<string>): Child =>
  watch(
    spawn("sh", [
      "-c",
      `ulimit -f ${blocks}; exec "$@"`,
      "sh",
      process.execPath,
      "--no-warnings",
      join(import.meta.dirname, script),
      ...args,
    ]),
  )

export const until = async (what: string, holds: () => boolean, millis = 20_000): Promise<void> => {
  const end = Date.now() + millis
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
