/**
 * The law that renames and splits hide nothing from whoever asks for a tag.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import * as EventCodec from "../../core/event/EventCodec.ts"
import * as Query from "../../core/event/Query.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import * as Memory from "../../interpreters/memory/Memory.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import * as Law from "../Law.ts"
import { same } from "../Same.ts"
import { show } from "../Show.ts"
import { outcome, plain, tagOf } from "../store/World.ts"
import { mistaken, nameOf, read, storedAs, type Tried, throughText, write } from "./Subject.ts"

const [stream] = Commits.streams

/**
 * @category laws
 * @since 0.1.0
 */
export const C6 = <E extends { readonly _tag: string }, S>({
  codec,
  events,
  stored,
  runs,
  layer = Memory.layer,
}: Tried<E, S>): Law.Law =>
  Law.make({
    name: "C6",
    title: "renames and splits hide nothing",
    equation:
      "what decodes to an event of tag T is found by a query on storedTypes(T), and a condition on them fails after it",
    given: fc.record({ old: program(stored, { maxLength: 3 }), new: program(events, { maxLength: 2 }) }),
    runs,
    holds: ({ old, new: today }) =>
      Effect.gen(function* () {
        const store = yield* EventStore
        const next = Commits.ids()
        const payloads = [...old, ...(yield* Effect.forEach(today, (event) => write(codec, event)))]
        for (const [i, payload] of payloads.entries()) {
          const body = Buffer.from(JSON.stringify({ data: payload.data }))
          const { type, schemaVersion } = payload
          const events = [{ type, schemaVersion, tags: [], body }]
          yield* store.commit(Commits.commit(next, [{ stream, expected: Commit.any, events }]))

          const position = i + 1
          for (const { _tag } of yield* read(codec, { type, schemaVersion, data: yield* throughText(payload.data) })) {
            const query = Query.make({ types: EventCodec.storedTypes(codec, _tag) })
            const found = yield* store.readAll({ after: i, filter: query, limit: 1 })
            if (
              !same(
                [position],
                found.events.map((event) => event.position),
              )
            ) {
              return yield* mistaken(
                `${nameOf(payload)} is read as ${_tag}, but a query for ${_tag} does not find it.`,
                ["stored", storedAs(payload)],
                [`storedTypes of ${_tag}`, show(EventCodec.storedTypes(codec, _tag))],
                ["found", found.events.length === 0 ? "nothing" : found.events.map(({ type }) => type).join(", ")],
              )
            }

            const write = Commits.commit(next, [{ stream, expected: Commit.any, events: [] }])
            const refused = yield* outcome(store.commit({ ...write, condition: { failIfMatch: query, after: i } }))
            if (tagOf(refused) !== "ConditionFailed") {
              return yield* mistaken(
                `${nameOf(payload)} is read as ${_tag}, but a condition that there is no ${_tag} does not fail after it.`,
                ["stored", storedAs(payload)],
                [`storedTypes of ${_tag}`, show(EventCodec.storedTypes(codec, _tag))],
                ["the commit came to", show(plain(refused))],
              )
            }
          }
        }
      }).pipe(Effect.provide(Layer.fresh(layer))),
  })
