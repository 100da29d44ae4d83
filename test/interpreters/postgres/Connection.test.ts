import { setImmediate, setTimeout } from "node:timers/promises"
import { expect, it } from "vitest"
import * as Connection from "../../../src/interpreters/postgres/Connection.ts"
import { serverUrl } from "../../postgres/run.ts"
import * as Wire from "../../postgres/wire.ts"

it("answers a statement that is sent when its connection is lost, whenever that is", async () => {
  const url = await serverUrl()
  const wire = await Wire.start(Number(new URL(url).port))
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
  await wire.stop()
  expect([...outcomes].filter((code) => code !== "ECONNRESET")).toEqual([])
})
