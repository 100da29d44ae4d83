/**
 * Whatever can happen at a statement happens at each in turn, from the first of the schema on: to the process, which is
 * then judged by what it left behind, or to its connection or its server, where it has to come to the same as undisturbed.
 */
import type postgres from "postgres"
import type { Server } from "../../postgres/server.ts"
import type { Place } from "../places.ts"
import * as Network from "../postgres/Network.ts"
import { type Crashes, dying, inspect, undisturbed } from "./judging.ts"

/** Of a statement that is on its way: the backend that it is for, and how to end the process that sent it. */
interface Moment {
  readonly backend: number
  readonly kill: () => void
}

/** What happens at a statement, by what to call it. */
export type Accidents = Readonly<Record<string, (moment: Moment) => Network.Fate>>

export const toConnections: Accidents = {
  "the connection cut before": () => "cut",
  "the connection cut in the middle of": () => "half",
  "the connection cut after": () => "deaf",
}

export const toProcesses: Accidents = {
  "the process killed before": ({ kill }) => {
    kill()
    return "cut"
  },
  "the process killed at": ({ kill }) => {
    kill()
    return "pass"
  },
}

export const toBackends = (admin: postgres.Sql): Accidents => ({
  "the backend terminated at": ({ backend }) => {
    admin`SELECT pg_terminate_backend(${backend})`.catch(() => {})
    return "pass"
  },
})

export const toServers = (server: Server): Accidents => ({
  "the server crashed at": () => {
    server.crash().then(server.restart)
    return "pass"
  },
})

/** Lets each accident happen at every n-th statement, `every` apart, from the `first` on. */
export const crashes = async (
  { url, port }: Pick<Server, "url" | "port">,
  accidents: Accidents,
  every: number,
  first = 1,
): Promise<Crashes> => {
  const run = `crash_${Math.random().toString(36).slice(2)}`
  let number = 0
  let statements = 0
  let kills = 0
  const faults: Array<string> = []
  /** In a schema of its own. */
  const dies = async (fateOf: (statement: number, moment: Moment) => Network.Fate) => {
    const place = (url: string): Place => ({ store: "postgres", url, schema: `${run}_${number}` })
    number++
    let kill = () => {}
    const network = await Network.start(port, (statement) =>
      fateOf(statement.number, { backend: statement.backend, kill }),
    )
    const child = dying(place(network.through(url)))
    kill = () => void child.kill()
    const told = await child.end()
    await network.close()
    return { ...told, place: place(url) }
  }

  const whole = await undisturbed({ store: "postgres", url, schema: `${run}_whole` })
  await dies((statement) => {
    statements = statement
    return "pass"
  })
  for (let n = first; n <= statements; n += every) {
    for (const [what, accident] of Object.entries(accidents)) {
      const { ended, answers, complaints, place } = await dies((statement, moment) =>
        statement === n ? accident(moment) : "pass",
      )
      const found = [...(await inspect(place, answers, whole))]
      const isKilled = what.startsWith("the process")
      if (!ended) kills++
      if (!ended && !isKilled) found.push("it did not come to its end")
      if (complaints !== "") found.push(complaints.trim())
      faults.push(...found.map((fault) => `${what} statement ${n}: ${fault}`))
    }
  }
  return { statements, kills, faults }
}
