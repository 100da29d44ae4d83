/**
 * A small model that the laws of layers run: a jar of notes that can be opened, filled, emptied and broken.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"
import * as t from "io-ts"
import * as Decider from "../../core/domain/Decider.ts"
import * as Aggregate from "../../core/event/Aggregate.ts"
import * as EventCodec from "../../core/event/EventCodec.ts"

/** @category model @since 0.1.0 */
export const JarEvent = EventCodec.make(
  {
    Put: t.type({ note: t.string, weight: t.number }),
    Emptied: t.type({}),
    Broken: t.type({ by: t.union([t.string, t.null]) }),
  },
  { tags: (event) => (event._tag === "Put" ? ["full"] : []) },
)

/** @category model @since 0.1.0 */
export type JarEvent = EventCodec.TypeOf<typeof JarEvent>

/** @category model @since 0.1.0 */
export type JarCommand =
  | { readonly _tag: "Put"; readonly notes: ReadonlyArray<string> }
  | { readonly _tag: "Empty" }
  | { readonly _tag: "Break" }

const Jar = t.type({ notes: t.readonlyArray(t.string), weight: t.number, broken: t.boolean })

/** @category model @since 0.1.0 */
export type Jar = t.TypeOf<typeof Jar>

const initial: Jar = { notes: [], weight: 0, broken: false }

/** @category model @since 0.1.0 */
export const jar = Decider.make({
  initial,
  decide: (command: JarCommand, { notes }: Jar) => {
    switch (command._tag) {
      case "Put":
        return notes.length + command.notes.length > 5
          ? Decider.reject({ _tag: "Full" as const, notes: notes.length })
          : Decider.accept(...command.notes.map((note, i) => JarEvent.Put({ note, weight: note.length + i / 10 })))
      case "Empty":
        return notes.length === 0 ? Decider.accept() : Decider.accept(JarEvent.Emptied())
      case "Break":
        return Decider.accept(JarEvent.Broken({ by: null }))
    }
  },
  evolve: (state: Jar, event: JarEvent): Jar => {
    switch (event._tag) {
      case "Put":
        return { ...state, notes: [...state.notes, event.note], weight: state.weight + event.weight }
      case "Emptied":
        return { ...state, notes: [], weight: 0 }
      case "Broken":
        return { ...state, broken: true }
    }
  },
  isTerminal: (state) => state.broken,
})

/** @category model @since 0.1.0 */
export const Jars = Aggregate.make({ category: "Jar", decider: jar, events: JarEvent })

/** The same, with a snapshot after every other event. @category model @since 0.1.0 */
export const SnapshottedJars = Aggregate.make({
  category: "Jar",
  decider: jar,
  events: JarEvent,
  snapshot: { state: Jar, every: 2 },
})

const note = fc.oneof(
  fc.constantFrom("", "milk", "bread and butter ".repeat(20)),
  fc.string({ unit: "grapheme", maxLength: 5 }).filter((text) => text.isWellFormed()),
)

/** @category arbitraries @since 0.1.0 */
export const command: fc.Arbitrary<JarCommand> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ _tag: fc.constant("Put" as const), notes: fc.array(note, { maxLength: 2 }) }) },
  { weight: 2, arbitrary: fc.constant({ _tag: "Empty" as const }) },
  { weight: 1, arbitrary: fc.constant({ _tag: "Break" as const }) },
)
