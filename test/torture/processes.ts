/** Child processes, their lines, and their ends. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"

export interface Child<Line> {
  /** What it printed so far, whole lines only. */
  readonly lines: ReadonlyArray<Line>
  readonly complaints: () => string
  readonly hasEnded: () => boolean
  /** Stops it for a while. */
  readonly freeze: (millis: number) => Promise<void>
  /** Ends it with SIGKILL, and waits until all it printed was read. */
  readonly kill: () => Promise<void>
  /** Waits for its own end, and kills it where that does not come: answers whether it came, with code 0. */
  readonly ends: (millis: number) => Promise<boolean>
}

const started = new Set<ChildProcess>()
process.on("exit", () => {
  for (const child of started) child.kill("SIGKILL")
})

export const start = <Line>(script: string, args: ReadonlyArray<string>, heard: (line: Line) => void): Child<Line> => {
  const child = spawn(process.execPath, ["--no-warnings", join(import.meta.dirname, script), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  started.add(child)
  const lines: Array<Line> = []
  let complaints = ""
  // A line that the end of the process cut off is no JSON: it was not told.
  createInterface({ input: child.stdout }).on("line", (text) => {
    let line: Line
    try {
      line = JSON.parse(text)
    } catch {
      return
    }
    lines.push(line)
    heard(line)
  })
  child.stderr.on("data", (chunk) => {
    complaints += chunk
  })
  const closed = once(child, "close").then(() => void started.delete(child))
  return {
    lines,
    complaints: () => complaints,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    freeze: async (millis) => {
      child.kill("SIGSTOP")
      await new Promise((resolve) => setTimeout(resolve, millis))
      child.kill("SIGCONT")
    },
    kill: () => {
      child.kill("SIGKILL")
      return closed
    },
    ends: async (millis) => {
      const timer = setTimeout(() => child.kill("SIGKILL"), millis)
      await closed
      clearTimeout(timer)
      return child.exitCode === 0
    },
  }
}
