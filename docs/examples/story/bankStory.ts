import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { EventStore, Repository, Snapshots } from "everfold"
import { left, right } from "fp-ts/lib/Either.js"
import { Account, AccountEvent, accounts, accountsOfLastYear, cents, NotOpen, Overdrawn } from "./Bank.ts"
import { chapter, check, progress, say, show, since } from "./telling.ts"

const balance = (loaded: Option.Option<{ readonly state: Account }>): number =>
  Option.isSome(loaded) && loaded.value.state._tag === "Open" ? loaded.value.state.cents : Number.NaN

/** One decision over two accounts, recorded in one commit: both sides or neither. */
const transfer = (from: string, to: string, amount: number) =>
  Repository.transactAll({ from: accounts.stream(from), to: accounts.stream(to) }, (states) => {
    const { from, to } = states
    if (from._tag === "None" || to._tag === "None") return left(new NotOpen())
    if (from.cents < amount) return left(new Overdrawn(amount - from.cents))
    return right([
      from.cents - amount,
      {
        from: [AccountEvent.Withdrawn({ cents: cents(amount) })],
        to: [AccountEvent.Deposited({ cents: cents(amount) })],
      },
    ])
  })

/** Tells of a bank; `run` makes its accounts new. */
export const bankStory = Effect.fnUntraced(function* (run: number) {
  const ada = `ada-${run}`
  const bob = `bob-${run}`

  yield* chapter("7. A bank, and an event of last year")
  yield* accountsOfLastYear.execute(ada, "Ada")
  const opened = Option.getOrThrow(yield* accounts.load(ada)).state
  yield* say("Ada's account was opened when accounts had no currency. The stored event is lifted when it is read:")
  yield* show("as stored then, read now", JSON.stringify(opened))
  yield* check("the upcast filled in the currency", opened._tag === "Open" && opened.currency === "EUR")
  yield* accounts.execute(bob, { _tag: "Open", owner: "Bob", currency: "EUR" })
  yield* accounts.execute(ada, { _tag: "Deposit", cents: cents(100_00) })
  yield* Effect.sleep("5 millis")
  const before = yield* Clock.currentTimeMillis
  yield* Effect.sleep("5 millis")

  yield* chapter("8. A transfer in one commit, and an overdraft refused")
  const { value, position } = yield* transfer(ada, bob, 30_00)
  yield* show("30.00 from Ada to Bob", `${(value / 100).toFixed(2)} left; both events recorded by position ${position}`)
  const refused = yield* transfer(ada, bob, 500_00).pipe(
    Effect.map(() => "accepted"),
    Effect.catchTag("Overdrawn", (rejection) => Effect.succeed(`refused: ${rejection.missing / 100} are missing`)),
  )
  yield* show("500.00 from Ada to Bob", refused)
  const sum = balance(yield* accounts.load(ada)) + balance(yield* accounts.load(bob))
  yield* check("no cent was made or lost", sum === 100_00)
  const statement = balance(yield* accounts.load(ada, { at: before }))
  yield* check(`Ada's statement as of before the transfer says ${statement / 100}.00`, statement === 100_00)

  yield* chapter("9. Ten thousand deposits")
  yield* say("64 at a time on one account: what waits is decided together and recorded in one commit, flushed to disk.")
  const count = 10_000
  const tick = progress(count)
  const start = performance.now()
  const deposit = accounts.execute(bob, { _tag: "Deposit", cents: cents(1) })
  yield* Effect.forEach(Array.from({ length: count }), () => Effect.andThen(deposit, tick), {
    concurrency: 64,
    discard: true,
  })
  const seconds = (performance.now() - start) / 1000
  yield* show(`${count} deposits`, `${seconds.toFixed(2)} s, ${Math.round(count / seconds)} a second`)
  yield* Effect.sleep("50 millis")

  yield* chapter("10. Loaded again")
  const elsewhere = Repository.make(Account, { cache: 0 })
  const whole = performance.now()
  const replayed = yield* Layer.build(Snapshots.none).pipe(
    Effect.flatMap((context) => Effect.provideContext(elsewhere.load(bob), context)),
    Effect.scoped,
  )
  yield* show("by replaying and verifying every event", since(whole))
  const short = performance.now()
  const reloaded = yield* elsewhere.load(bob)
  yield* show("through a snapshot", since(short))
  yield* check(
    "both ways lead to the same state",
    balance(reloaded) === balance(replayed) && balance(reloaded) === 30_00 + count,
  )
  yield* show("events in the store", String(yield* EventStore.use((store) => store.head)))
})
