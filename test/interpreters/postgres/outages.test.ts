/** Faults that last longer than the store waits: its users are told, and what they were told holds. */
import { existsSync } from "node:fs"
import { expect, it, vi } from "vitest"
import { control, fillTable } from "../../postgres/control.ts"
import { start, wireTo } from "../../postgres/support.ts"
import { hurt, type Told, type Work } from "./hurt.ts"

vi.setConfig({ testTimeout: 180_000 })

const schema = "everfold"

const everyoneMayTryAgain = ({ unavailable, unread }: Told) =>
  expect([...unavailable, ...unread].filter(({ retryable }) => !retryable)).toEqual([])
const somebodyKnows = ({ told, until }: Work) =>
  until("somebody is told", () => told.unavailable.length + told.unknown.length > 0 && told.unread.length > 0, 100_000)

it.concurrent("the server is down", async () => {
  const server = await start()
  const told = await hurt({ url: server.url, schema }, async (work) => {
    await server.kill()
    await somebodyKnows(work)
    await server.restart()
    await work.goesOn()
  })
  everyoneMayTryAgain(told)
})

it.concurrent("nothing comes through", async () => {
  const { url, port } = await start()
  const wire = await wireTo(port)
  const told = await hurt({ url: wire.url(url), schema }, async (work) => {
    wire.stall()
    await somebodyKnows(work)
    wire.mend()
    await work.goesOn()
  })
  everyoneMayTryAgain(told)
})

it.concurrent("somebody holds what commits need", async () => {
  const { url } = await start()
  const told = await hurt({ url, schema }, async ({ told, goesOn, until }) => {
    const release = await control(url).hold(`LOCK TABLE ${schema}.event IN EXCLUSIVE MODE`)
    await until("a writer is told", () => told.unavailable.length + told.unknown.length > 0, 100_000)
    await release()
    await goesOn()
  })
  everyoneMayTryAgain(told)
  // Who only reads waits for nobody.
  expect(told.unread).toEqual([])
})

it.concurrent("the disk is full for commands, and for nothing else", async ({ skip }) => {
  if (!existsSync("/dev/full")) return skip("there is no device that is always full")
  const server = await start()
  const { url } = server
  let commands = false
  let unknown: Told["unknown"] | undefined
  const told = await hurt(
    { url, schema },
    async ({ told, goesOn, until }) => {
      const free = await fillTable(server, `${schema}.command`)
      await goesOn()
      // A server that starts anew may leave somebody without an answer: not so a disk.
      const before = told.unknown.length
      commands = true
      await until("a writer is told", () => told.unavailable.length > 0, 100_000)
      commands = false
      await goesOn()
      unknown = told.unknown.slice(before)
      await free()
      commands = true
      await goesOn()
    },
    { commands: () => commands },
  )
  everyoneMayTryAgain(told)
  expect(unknown).toEqual([])
  expect(told.unavailable.map(({ cause }) => cause)).toContainEqual(expect.objectContaining({ code: "53100" }))
})
