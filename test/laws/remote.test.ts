/** A log that is read from elsewhere, by the laws of any log, whatever happens on the way. */
import * as Layer from "effect/Layer"
import { NotificationLog } from "../../src/core/program/NotificationLog.ts"
import * as NotificationLaws from "../../src/laws/NotificationLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import * as faults from "../interpreters/http/faults.ts"
import { listening, relayed, remote, type Serve, twoAway } from "../interpreters/http/servers.ts"
import { catchesAll } from "./broken/caught.ts"
import * as remotes from "./broken/remotes.ts"
import { postgres } from "./subjects.ts"

const by = (name: string, serve: Serve, size?: number) => {
  const suite = NotificationLaws.suite({ layer: remote(serve, size), runs: 15, patience: 10_000 })
  laws({ ...suite, name: `${suite.name} ${name}` })
}

by("over HTTP", (handler) => listening(handler))
by("over HTTP, in sections of one", (handler) => listening(handler), 1)
by("whose connections are cut", faults.cut)
by("whose answers end early", faults.halved)
by("whose server is busy", faults.busy)
by("whose followers are told everything twice", faults.twice)
by("whose followers are told in another order", faults.reordered)
by("whose followers are not told everything", faults.leftOut)
by("whose server has no stream of events", faults.streamless)
by("whose server restarts", faults.restarting)

laws({ ...NotificationLaws.suite({ layer: twoAway, runs: 15 }), name: "a notification log of a notification log" })

const elsewhere = relayed(faults.cut).pipe(Layer.provide(NotificationLog.layer(2)), Layer.provideMerge(postgres))
laws({ ...NotificationLaws.suite({ layer: elsewhere, runs: 5 }), name: "a remote notification log of PostgreSQL" })

// Without a flaw and without faults, the client that the broken ones are made of is sound.
laws({ ...NotificationLaws.suite({ layer: remotes.sound, runs: 15 }), name: "a log that is read by hand" })

catchesAll(remotes.cases)
