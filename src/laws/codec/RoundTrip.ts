/**
 * The laws of what is written today: that it comes back, and that it is written the same again.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { read, type Tried, write } from "./Subject.ts"

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
      const actual = yield* read(codec, yield* write(codec, event))
      yield* agree("the event, decoded", { expected: [event], actual })
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
      const expected = yield* write(codec, event)
      const again = yield* Effect.forEach(yield* read(codec, expected), (read) => write(codec, read))
      yield* agree("what was written, read and written again", { expected: [expected], actual: again })
    }),
  })
