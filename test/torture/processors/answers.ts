/**
 * Processors that answer what happens to accounts by commands to other streams of the same store: a policy, in two
 * partitions, and a process that moves money between pots and takes back what was refused. Each answer says what it is to,
 * and what it came to, so that one that was lost, repeated or decided on something old shows.
 */
import { Aggregate, Decider, EventCodec, ProcessManager, Processor, Query, Repository } from "everfold"
import * as t from "io-ts"
import { AccountEvent } from "../model.ts"

export const Answered = EventCodec.make({ Answered: t.type({ to: t.number, amount: t.number, total: t.number }) })
export type Answered = EventCodec.TypeOf<typeof Answered>

export interface Answer {
  readonly at: string
  /** The position of what is answered. */
  readonly to: number
  readonly amount: number
}

const answered = (category: string) =>
  Repository.make(
    Aggregate.make({
      category,
      events: Answered,
      decider: Decider.make({
        initial: 0,
        decide: ({ to, amount }: Answer, total: number) =>
          total + amount < 0
            ? Decider.reject("too little" as const)
            : Decider.accept(Answered.Answered({ to, amount, total: total + amount })),
        evolve: (_total: number, { total }: Answered) => total,
      }),
    }),
  )

export const tallies = answered("Tally")
export const pots = answered("Pot")

export const tallying = Processor.policy({
  name: "tallying",
  events: AccountEvent,
  filter: Query.make({ category: "Account", types: ["Deposited"] }),
  partitions: 2,
  policy: ({ stream, position, event }): ReadonlyArray<Answer> => [
    { at: stream.id, to: position, amount: event.amount },
  ],
  send: (answer) => Processor.send(tallies, answer.at, answer),
})

const Note = EventCodec.make({
  Asked: t.type({ to: t.number, amount: t.number }),
  Refused: t.type({ to: t.number, amount: t.number }),
})
type Note = EventCodec.TypeOf<typeof Note>

const pot = (n: number): string => `pot-${n % 4}`

/** Money comes into a pot, or is moved from one to the next. */
export const asks = (to: number, { _tag, amount }: Pick<AccountEvent, "_tag" | "amount">): ReadonlyArray<Answer> =>
  _tag === "Deposited"
    ? [{ at: pot(to), to, amount }]
    : [
        { at: pot(to), to, amount: -Math.abs(amount) },
        { at: pot(to + 1), to, amount: Math.abs(amount) },
      ]

/** What was refused is taken back from where it came to. */
export const takesBack = ({ to, amount }: Pick<Answer, "to" | "amount">): Answer => ({ at: pot(to + 1), to, amount })

export const moving = Processor.process({
  name: "Moving",
  events: AccountEvent,
  filter: Query.make({ category: "Account" }),
  notes: Note,
  note: ({ stream, position, event }) => ({
    instance: stream.id,
    note: Note.Asked({ to: position, amount: event._tag === "Deposited" ? event.amount : -Math.abs(event.amount) }),
  }),
  process: ProcessManager.make({
    initial: 0,
    evolve: (notes: number, _note: Note) => notes + 1,
    react: (_notes, { _tag, to, amount }) =>
      _tag === "Asked"
        ? asks(to, { _tag: amount < 0 ? "Withdrawn" : "Deposited", amount })
        : [takesBack({ to, amount })],
    pending: () => [],
  }),
  send: (answer) => Processor.send(pots, answer.at, answer),
  rejected: ({ to, amount }) => Note.Refused({ to, amount }),
})
