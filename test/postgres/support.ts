/** Servers of a file of tests, and wires to them, stopped at its end. */
import { afterAll } from "vitest"
import * as servers from "./server.ts"
import * as Wire from "./wire.ts"

const wires: Array<Wire.Wire> = []
const started: Array<servers.Server> = []
afterAll(async () => {
  for (const wire of wires.splice(0)) await wire.stop()
  for (const server of started.splice(0)) await server.stop()
})

export const start = async (options?: servers.Options): Promise<servers.Server> => {
  const server = await servers.start(options)
  started.push(server)
  return server
}

export const wireTo = async (port: number): Promise<Wire.Wire> => {
  const wire = await Wire.start(port)
  wires.push(wire)
  return wire
}

/** Whether it comes true soon. */
export const until = async (holds: () => boolean | Promise<boolean>, millis = 20_000): Promise<boolean> => {
  for (const end = Date.now() + millis; Date.now() < end; ) {
    if (await holds()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}
