/** Where a store is, as processes are told, and how to open it. */
import type * as Layer from "effect/Layer"
import type { Checkpoints, EventStore, Snapshots, StoreUnavailable } from "everfold"
import { Postgres } from "everfold/postgres"
import { Sqlite } from "everfold/sqlite"
import * as Naive from "./postgres/Naive.ts"

export type Place =
  | { readonly store: "sqlite"; readonly filename: string }
  | { readonly store: "postgres"; readonly url: string; readonly schema: string }
  | { readonly store: "naive"; readonly url: string }

export const open = (place: Place): Layer.Layer<EventStore | Checkpoints | Snapshots, StoreUnavailable> => {
  switch (place.store) {
    case "sqlite":
      return Sqlite.layer({ filename: place.filename })
    case "postgres":
      return Postgres.layer({ url: place.url, schema: place.schema })
    case "naive":
      return Naive.layer(place.url)
  }
}
