/** Servers of a file of tests, stopped at its end. */
import { afterAll } from "vitest"
import * as servers from "./server.ts"

const started: Array<servers.Server> = []
afterAll(async () => {
  for (const server of started.splice(0)) await server.stop()
})

export const start = async (options?: servers.Options): Promise<servers.Server> => {
  const server = await servers.start(options)
  started.push(server)
  return server
}

/** Whether it comes true soon. */
export const until = async (holds: () => boolean | Promise<boolean>, millis = 20_000): Promise<boolean> => {
  for (const end = Date.now() + millis; Date.now() < end; ) {
    if (await holds()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}
