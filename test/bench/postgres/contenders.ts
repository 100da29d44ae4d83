/** Everybody who is measured, by a name that another process can be told. */
import * as byHand from "./byHand.ts"
import * as castore from "./castore.ts"
import * as emmett from "./emmett.ts"
import * as everfold from "./everfold.ts"
import type { Contender, Follower } from "./load.ts"
import type { Server } from "./server.ts"

export const contenders = {
  single: { name: "by hand, one by one", open: byHand.single },
  grouped: { name: "by hand, grouped", open: byHand.grouped },
  everfold: { name: "everfold", open: everfold.open },
  uncached: { name: "everfold, no cache", open: everfold.uncached },
  commits: { name: "everfold, bare commits", open: everfold.commits },
  emmett: { name: "emmett", open: emmett.open },
  castore: { name: "castore", open: castore.open },
} satisfies Record<string, { readonly name: string; readonly open: (url: string) => Promise<Contender> }>

export type Key = keyof typeof contenders

/** Those that can be followed. */
export const followers: { readonly [key in Key]?: (url: string) => Promise<Follower> } = {
  single: byHand.follower,
  grouped: byHand.follower,
  everfold: everfold.follower,
  emmett: emmett.follower,
}

export interface Opened extends Contender {
  readonly key: Key
  readonly name: string
  readonly url: string
}

/** Opens them on databases of their own, and closes them also where the work failed. */
export const withContenders = async <A>(
  server: Server,
  keys: ReadonlyArray<Key>,
  use: (opened: ReadonlyArray<Opened>) => Promise<A>,
): Promise<A> => {
  const opened: Array<Opened> = []
  try {
    for (const key of keys) {
      const url = await server.database(key)
      const { name, open } = contenders[key]
      opened.push({ ...(await open(url)), key, name, url })
    }
    return await use(opened)
  } finally {
    for (const { close } of opened) await close()
  }
}
