// What an account does, in examples. They are tests (test/docs/specs.test.ts) and a page (Bank.md).
import { Spec } from "everfold/laws"
import { AccountEvent, account, cents, NotOpen, Overdrawn } from "./Bank.ts"

const opened = AccountEvent.Opened({ owner: "Ada", currency: "EUR" })
const deposited = AccountEvent.Deposited({ cents: cents(500) })
const withdrawn = AccountEvent.Withdrawn({ cents: cents(200) })

export const bankSpec = Spec.decider("An account", account, {
  "is opened for its owner": {
    when: { _tag: "Open", owner: "Ada", currency: "EUR" },
    events: [opened],
    state: { _tag: "Open", owner: "Ada", currency: "EUR", cents: cents(0) },
  },
  "is opened once": {
    given: [opened],
    when: { _tag: "Open", owner: "Bob", currency: "USD" },
    events: [],
  },
  "takes what is paid in": {
    given: [opened],
    when: { _tag: "Deposit", cents: cents(500) },
    events: [deposited],
  },
  "takes nothing before it is opened": {
    when: { _tag: "Deposit", cents: cents(500) },
    rejection: new NotOpen(),
  },
  "pays out what is there, to the last cent": {
    given: [opened, deposited, withdrawn],
    when: { _tag: "Withdraw", cents: cents(300) },
    events: [AccountEvent.Withdrawn({ cents: cents(300) })],
    state: { _tag: "Open", owner: "Ada", currency: "EUR", cents: cents(0) },
  },
  "refuses an overdraft, and says how much is missing": {
    given: [opened, deposited, withdrawn],
    when: { _tag: "Withdraw", cents: cents(301) },
    rejection: new Overdrawn(1),
  },
  "is never over": {
    given: [opened, deposited, withdrawn],
    isTerminal: false,
  },
})
