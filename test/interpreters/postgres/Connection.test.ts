import { join } from "node:path"
import { setImmediate, setTimeout } from "node:timers/promises"
import { expect, it } from "vitest"
import * as Connection from "../../../src/interpreters/postgres/Connection.ts"
import { serverUrl } from "../../postgres/run.ts"
import { wireTo } from "../../postgres/support.ts"
import { startFile } from "../sqlite/children.ts"

it("answers a statement that is sent when its connection is lost, whenever that is", async () => {
  const url = await serverUrl()
  const wire = await wireTo(Number(new URL(url).port))
  const { connect } = Connection.connector({ url: wire.url(url), prepare: true })
  const outcomes = new Set<string>()
  // The moment between the error of a socket and its end comes some turns of the loop after the cut.
  for (let turns = 0; turns < 36; turns++) {
    const connection = await connect()
    wire.cut()
    for (let turn = 0; turn < turns % 12; turn++) await setImmediate()
    const answered = connection
      .run("SELECT 1", [], () => {})
      .then(
        () => "answered",
        (error) => error.code ?? error.message,
      )
    outcomes.add(await Promise.race([answered, setTimeout(3000, "nothing", { ref: false })]))
    connection.destroy()
  }
  expect([...outcomes].filter((code) => code !== "ECONNRESET")).toEqual([])
})

it("keeps a process alive while it is used, and no longer", async () => {
  const child = startFile(join(import.meta.dirname, "lingering.ts"), await serverUrl())
  const late = globalThis.setTimeout(() => child.process.kill(), 20_000)
  await child.ended
  clearTimeout(late)
  expect([child.process.exitCode, child.lines(), child.complaints()]).toEqual([0, [{ rows: 1 }], ""])
})
