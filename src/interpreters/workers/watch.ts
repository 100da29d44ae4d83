/**
 * Loaded before anything else in a worker. A thread of its own sees when the supervisor is gone, also where the worker is
 * busy for ever: it is told to stop then, as the supervisor would have told it, and ended after a while.
 *
 * @since 0.1.0
 */

import { isMainThread, Worker, workerData } from "node:worker_threads"
import * as Option from "effect/Option"
import * as t from "io-ts"
import * as Assignment from "./Assignment.ts"

/** What the thread is told. It is marked, for a thread of the user's loads this as well. */
const Watch = t.type({ watched: t.literal("everfold/worker"), supervisor: t.number, grace: t.number })

/** Milliseconds between two looks. */
const between = 250

const watch = ({ supervisor, grace }: t.TypeOf<typeof Watch>): void => {
  const looking = setInterval(() => {
    if (process.ppid === supervisor) return
    clearInterval(looking)
    process.kill(process.pid, "SIGTERM")
    setTimeout(() => process.kill(process.pid, "SIGKILL"), grace)
  }, between)
}

const assignment = isMainThread ? Assignment.take() : Option.none()
if (Option.isSome(assignment)) {
  const { supervisor, grace } = assignment.value
  const data: t.TypeOf<typeof Watch> = { watched: "everfold/worker", supervisor, grace }
  new Worker(new URL(import.meta.url), { workerData: data, execArgv: [] }).unref()
} else if (Watch.is(workerData)) {
  watch(workerData)
}
