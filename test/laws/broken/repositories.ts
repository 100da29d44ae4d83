/** Repositories that are the library's but for one flaw. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { isLeft, isRight, map, right } from "fp-ts/lib/Either.js"
import type { InvalidInput } from "../../../src/core/event/Errors.ts"
import type { Executed } from "../../../src/core/program/Batch.ts"
import * as CommandContext from "../../../src/core/program/CommandContext.ts"
import { EventMapper } from "../../../src/core/program/EventMapper.ts"
import type { Loaded } from "../../../src/core/program/Rehydration.ts"
import * as Repository from "../../../src/core/program/Repository.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as RepositoryLaws from "../../../src/laws/RepositoryLaws.ts"
import { type Names, type NotedEvent, Registers, register, repository } from "../../../src/laws/repository/Register.ts"
import type { Case } from "./caught.ts"
import { checkThenAct, emptyCommandsForgotten, repeatsAppended } from "./committing.ts"
import { flawed, type StoreLayer } from "./Flawed.ts"
import { staleReplica } from "./reading.ts"

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

/** Command ids are remembered by the repository that saw them first, and by nobody else. */
export const idsPerProcess = (cache: number): Registers => {
  const good = repository(cache)
  const answers = new Map<string, Executed<Names, NotedEvent>>()
  return {
    ...good,
    execute: (id, command, { commandId, ...options } = {}) =>
      Effect.suspend(() => {
        const before = commandId === undefined ? undefined : answers.get(commandId)
        return before !== undefined
          ? Effect.succeed({ ...before, repeated: true })
          : Effect.tap(good.execute(id, command, options), (answer) =>
              Effect.sync(() => commandId !== undefined && answers.set(commandId, answer)),
            )
      }),
  }
}

/** A repeated command is answered with how the stream stands now. */
export const repeatsAnswerNow = (cache: number): Registers => {
  const good = repository(cache)
  return {
    ...good,
    execute: (id, command, options) =>
      Effect.flatMap(good.execute(id, command, options), (answer) =>
        answer.repeated
          ? Effect.map(Effect.orDie(good.load(id)), (now) => ({ ...answer, ...Option.getOrElse(now, () => answer) }))
          : Effect.succeed(answer),
      ),
  }
}

/** What is pending is popped before it is inserted: after a conflict there is nothing left to be saved. */
export const popsBeforeInsert = (cache: number): Registers => {
  const good = repository(cache)
  return {
    ...good,
    execute: (id, command, options) => {
      if (options?.expected !== undefined || options?.commandId !== undefined) return good.execute(id, command, options)
      let popped = false
      return good.transact(id, (names) => {
        if (popped) return right([undefined, []])
        const decision = register.decide(command, names)
        popped = isRight(decision) && decision.right.length > 0
        return map((events: ReadonlyArray<NotedEvent>) => [undefined, events] as const)(decision)
      })
    },
  }
}

/** Commands that come together are one: where one of them cannot be recorded, none is. */
export const failsTogether = (cache: number): Registers => {
  const good = repository(cache)
  let failed: Option.Option<InvalidInput> = Option.none()
  return {
    ...good,
    execute: (id, command, options) =>
      Effect.gen(function* () {
        yield* Effect.yieldNow
        if (Option.isSome(failed)) return yield* failed.value
        return yield* Effect.tapErrorTag(good.execute(id, command, options), "InvalidInput", (error) =>
          Effect.sync(() => {
            failed = Option.some(error)
          }),
        )
      }),
  }
}

/** Whoever is interrupted goes at once, and the command goes on without them. */
export const leavesAtOnce = (cache: number): Registers => {
  const good = repository(cache)
  return {
    ...good,
    execute: (id, command, options) =>
      Effect.flatMap(Effect.forkDetach(good.execute(id, command, options)), Fiber.join),
  }
}

/** What is over is loaded as if it were not. */
export const loadsTheDead = (cache: number): Registers =>
  Repository.make({ ...Registers, decider: { ...register, isTerminal: () => false } }, { cache })

/** As of a time: up to that moment, and without it. */
export const loadsTooEarly = (cache: number): Registers => {
  const good = repository(cache)
  return {
    ...good,
    load: (id, asOf) => good.load(id, asOf !== undefined && "at" in asOf ? { at: Number(asOf.at) - 1 } : asOf),
  }
}

/** What a command was given in is not recorded with it. */
export const contextForgotten = (cache: number): Registers => {
  const good = repository(cache)
  return {
    ...good,
    execute: (id, command, options) =>
      good.execute(id, command, options).pipe(
        Effect.updateService(CommandContext.Current, ({ correlationId }) => ({
          correlationId: correlationId?.slice(0, 512),
          causation: null,
          metadata: {},
        })),
      ),
  }
}

const stored = (store: StoreLayer) => RepositoryLaws.suite({ layer: on(store) })
const broken = (make: (cache: number) => Registers) =>
  RepositoryLaws.suite({ layer: on(Memory.layer), repository: make })

export const cases: ReadonlyArray<Case> = [
  { law: "S11", flaw: "a store that checks, then acts", suite: stored(checkThenAct) },
  { law: "S11", flaw: "a store that reads from a stale replica", suite: stored(staleReplica) },
  { law: "S11", flaw: "a store that appends what it has already", suite: stored(repeatsAppended) },
  { law: "S11", flaw: "a cached load that is not refreshed", suite: broken(loadsOnce) },
  { law: "S11", flaw: "a refusal from a stale cache", suite: broken(refusesFromCache) },
  { law: "S11", flaw: "pending events popped before insert", suite: broken(popsBeforeInsert) },
  {
    law: "S11",
    flaw: "a transaction that does not assert what it only read",
    suite: RepositoryLaws.suite({ layer: readsUnasserted }),
  },

  { law: "S11", flaw: "a command that goes on behind its caller's back", suite: broken(leavesAtOnce) },

  { law: "S13.2", flaw: "command ids that each process remembers for itself", suite: broken(idsPerProcess) },
  { law: "S13.2", flaw: "a repeat that is answered with how things stand now", suite: broken(repeatsAnswerNow) },
  { law: "S13.2", flaw: "a store that forgets commands without events", suite: stored(emptyCommandsForgotten) },

  { law: "S17.2", flaw: "a load of what is over", suite: broken(loadsTheDead) },
  { law: "S17.2", flaw: "a load as of a time that leaves out that moment", suite: broken(loadsTooEarly) },
  { law: "S17.2", flaw: "what a command was given in, forgotten", suite: broken(contextForgotten) },
  { law: "S17.2", flaw: "a store that forgets commands without events", suite: stored(emptyCommandsForgotten) },

  { law: "S19.2", flaw: "a fault that takes its company along", suite: broken(failsTogether) },

  { law: "SN3", flaw: "a cached load that is not refreshed", suite: broken(loadsOnce) },
  { law: "SN3", flaw: "a store that reads from a stale replica", suite: stored(staleReplica) },
]
