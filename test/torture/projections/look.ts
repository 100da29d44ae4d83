/** What a read model says at one moment, and how far it says that it has come. */
import * as t from "io-ts"
import type { Design } from "../designs.ts"
import type { Place } from "../places.ts"
import { inspect, modelSchema, prefix } from "./databases.ts"
import * as Digests from "./digests.ts"

/** Of one version. */
export interface Look {
  readonly version: number
  readonly checkpoint: number
  /** Rows that stand for an event each. */
  readonly rows: number
  readonly digests: t.TypeOf<typeof Digests.DigestRows>
  /** Versions that were activated, and the one that is active. */
  readonly shown: ReadonlyArray<number>
  readonly active: number
  /** Of all rows, where it was looked closely. */
  readonly positions?: ReadonlyArray<number>
}

const Numbers = t.array(t.type({ n: t.number }))
const Names = t.array(t.type({ name: t.string }))

/** `undefined` where there is nothing yet. */
export const look = (place: Place, design: Design, version: number, closely = false): Promise<Look | undefined> =>
  inspect(place, async ({ tables, ask }) => {
    const numbers = async (...asked: Parameters<typeof ask>): Promise<ReadonlyArray<number>> => {
      const rows = await ask(...asked)
      if (!Numbers.is(rows)) throw new Error(`${asked[0]} has other rows than numbers`)
      return rows.map(({ n }) => n)
    }
    const has = (name: string): boolean => Names.is(tables) && tables.some((table) => table.name === name)
    const { digests: digested, seen, shown } = Digests.tables(prefix(place), version)
    if (!has(digested)) return undefined
    const own = place.store === "sqlite" ? "everfold_" : `${modelSchema(place)}.`
    const at = (name: string): string => `${design === "naive" ? "naive_" : own}${name}`
    const whose = `${Digests.name}:${version}`
    const digests = await ask(`SELECT * FROM ${digested}`)
    if (!Digests.DigestRows.is(digests)) throw new Error("those are no digests")
    const first = async (...asked: Parameters<typeof ask>): Promise<number> => (await numbers(...asked))[0] ?? 0
    return {
      version,
      checkpoint: await first(
        `SELECT CAST(position AS integer) AS n FROM ${at("checkpoint")} WHERE consumer = ?`,
        whose,
      ),
      rows: await first(`SELECT CAST(count(*) AS integer) AS n FROM ${seen}`),
      digests,
      shown: has(shown) ? await numbers(`SELECT version AS n FROM ${shown} ORDER BY 1`) : [],
      active: await first(`SELECT CAST(version AS integer) AS n FROM ${at("active")} WHERE name = ?`, Digests.name),
      ...(closely ? { positions: await numbers(`SELECT position AS n FROM ${seen} ORDER BY 1`) } : {}),
    }
  })
