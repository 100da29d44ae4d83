// Publishes the events of a store in a SQLite file until it is stopped:
//
//     node docs/examples/outbox/main.ts bank.db http://localhost:8080/messages
//
// Start it twice and kill one: the other one goes on.
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { EventMapper, Projection } from "everfold"
import { Sqlite, SqliteModel } from "everfold/sqlite"
import { AccountEvent } from "./Account.ts"
import * as Outbox from "./Outbox.ts"

const [, , filename = "bank.db", url = "http://localhost:8080/messages"] = process.argv

const outbox = Outbox.make({ name: "outbox", url, events: AccountEvent })
const Live = Layer.mergeAll(
  Sqlite.layer({ filename }),
  EventMapper.plain,
  Outbox.Sent.in(SqliteModel).pipe(Layer.provide(SqliteModel.layer({ filename: `${filename}.sent` }))),
  FetchHttpClient.layer,
)
await Effect.runPromise(Projection.run(outbox, { batch: 10, lease: 1000 }).pipe(Effect.provide(Live)))
