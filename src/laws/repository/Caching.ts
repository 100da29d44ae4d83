/**
 * The law that a cache cannot be seen (SN3): whatever other repositories record meanwhile, a load answers what is
 * recorded, and nothing older than what was acknowledged before it was asked for.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { EventStore } from "../../core/port/EventStore.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Faults from "../Faults.ts"
import * as Interleaving from "../Interleaving.ts"
import type * as Law from "../Law.ts"
import * as Trace from "../Trace.ts"
import { conflict, noting } from "./Noting.ts"
import { type Names, type RepositorySubject, repository } from "./Register.ts"

const ids = ["a", "b"] as const

interface Loaded {
  readonly id: string
  /** What had been acknowledged when it was asked for. */
  readonly atLeast: number
  readonly state: Names
  readonly version: number
  readonly position: number
}

const shown = (found: Option.Option<{ readonly version: number }>): string =>
  Option.match(found, { onNone: () => "nothing", onSome: ({ version }) => `version ${version}` })

/** A load that has to read on, for others have recorded since. */
const stale = "a load of more than its repository holds"

const step = fc.record({
  id: fc.constantFrom(...ids),
  repository: fc.nat(3),
  /** Names to note, or a load. */
  times: fc.constantFrom(0, 0, 1, 1, 2),
})

/**
 * SN3
 *
 * @category laws
 * @since 0.1.0
 */
export const caching = ({ layer, repository: make = repository, runs = 100 }: RepositorySubject): Law.Law =>
  Interleaving.law({
    name: "SN3",
    title: "a cache cannot be seen",
    equation:
      "a load, whatever the cache, under concurrent writers = the fold of a prefix that includes all that was acknowledged before it",
    given: fc.record({
      callers: program(program(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      slowness: program(Faults.slowness, { maxLength: 40 }),
    }),
    runs,
    must: [stale, conflict],
    holds: Effect.fnUntraced(
      function* ({ callers, slowness }, seen) {
        const store = yield* EventStore
        const slow = Faults.script(slowness)
        const repositories = [make(1024), make(1024), make(1), make(0)]
        const acknowledged = new Map<string, number>()
        const atLeast = (id: string): number => acknowledged.get(id) ?? 0
        const loads: Array<Loaded> = []
        /** The version that each repository saw last. */
        const held = new Map<string, number>()
        const act = Effect.fnUntraced(function* (by: string, { id, repository, times }: (typeof callers)[0][0]) {
          const registers = repositories[repository] ?? make(0)
          yield* Effect.yieldNow
          const least = atLeast(id)
          const place = `${repository} ${id}`
          if (times > 0) {
            const { version } = yield* Trace.telling(
              `notes ${times} in ${id}`,
              registers.execute(id, { by, times, limit: 99 }),
              Trace.answered(({ version }) => `version ${version}`),
            )
            acknowledged.set(id, Math.max(atLeast(id), version))
            held.set(place, version)
            return
          }
          const found = yield* Trace.telling(`loads ${id}`, registers.load(id), Trace.answered(shown))
          const { state, version, position } = Option.getOrElse(found, () => ({ state: [], version: 0, position: 0 }))
          const before = held.get(place) ?? 0
          if (before > 0) seen(before < version ? stale : "a load of what its repository holds")
          held.set(place, version)
          loads.push({ id, atLeast: least, state, version, position })
          acknowledged.set(id, Math.max(atLeast(id), version))
        })
        yield* Effect.forEach(
          callers,
          (steps, i) =>
            Effect.forEach(steps, (step, j) => act(`${i + 1}.${j + 1}`, step)).pipe(
              Interleaving.named(`caller ${i + 1}`),
            ),
          { concurrency: "unbounded" },
        ).pipe(Effect.provideService(EventStore, Faults.inject(noting(store, seen), { commit: slow, read: slow })))

        const unaided = make(0)
        for (const id of ids) {
          const events = yield* store.readStream({ category: "Register", id })
          const { state } = yield* unaided.execute(id, { by: "nobody", times: 0, limit: 99 })
          for (const load of loads.filter((each) => each.id === id)) {
            const version = Math.max(load.atLeast, load.version)
            const expected = { state: state.slice(0, version), version, position: events[version - 1]?.position ?? 0 }
            const actual = { state: load.state, version: load.version, position: load.position }
            yield* agree(`a load of ${id} when version ${load.atLeast} was known`, { expected, actual })
          }
        }
      },
      (effect) => Effect.provide(effect, Layer.fresh(layer)),
    ),
  })
