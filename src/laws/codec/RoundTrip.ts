/**
 * The laws of what is written today: that it comes back, and that it is written the same again.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { listed, named, tagOf } from "../domain/Telling.ts"
import * as Law from "../Law.ts"
import { same } from "../Same.ts"
import { mistaken, read, storedAs, type Tried, write } from "./Subject.ts"

const tagged = (tags: ReadonlyArray<string>): string => (tags.length === 0 ? "" : `, tagged ${tags.join(", ")}`)

/**
 * @category laws
 * @since 0.1.0
 */
export const C1 = <E extends { readonly _tag: string }, S>({ codec, events, runs }: Tried<E, S>): Law.Law =>
  Law.make({
    name: "C1",
    title: "round trip",
    equation: "decode(encode(e)) = e, through the text of its JSON",
    given: events,
    runs,
    holds: Effect.fnUntraced(function* (event) {
      const stored = yield* write(codec, event)
      const back = yield* read(codec, stored)
      if (same(back, [event])) return
      return yield* mistaken(
        `${tagOf(event)} does not come back as it was.`,
        ["the event", named(event)],
        ["written as", storedAs(stored)],
        ["read back as", listed(back)],
      )
    }),
  })

/**
 * @category laws
 * @since 0.1.0
 */
export const C2 = <E extends { readonly _tag: string }, S>({ codec, events, runs }: Tried<E, S>): Law.Law =>
  Law.make({
    name: "C2",
    title: "one way of writing",
    equation: "encode(decode(encode(e))) = encode(e)",
    given: events,
    runs,
    holds: Effect.fnUntraced(function* (event) {
      const first = yield* write(codec, event)
      const back = yield* read(codec, first)
      const again = yield* Effect.forEach(back, (each) => write(codec, each))
      if (same(again, [first])) return
      const text = (stored: typeof first) => `${storedAs(stored)}${tagged(stored.tags)}`
      return yield* mistaken(
        `${tagOf(event)} is written otherwise once it was read.`,
        ["written at first", text(first)],
        ["read back as", listed(back)],
        ["written again", again.map(text).join("\n")],
      )
    }),
  })
