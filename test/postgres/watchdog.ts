import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { Socket } from "node:net"
import { join } from "node:path"

export interface Watchdog {
  /** The process that runs in the folder now. */
  readonly watch: (child: ChildProcess) => void
  /** Ends it, and removes the folder. */
  readonly end: () => Promise<void>
}

/** Ends what runs in a folder, and removes it, at the latest when this process has ended: see `watchdog.sh`. */
export const start = (folder: string): Watchdog => {
  const child = spawn("sh", [join(import.meta.dirname, "watchdog.sh"), folder], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  })
  const ended = once(child, "exit")
  ended.catch(() => {})
  child.stdin.on("error", () => {})
  // A program may forget its server and end.
  child.unref()
  if (child.stdin instanceof Socket) child.stdin.unref()
  return {
    watch: (other) => {
      child.stdin.write(`${other.pid ?? ""}\n`)
      other.once("exit", () => child.stdin.write("\n"))
    },
    end: async () => {
      child.ref()
      child.stdin.end()
      await ended
    },
  }
}
