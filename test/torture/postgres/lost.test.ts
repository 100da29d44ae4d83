/** What a commit is answered whose first statement was carried out, and whose answer was lost. */
import * as Effect from "effect/Effect"
import { EventStore } from "everfold"
import { Postgres } from "everfold/postgres"
import { expect, it } from "vitest"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { spread } from "../commits.ts"
import * as Network from "./Network.ts"

const commit = spread("a.1", 1, ["x", "y"])
const record = EventStore.use((store) => store.commit(commit))

/** In a process of its own, as it were. */
const asked = async (schema: string, fateOf?: Network.FateOf) => {
  const url = await serverUrl()
  const network = await Network.start(Number(new URL(url).port), fateOf)
  const live = Postgres.layer({ url: network.through(url), schema })
  try {
    return await Effect.runPromise(Effect.provide(record, live))
  } finally {
    await network.close()
  }
}

const deafOnce = (): Network.FateOf => {
  let heard = false
  return ({ operations }) => {
    if (heard || !operations.includes("a.1")) return "pass"
    heard = true
    return "deaf"
  }
}

it("is its own, and no repeat", async () => {
  expect(await asked(freshSchema(), deafOnce())).toMatchObject({ repeated: false, position: 2 })
})

// A process that knows nothing of the log yet takes what it finds for its own.
it.fails("is a repeat where another process had recorded it before", async () => {
  const schema = freshSchema()
  expect(await asked(schema)).toMatchObject({ repeated: false })
  expect(await asked(schema)).toMatchObject({ repeated: true })
  expect(await asked(schema, deafOnce())).toMatchObject({ repeated: true, position: 2 })
})
