/**
 * The law that a split loses no event: what it says to come to, it comes to.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { TypeId } from "../../core/event/EventCodec.ts"
import * as Law from "../Law.ts"
import { read, type Tried, throughText } from "./Subject.ts"

const comesTo = (type: string, tag: string): string => `${type} that is read as ${tag}`

/**
 * None, where the codec splits nothing.
 *
 * @category laws
 * @since 0.1.0
 */
export const C7 = <E extends { readonly _tag: string }, S>({
  codec,
  stored,
  runs,
}: Tried<E, S>): ReadonlyArray<Law.Law> => {
  const splits = [...codec[TypeId].stored].filter(([, { tags }]) => tags.length > 1)
  if (splits.length === 0) return []
  return [
    Law.make({
      name: "C7",
      title: "splits lose nothing",
      equation: "for every name that was split, and every tag that it is split into, payloads exist that decode to it",
      given: stored,
      runs,
      must: splits.flatMap(([type, { tags }]) => tags.map((tag) => comesTo(type, tag))),
      holds: Effect.fnUntraced(function* ({ type, schemaVersion, data }, seen) {
        const events = yield* read(codec, { type, schemaVersion, data: yield* throughText(data) })
        for (const { _tag } of events) seen(comesTo(type, _tag))
      }),
    }),
  ]
}
