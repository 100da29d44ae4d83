/**
 * The laws of process managers, tried on a user's own: what is asked for is owed, nothing else is, and a restart resumes
 * exactly what is owed.
 *
 * @since 0.1.0
 */
import type * as Law from "./Law.ts"
import { PM1, PM2, PM3, type Subject } from "./process/Following.ts"
import { guarded } from "./process/Guarded.ts"
import { type Driven, PM4, PM5 } from "./process/Restarting.ts"

export type { Subject } from "./process/Following.ts"
export type { Driven } from "./process/Restarting.ts"

/**
 * The laws of a process manager (PM1–PM3). Its states and events are frozen meanwhile.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 * import { ProcessLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 *
 * const greeting = ProcessManager.make({
 *   initial: [],
 *   evolve: (waiting: ReadonlyArray<string>, event: string): ReadonlyArray<string> =>
 *     event === "greeted" ? waiting.slice(1) : [...waiting, event],
 *   react: (_waiting, event) => (event === "greeted" ? [] : [event]),
 *   pending: (waiting) => waiting
 * })
 *
 * const subject: ProcessLaws.Subject<string, string, ReadonlyArray<string>> = {
 *   process: greeting,
 *   events: fc.constantFrom("Ada", "Grace", "greeted")
 * }
 * laws(ProcessLaws.suite(subject))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = <E, C, S>(subject: Subject<E, C, S>): Law.Suite => {
  const frozen = { ...subject, process: guarded(subject.process) }
  return { name: "a process manager", laws: [PM1(frozen), PM2(frozen), PM3(frozen)] }
}

/**
 * The law that a restart resumes exactly what is owed (PM4): a process manager that drives a decider comes to the same
 * events, wherever it is stopped and begun again with nothing but its state. It says nothing of runs in which something
 * that was asked for records nothing; that there are others is a law of its own (PM5). Only this suite finds a manager
 * that drops what it owes.
 *
 * @example
 * ```ts
 * import { Decider, ProcessManager } from "everfold"
 * import { ProcessLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 *
 * // Whatever is put down is halved until 1 is left.
 * const decider = Decider.make({
 *   initial: 0,
 *   decide: (n: number, _last: number) => Decider.accept(n),
 *   evolve: (_last: number, n: number) => n
 * })
 * const halving = ProcessManager.make({
 *   initial: 0,
 *   evolve: (_last: number, n: number) => n,
 *   react: (n) => (n > 1 ? [Math.floor(n / 2)] : []),
 *   pending: (n) => (n > 1 ? [Math.floor(n / 2)] : [])
 * })
 *
 * const driven: ProcessLaws.Driven<number, number, number, never, number> = {
 *   process: halving,
 *   decider,
 *   commands: fc.integer({ min: 1, max: 20 })
 * }
 * laws(ProcessLaws.restart(driven))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const restart = <C, S, E, R, P>(driven: Driven<C, S, E, R, P>): Law.Suite => {
  const frozen = { ...driven, process: guarded(driven.process) }
  return { name: "a process manager at work", laws: [PM4(frozen), PM5(frozen)] }
}
