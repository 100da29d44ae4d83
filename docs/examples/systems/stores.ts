// Where the stores of a system are: one for each application.
import * as path from "node:path"
import * as Layer from "effect/Layer"
import { EventMapper, type StoreUnavailable, type System } from "everfold"
import { Memory } from "everfold/memory"
import { Postgres } from "everfold/postgres"
import { Sqlite } from "everfold/sqlite"

/** Plain data, so that other processes can be told. */
export type Place =
  | { readonly store: "memory" }
  | { readonly store: "sqlite"; readonly folder: string }
  /** A schema for each application, whose name begins with this. */
  | { readonly store: "postgres"; readonly url: string; readonly schema: string }

const layerOf = (place: Place, application: string) => {
  switch (place.store) {
    case "memory":
      return Memory.layer
    case "sqlite":
      return Sqlite.layer({ filename: path.join(place.folder, `${application}.db`) })
    case "postgres":
      return Postgres.layer({ url: place.url, schema: `${place.schema}_${application}` })
  }
}

export const storesIn =
  (place: Place): System.Stores<StoreUnavailable> =>
  (application) =>
    Layer.merge(layerOf(place, application), EventMapper.plain)
