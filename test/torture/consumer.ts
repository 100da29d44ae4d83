/**
 * A consumer: while it has the lease, it copies what happens to accounts, and each commit moves the checkpoint past what
 * it copies. Several of them want the lease; their clocks jump, so that one takes it over while another still works.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Checkpoints, EventStore, Query } from "everfold"
import { jumping } from "./clock.ts"
import { consumer } from "./commits.ts"
import { designs } from "./designs.ts"
import { open, type Place } from "./places.ts"
import { now, print } from "./report.ts"

const [where = "", design = "everfold"] = process.argv.slice(2)
const place: Place = JSON.parse(where)
const { copy } = designs[design === "naive" ? "naive" : "everfold"]

const ttl = 400
const accounts = Query.make({ category: "Account" })

/** Works under an epoch until it is fenced, or knows no longer where it stands. */
const work = Effect.fnUntraced(function* (epoch: number, position: number) {
  const store = yield* EventStore
  const checkpoints = yield* Checkpoints
  for (let from = position, round = 1; ; round++) {
    const start = now()
    const { events, scannedTo } = yield* store.readAll({ after: from, filter: accounts, limit: 1 + (round % 20) })
    // What it copies lies in the same log: not each time that nothing else is there, it goes past it.
    if (scannedTo === from || (events.length === 0 && round % 5 !== 0)) yield* Effect.sleep(5)
    else {
      const positions = events.map(({ position }) => position)
      const committed = yield* copy(epoch, from, scannedTo, positions)
      print({ told: "consumed", epoch, from, to: scannedTo, position: committed.position, start, end: now() })
      from = scannedTo
    }
    if (round % 5 === 0) yield* checkpoints.renew(consumer, epoch, ttl)
  }
})

const turn = Effect.gen(function* () {
  const checkpoints = yield* Checkpoints
  const start = now()
  const lease = yield* checkpoints.acquire(consumer, ttl)
  if (Option.isNone(lease)) return yield* Effect.sleep(ttl / 4)
  const { epoch, position } = lease.value
  print({ told: "leased", epoch, position, start, end: now() })
  yield* Effect.catchTag(work(epoch, position), "Fenced", (fenced) =>
    Effect.sync(() => print({ told: "fenced", epoch, by: fenced.epoch, start, end: now() })),
  )
}).pipe(
  // What became of it shows at the next turn, under the next epoch.
  Effect.catchIf(
    (error) => error._tag === "CommitUnknown" || (error._tag === "StoreUnavailable" && error.retryable),
    () => Effect.sleep(20),
  ),
  Effect.catchCause((cause) => {
    print({ told: "wrong", why: Cause.pretty(cause), start: now(), end: now() })
    return Effect.sleep(20)
  }),
)

await Effect.runPromise(
  Effect.forever(turn).pipe(Effect.provide(open(place)), Effect.provideService(Clock.Clock, jumping(2 * ttl))),
)
