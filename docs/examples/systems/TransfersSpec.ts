// What becomes of a transfer, in examples. They are tests (test/docs/systems.test.ts) and a page (Transfers.md).
import { Spec } from "everfold/laws"
import { AccountEvent, account, move, Note, TransferEvent, transfer } from "./Transfers.ts"

const wish = { from: "101", to: "102", cents: 30_00 }
const command = { transfer: "1", cents: 30_00 }

export const transferSpec = Spec.decider("A transfer", transfer, {
  "is requested once": { given: [TransferEvent.Requested(wish)], when: { _tag: "Request", ...wish }, events: [] },
  "is over when it is completed": {
    given: [TransferEvent.Requested(wish), TransferEvent.Completed()],
    when: { _tag: "Fail", reason: "over the limit" },
    events: [],
    state: "completed",
  },
})

export const accountSpec = Spec.decider("An account", account, {
  "may be overdrawn": {
    when: { _tag: "Withdraw", account: "101", ...command },
    events: [AccountEvent.Withdrawn(command)],
    state: { cents: -30_00 },
  },
  "gives up to its limit at a time": {
    when: { _tag: "Withdraw", account: "101", transfer: "1", cents: 1000_01 },
    events: [AccountEvent.WithdrawalRefused({ transfer: "1" })],
  },
  "takes nothing under a misspelt number": {
    when: { _tag: "Deposit", account: "105", ...command },
    events: [AccountEvent.DepositRefused({ transfer: "1" })],
  },
})

export const moveSpec = Spec.process("The process of a transfer", move, {
  "withdraws first": { when: Note.Asked(wish), commands: [{ _tag: "Withdraw", account: "101", cents: 30_00 }] },
  "then deposits": {
    given: [Note.Asked(wish)],
    when: Note.Taken(),
    commands: [{ _tag: "Deposit", account: "102", cents: 30_00 }],
  },
  "gives back what cannot be deposited": {
    given: [Note.Asked(wish), Note.Taken()],
    when: Note.NotGiven(),
    commands: [{ _tag: "Return", account: "101", cents: 30_00 }],
  },
  "owes the deposit after a crash": {
    given: [Note.Asked(wish), Note.Taken()],
    pending: [{ _tag: "Deposit", account: "102", cents: 30_00 }],
  },
  "is over once it is deposited": { given: [Note.Asked(wish), Note.Taken(), Note.Given()], isTerminal: true },
})
