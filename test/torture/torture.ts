/**
 * Writers on one file that are killed all the time, and what they were told. A writer that is started again goes on
 * where its predecessor's last answer was, and so repeats, under the same id, what was perhaps recorded already.
 */
import type { Design } from "./designs.ts"
import { operation } from "./operations.ts"
import { type Child, start } from "./processes.ts"
import type { Saw, Told } from "./report.ts"

export interface Options {
  readonly filename: string
  readonly seconds: number
  readonly writers: number
  readonly lanes: number
  readonly design: Design
}

/** What happened, as the parent heard it. */
export interface Evidence {
  readonly kills: number
  readonly told: ReadonlyArray<Told>
  /** Of the follower that was never killed, and of the one that was, over all its lives. */
  readonly steady: ReadonlyArray<Saw>
  readonly restless: ReadonlyArray<Saw>
  /** Processes that complained, hung, or ended with an error. */
  readonly faults: ReadonlyArray<string>
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

/** Whether an operation may be done again: the others have no id, and happened or not. */
const isRepeatable = (lane: string, serial: number): boolean => {
  const { kind } = operation(lane, serial)
  return kind !== "transfer" && kind !== "hasty"
}

export const torture = async ({ filename, seconds, writers, lanes, design }: Options): Promise<Evidence> => {
  const told: Array<Told> = []
  const faults: Array<string> = []
  const names = (writer: number) =>
    Array.from({ length: lanes }, (_, lane) => `${writer}${String.fromCharCode(97 + lane)}`)
  /** The operation that a lane is at. */
  const at = new Map<string, number>()

  const write = (writer: number, finish: boolean): Child<Told> => {
    const tasks = names(writer).map((lane) => {
      const serial = at.get(lane) ?? 0
      // It may have been begun, and nobody can ask for it again.
      const from = at.has(lane) && !isRepeatable(lane, serial) ? serial + 1 : serial
      at.set(lane, from)
      return [lane, from] as const
    })
    const task = { filename, design, finish, lanes: Object.fromEntries(tasks) }
    return start<Told>("writer.ts", [JSON.stringify(task)], (line) => {
      told.push(line)
      if (line.done) at.set(line.lane, line.serial + 1)
    })
  }
  const follow = (after: number) => start<Saw>("follower.ts", [filename, String(after)], () => {})
  const complain = (who: string, child: Child<unknown>): void => {
    if (child.complaints() !== "") faults.push(`${who}: ${child.complaints().trim()}`)
  }

  const steady = follow(0)
  let restless = follow(0)
  const seen: Array<Saw> = []
  const resume = async (): Promise<void> => {
    await restless.kill()
    complain("the restless follower", restless)
    seen.push(...restless.lines)
    restless = follow(seen.at(-1)?.position ?? 0)
  }

  const alive = Array.from({ length: writers }, (_, writer) => write(writer, false))
  let kills = 0
  const end = performance.now() + seconds * 1000
  const killOne = async (): Promise<void> => {
    const victim = Math.floor(Math.random() * writers)
    await alive[victim]?.kill()
    kills++
    const killed = alive[victim]
    if (killed !== undefined) complain(`writer ${victim}`, killed)
    alive[victim] = write(victim, false)
  }
  // All live long enough to begin.
  await pause(Math.min(800, seconds * 200))
  for (let round = 1; performance.now() < end; round++) {
    await pause(300 + Math.random() * 500)
    await killOne()
    if (round % 3 === 0) await resume()
  }
  for (const [writer, child] of alive.entries()) {
    await child.kill()
    kills++
    complain(`writer ${writer}`, child)
  }

  // What was begun is done once more, and the processes must end by themselves.
  const last = alive.map((_, writer) => write(writer, true))
  for (const [writer, child] of last.entries()) {
    if (!(await child.ends(30_000))) faults.push(`writer ${writer} did not end by itself`)
    complain(`writer ${writer}`, child)
  }

  const head = told.reduce((most, line) => ("position" in line ? Math.max(most, line.position) : most), 0)
  const reached = () =>
    Math.min(steady.lines.at(-1)?.position ?? 0, restless.lines.at(-1)?.position ?? seen.at(-1)?.position ?? 0)
  for (let waited = 0; waited < 10_000 && reached() < head; waited += 20) await pause(20)
  await pause(100)
  await Promise.all([steady.kill(), restless.kill()])
  complain("the steady follower", steady)
  complain("the restless follower", restless)
  return { kills, told, steady: steady.lines, restless: [...seen, ...restless.lines], faults }
}
