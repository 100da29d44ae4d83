/** Runners in processes of their own, as their parent sees them. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { join } from "node:path"
import * as t from "io-ts"
import type { Task } from "./runner.ts"

const Ready = t.type({ ready: t.number })
const Handled = t.type({ handled: t.number })

export interface Runner {
  readonly pid: number
  /** How many events it has told of. */
  readonly handled: () => number
  readonly complaints: () => string
  /** By SIGTERM, or by SIGKILL at once; waits until it is gone. */
  readonly stop: () => Promise<void>
  readonly kill: () => Promise<void>
}

const freePort = async (): Promise<number> => {
  const server = createServer()
  await once(server.listen(0, "127.0.0.1"), "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  return typeof address === "object" && address !== null ? address.port : 0
}

const started = new Set<ChildProcess>()
process.on("exit", () => {
  for (const child of started) child.kill("SIGKILL")
})

export const start = async (task: Omit<Task, "port">): Promise<Runner> => {
  const port = await freePort()
  const child = fork(join(import.meta.dirname, "runner.ts"), [JSON.stringify({ ...task, port })], {
    execArgv: ["--no-warnings"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  })
  started.add(child)
  let handled = 0
  let complaints = ""
  const listen = (chunk: unknown): void => {
    complaints += String(chunk)
  }
  child.stdout?.on("data", listen)
  child.stderr?.on("data", listen)
  const gone = once(child, "exit").then(() => void started.delete(child))
  await new Promise<void>((resolve, reject) => {
    child.on("message", (message) => {
      if (Ready.is(message)) resolve()
      if (Handled.is(message)) handled += message.handled
    })
    gone.then(() => reject(new Error(`a runner ended early: ${complaints}`)))
  })
  const end = (signal: NodeJS.Signals) => () => {
    child.kill(signal)
    return gone
  }
  return {
    pid: child.pid ?? 0,
    handled: () => handled,
    complaints: () => complaints,
    stop: end("SIGTERM"),
    kill: end("SIGKILL"),
  }
}
