/** A process of its own, that answers each question with one message; it ends when it is closed, or we end. */
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

export interface Child {
  readonly ask: (question: unknown) => Promise<unknown>
  readonly close: () => Promise<void>
}

/** Starts a file of this folder; it says something when it is ready. */
export const start = async (file: string, ...args: ReadonlyArray<string>): Promise<Child> => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { serialization: "advanced" })
  const ended = once(child, "exit")
  const early = ended.then(() => Promise.reject(new Error(`${file} ended early`)))
  early.catch(() => {})
  const next = async (): Promise<unknown> => {
    const [message]: ReadonlyArray<unknown> = await Promise.race([once(child, "message"), early])
    return message
  }
  await next()
  return {
    ask: (question) => {
      const answer = next()
      child.send(question === undefined ? null : Object(question))
      return answer
    },
    close: async () => {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/** In the child: answers questions until nobody is there to ask. */
export const answer = (answer: (question: unknown) => unknown): void => {
  process.on("message", async (question) => process.send?.(await answer(question)))
  process.on("disconnect", () => process.exit())
  process.send?.("ready")
}
