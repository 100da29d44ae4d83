/** Repositories that are the library's but for one flaw. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import { isLeft } from "fp-ts/lib/Either.js"
import { EventMapper } from "../../../src/core/program/EventMapper.ts"
import type { Loaded } from "../../../src/core/program/Rehydration.ts"
import { type Names, type Registers, register, repository } from "../../../src/laws/repository/Register.ts"
import { flawed, type StoreLayer } from "./Flawed.ts"

/** A store that is flawed, with plain bodies. */
export const on = (store: StoreLayer) => Layer.merge(store, EventMapper.plain)

/** What was loaded once is what is loaded again. */
export const loadsOnce = (cache: number): Registers => {
  const good = repository(cache)
  const loaded = new Map<string, Option.Option<Loaded<Names>>>()
  return {
    ...good,
    load: (id, asOf) => {
      const before = loaded.get(id)
      if (before !== undefined && cache > 0 && asOf === undefined) return Effect.succeed(before)
      return Effect.tap(good.load(id, asOf), (found) => Effect.sync(() => loaded.set(id, found)))
    },
  }
}

/** A refusal is answered from the state that is held, without asking the store. */
export const refusesFromCache = (cache: number): Registers => {
  const good = repository(cache)
  const held = new Map<string, Names>()
  return {
    ...good,
    execute: (id, command, options) =>
      Effect.suspend(() => {
        const decision = register.decide(command, held.get(id) ?? [])
        if (cache > 0 && options?.commandId === undefined && isLeft(decision)) return Effect.fail(decision.left)
        return Effect.tap(good.execute(id, command, options), ({ state }) => Effect.sync(() => held.set(id, state)))
      }),
  }
}

/** A transaction asserts only the streams that it writes to. */
export const readsUnasserted = on(
  flawed(({ store }) => ({
    store: {
      commit: (commit) => {
        const writes = commit.writes.filter(({ events }) => events.length > 0)
        return writes.length === 0 || writes.length === commit.writes.length
          ? store.commit(commit)
          : Effect.map(store.commit({ ...commit, writes }), (committed) => ({
              ...committed,
              streams: commit.writes.map(
                ({ stream }) =>
                  committed.streams.find((head) => head.stream === stream) ?? {
                    stream,
                    version: 0,
                    link: new Uint8Array(32),
                  },
              ),
            }))
      },
    },
  })),
)
