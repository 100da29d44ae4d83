/** The model that the corpus was written by; its codecs only ever gain versions. */
import * as t from "io-ts"
import { Aggregate, Decider, EventCodec } from "../../src/core/index.ts"

/** The codec of the first event, before it knew a currency. */
export const LedgerEventV1 = EventCodec.make({ Opened: t.type({ owner: t.string }) })

const tags = (event: { readonly _tag: string }): ReadonlyArray<string> =>
  event._tag === "Booked" ? ["kind:book", "ä"] : []

export const LedgerEvent = EventCodec.make(
  {
    Opened: EventCodec.version(t.type({ owner: t.string })).pipe(
      EventCodec.upcast(t.type({ owner: t.string, currency: t.string }), (v1) => ({ ...v1, currency: "EUR" })),
    ),
    Booked: t.intersection([t.type({ amount: t.number }), t.partial({ note: t.string })]),
    Closed: t.type({}),
  },
  { tags },
)
export type LedgerEvent = EventCodec.TypeOf<typeof LedgerEvent>

const LedgerState = t.type({ owner: t.string, currency: t.string, amounts: t.array(t.number), closed: t.boolean })
export type LedgerState = t.TypeOf<typeof LedgerState>

const initial: LedgerState = { owner: "", currency: "", amounts: [], closed: false }

export const ledger = Decider.make({
  initial,
  decide: (event: LedgerEvent, _state: LedgerState) => Decider.accept(event),
  evolve: (state: LedgerState, event: LedgerEvent): LedgerState => {
    switch (event._tag) {
      case "Opened":
        return { ...state, owner: event.owner, currency: event.currency }
      case "Booked":
        return { ...state, amounts: [...state.amounts, event.amount] }
      case "Closed":
        return { ...state, closed: true }
    }
  },
})

export const Ledger = Aggregate.make({
  category: "Ledger",
  decider: ledger,
  events: LedgerEvent,
  snapshot: { state: LedgerState, every: 3 },
})

/** The key that sealed the corpus: thirty-two times 0x07. */
export const ring = { active: "k", keys: { k: Buffer.alloc(32, 7).toString("base64") } }
