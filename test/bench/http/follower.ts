/** A process that follows a remote log, and tells how late it saw each event: its quantity is the time at which it was sent. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { EventMapper, NotificationLog } from "everfold"
import { NotificationLogClient } from "everfold/http"
import { OrderEvent } from "../model.ts"
import * as Child from "../postgres/child.ts"
import { now } from "../postgres/clock.ts"

const [, , url = ""] = process.argv

let late: Array<number> = []
const following = Effect.gen(function* () {
  const mapper = yield* EventMapper
  yield* NotificationLog.follow().pipe(
    Stream.mapEffect((event) => mapper.decode(OrderEvent, [event])),
    Stream.runForEach((events) =>
      Effect.sync(() => {
        for (const { event } of events) late.push(now() - event.quantity)
      }),
    ),
  )
})
Effect.runFork(Effect.provide(following, Layer.merge(NotificationLogClient.layer({ url }), EventMapper.plain)))
Child.answer(() => {
  const answer = late
  late = []
  return answer
})
