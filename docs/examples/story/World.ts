// A world, to which things happen. This file is the whole model: pure functions over data, no store in sight.
import { Aggregate, Decider, EventCodec, Repository } from "everfold"
import * as t from "io-ts"

export const WorldEvent = EventCodec.make({
  Created: t.type({ name: t.string }),
  SomethingHappened: t.type({ what: t.string }),
  Discarded: t.type({}),
})
export type WorldEvent = EventCodec.TypeOf<typeof WorldEvent>

export type World =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Alive"; readonly name: string; readonly history: ReadonlyArray<string> }
  | { readonly _tag: "Discarded" }

export type WorldCommand =
  | { readonly _tag: "Create"; readonly name: string }
  | { readonly _tag: "Happen"; readonly what: string }
  | { readonly _tag: "Discard" }

const nothing: World = { _tag: "Nothing" }

export const world = Decider.make({
  initial: nothing,
  decide: (command: WorldCommand, state: World) => {
    switch (command._tag) {
      case "Create":
        return state._tag === "Nothing"
          ? Decider.accept(WorldEvent.Created({ name: command.name }))
          : Decider.reject("it was created before")
      case "Happen":
        return state._tag === "Alive"
          ? Decider.accept(WorldEvent.SomethingHappened({ what: command.what }))
          : Decider.reject("there is no such world")
      case "Discard":
        return state._tag === "Alive" ? Decider.accept(WorldEvent.Discarded()) : Decider.accept()
    }
  },
  evolve: (state: World, event: WorldEvent): World => {
    switch (event._tag) {
      case "Created":
        return { _tag: "Alive", name: event.name, history: [] }
      case "SomethingHappened":
        return state._tag === "Alive" ? { ...state, history: [...state.history, event.what] } : state
      case "Discarded":
        return { _tag: "Discarded" }
    }
  },
  isTerminal: (state) => state._tag === "Discarded",
})

export const World = Aggregate.make({ category: "World", decider: world, events: WorldEvent })
export const worlds = Repository.make(World)
