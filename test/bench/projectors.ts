/** Instances of a projection in processes of their own, as their parent sees them. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import * as t from "io-ts"
import type { Heard, Task } from "./projector.ts"

const HeardType: t.Type<Heard> = t.type({ handled: t.number, at: t.number, heap: t.number, resident: t.number })

export interface Projector {
  readonly process: ChildProcess
  /** What it told so far; first of all that it is there. */
  readonly heard: ReadonlyArray<Heard>
  /** The next that it tells; fails where it ends instead. */
  readonly next: () => Promise<Heard>
  readonly end: () => Promise<void>
}

export const start = async (task: Task): Promise<Projector> => {
  const child = fork(join(import.meta.dirname, "projector.ts"), [JSON.stringify(task)], { execArgv: ["--expose-gc"] })
  const heard: Array<Heard> = []
  const ended = once(child, "exit")
  const early = ended.then(() => Promise.reject(new Error("a projector ended early")))
  early.catch(() => {})
  child.on("message", (message) => {
    if (HeardType.is(message)) heard.push(message)
  })
  const next = async (): Promise<Heard> => {
    const [message]: ReadonlyArray<unknown> = await Promise.race([once(child, "message"), early])
    if (!HeardType.is(message)) throw new Error("that is nothing that a projector tells")
    return message
  }
  await next()
  return {
    process: child,
    heard,
    next,
    end: async () => {
      child.kill("SIGKILL")
      await ended
    },
  }
}
