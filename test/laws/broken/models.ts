/** A lamp with a counter, and the ways in which such a model goes wrong. */
import * as fc from "fast-check"
import * as t from "io-ts"
import * as Decider from "../../../src/core/domain/Decider.ts"
import type { View } from "../../../src/core/domain/View.ts"
import * as Aggregate from "../../../src/core/event/Aggregate.ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import * as CodecLaws from "../../../src/laws/CodecLaws.ts"
import * as DeciderLaws from "../../../src/laws/DeciderLaws.ts"
import * as SnapshotLaws from "../../../src/laws/SnapshotLaws.ts"
import type { Case } from "./caught.ts"

export const LampEvent = EventCodec.make({
  Switched: t.type({ on: t.boolean, times: t.number }),
  Named: t.intersection([t.type({ name: t.string }), t.partial({ by: t.string })]),
})
export type LampEvent = EventCodec.TypeOf<typeof LampEvent>
export type LampCommand =
  | { readonly _tag: "Switch"; readonly times: number }
  | { readonly _tag: "Name"; readonly name: string }

const LampState = t.type({ on: t.boolean, switched: t.number, names: t.readonlyArray(t.string) })
export type Lamp = t.TypeOf<typeof LampState>

export const commands: fc.Arbitrary<LampCommand> = fc.oneof(
  fc.record({ _tag: fc.constant("Switch" as const), times: fc.integer({ min: -1, max: 3 }) }),
  fc.record({ _tag: fc.constant("Name" as const), name: fc.string({ maxLength: 4 }) }),
)
export const events: fc.Arbitrary<LampEvent> = fc.oneof(
  fc.record({ on: fc.boolean(), times: fc.double({ noNaN: true, noDefaultInfinity: true }) }).map(LampEvent.Switched),
  fc
    .record({ name: fc.string(), by: fc.string() }, { requiredKeys: ["name"] })
    .map((payload) => LampEvent.Named(payload)),
)

const initial: Lamp = { on: false, switched: 0, names: [] }
const decide = (command: LampCommand, { on, names }: Lamp) => {
  switch (command._tag) {
    case "Switch":
      return command.times < 0
        ? Decider.reject("never")
        : Decider.accept(LampEvent.Switched({ on: !on, times: command.times }))
    case "Name":
      return names.includes(command.name)
        ? Decider.reject("taken")
        : Decider.accept(LampEvent.Named({ name: command.name }))
  }
}
const evolve = (lamp: Lamp, event: LampEvent): Lamp =>
  event._tag === "Switched"
    ? { ...lamp, on: event.on, switched: lamp.switched + event.times }
    : { ...lamp, names: [...lamp.names, event.name] }

export const lamp = Decider.make({ initial, decide, evolve })
const parts = { initial, decide, evolve }

/** A count: its state is falsy at times. */
export const count = Decider.make({
  initial: 1,
  decide: (by: number, _n: number) => Decider.accept(by),
  evolve: (n: number, by: number): number => n + by,
})

/** A resumed fold that takes a falsy state for none. */
export const foldFromFalsy =
  <S, E>(view: View<S, E>) =>
  (events: Iterable<E>, ...[state]: readonly [] | readonly [state: S]): S => {
    let folded = state || view.initial
    for (const event of events) folded = view.evolve(folded, event)
    return folded
  }

/** A paged fold that loses the last event of a full page. */
export const foldLosingPages =
  <S, E>(view: View<S, E>) =>
  (events: Iterable<E>, ...[state = view.initial]: readonly [] | readonly [state: S]): S =>
    [...events].slice(0, 3).reduce((folded, event) => view.evolve(folded, event), state)

/** Pushes into the state that it was given. */
export const mutating = Decider.make({
  ...parts,
  evolve: (lamp: Lamp, event: LampEvent): Lamp => {
    if (event._tag === "Switched") return evolve(lamp, event)
    const shared: { names: ReadonlyArray<string> } = lamp
    shared.names = [...lamp.names, event.name]
    return lamp
  },
})

/** Asks the clock. */
export const asksTheClock = Decider.make({
  ...parts,
  decide: (command: LampCommand, state: Lamp) =>
    command._tag === "Name"
      ? Decider.accept(LampEvent.Named({ name: new Date().toISOString() }))
      : decide(command, state),
})

/** Rolls the dice. */
export const rollsTheDice = Decider.make({
  ...parts,
  evolve: (lamp: Lamp, event: LampEvent): Lamp => ({ ...evolve(lamp, event), switched: Math.random() }),
})

/** Changes a Map in place: nothing of it can be frozen. */
export const mutatesAMap = Decider.make({
  initial: new Map<string, number>(),
  decide: (command: LampCommand, _: Map<string, number>) =>
    Decider.accept(LampEvent.Named({ name: command._tag === "Name" ? command.name : "" })),
  evolve: (state: Map<string, number>, event: LampEvent) => state.set(event._tag, (state.get(event._tag) ?? 0) + 1),
})

/** Throws where it is full. */
export const throwsWhenFull = Decider.make({
  ...parts,
  decide: (command: LampCommand, state: Lamp) => {
    if (state.names.length > 2) throw new Error("full")
    return decide(command, state)
  },
})

/** Runs today's rule on yesterday's history. */
export const refusesHistory = Decider.make({
  ...parts,
  evolve: (lamp: Lamp, event: LampEvent): Lamp => {
    if (event._tag === "Named" && event.name.length > 4) throw new Error("names have four letters at most")
    return evolve(lamp, event)
  },
})

/** What each event makes of the state, in a table that nobody checks for gaps. */
const byTag: Readonly<Record<string, (lamp: Lamp, event: LampEvent) => Lamp>> = { Switched: evolve }

/** Knows no more than half of the events. */
function evolveForgetting(lamp: Lamp, event: LampEvent): Lamp
function evolveForgetting(lamp: Lamp, event: LampEvent): Lamp | undefined {
  return byTag[event._tag]?.(lamp, event)
}
export const forgetsAnEvent = Decider.make({ ...parts, evolve: evolveForgetting })

/** Answers nothing to a command that it does not know. */
function decideForgetting(command: LampCommand, lamp: Lamp): ReturnType<typeof decide>
function decideForgetting(command: LampCommand, lamp: Lamp): ReturnType<typeof decide> | undefined {
  return command._tag === "Name" ? decide(command, lamp) : undefined
}
export const forgetsACommand = Decider.make({ ...parts, decide: decideForgetting })

/** Rounds what it writes. */
export const Rounding = EventCodec.make({
  Switched: t.type({
    on: t.boolean,
    times: new t.Type<number, number>("Rounded", t.number.is, t.number.validate, (n) => Math.round(n * 1000) / 1000),
  }),
  Named: t.intersection([t.type({ name: t.string }), t.partial({ by: t.string })]),
})

/** Drops what its codec does not name. */
export const Dropping = EventCodec.make({
  Switched: t.type({ on: t.boolean, times: t.number }),
  Named: t.intersection([
    t.exact(t.type({ name: t.string })),
    new t.Type<{ readonly by?: string }, { readonly [key: string]: string }>(
      "Forgetful",
      (u): u is { readonly by?: string } => typeof u === "object",
      () => t.success({}),
      () => ({}),
    ),
  ]),
})

/** Cannot write what the model emits. */
export const Narrow = EventCodec.make({
  Switched: t.type({
    on: t.boolean,
    times: new t.Type<number, number>(
      "Int",
      (u): u is number => Number.isInteger(u),
      (u, context) => (typeof u === "number" && Number.isInteger(u) ? t.success(u) : t.failure(u, context)),
      t.identity,
    ),
  }),
  Named: t.intersection([t.type({ name: t.string }), t.partial({ by: t.string })]),
})

const counted = (state: t.Type<Lamp, t.OutputOf<typeof LampState>>) =>
  Aggregate.make({ category: "Lamp", decider: lamp, events: LampEvent, snapshot: { state, every: 2 } })

export const Lamps = counted(LampState)

/** The state's codec forgets the names. */
export const ForgetfulLamps = counted(
  new t.Type("Forgetful", LampState.is, LampState.validate, (lamp) => ({ ...LampState.encode(lamp), names: [] })),
)

/** The state's codec keeps the first two names only: short histories do not show it. */
export const ShortLamps = counted(
  new t.Type("Short", LampState.is, LampState.validate, (lamp) => ({ ...lamp, names: lamp.names.slice(0, 2) })),
)

const folded = (fold: typeof Decider.fold) =>
  DeciderLaws.suite({ decider: count, commands: fc.integer({ min: -2, max: 2 }), fold })
const decided = <S, R>(decider: Decider.Decider<LampCommand, S, LampEvent, R>) =>
  DeciderLaws.suite({ decider, commands, events })
const encoded = (codec: EventCodec.EventCodec<LampEvent>) => CodecLaws.suite({ codec, events })

export const cases: ReadonlyArray<Case> = [
  { law: "D1", flaw: "a resumed fold that takes a falsy state for none", suite: folded(foldFromFalsy) },
  { law: "D1", flaw: "a fold that loses the end of a page", suite: folded(foldLosingPages) },
  { law: "D2", flaw: "an evolve that changes the state it was given", suite: decided(mutating) },
  { law: "D2", flaw: "a decide that names after the time", suite: decided(asksTheClock) },
  { law: "D2", flaw: "an evolve that rolls the dice", suite: decided(rollsTheDice) },
  { law: "D2", flaw: "an evolve that changes a Map in place", suite: decided(mutatesAMap) },
  { law: "D3", flaw: "a decide that throws", suite: decided(throwsWhenFull) },
  { law: "D3", flaw: "rules inside evolve, made tighter since", suite: decided(refusesHistory) },
  { law: "D3", flaw: "an evolve that forgets an event", suite: decided(forgetsAnEvent) },
  { law: "D3", flaw: "a decide that forgets a command", suite: decided(forgetsACommand) },

  { law: "C1", flaw: "a codec that rounds", suite: encoded(Rounding) },
  { law: "C1", flaw: "a codec that drops a property", suite: encoded(Dropping) },
  { law: "C1", flaw: "a codec that cannot write what the model emits", suite: encoded(Narrow) },

  {
    law: "SN1",
    flaw: "a snapshot without a field",
    suite: SnapshotLaws.suite({ aggregate: ForgetfulLamps, commands }),
  },
  {
    law: "SN1",
    flaw: "a snapshot of the beginning of a list",
    suite: SnapshotLaws.suite({ aggregate: ShortLamps, commands }),
  },
]
