import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import { Workers } from "../../../src/interpreters/workers/index.ts"
import { until } from "../../postgres/support.ts"

const module = join(import.meta.dirname, "worker.ts")
const two = [{ name: "totals", partitions: 2 }]

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

interface Seen {
  readonly events: Array<Workers.Event>
  readonly lines: Array<string>
  readonly pids: () => ReadonlyArray<number>
}

/** Uses workers, closes their scope, and answers all that was seen of them and what the use came to. */
const supervised = <A, E>(
  options: Partial<Workers.Options> & Pick<Workers.Options, "args">,
  use: (workers: Workers.Workers, seen: Seen) => Effect.Effect<A, E>,
) =>
  Effect.gen(function* () {
    const events: Array<Workers.Event> = []
    const lines: Array<string> = []
    const pids = () => events.flatMap((event) => (event._tag === "Started" ? [event.pid] : []))
    const seen = { events, lines, pids }
    const scope = yield* Scope.make()
    const workers = yield* Workers.start({
      module,
      jobs: two,
      workers: 2,
      output: ({ text }) => void lines.push(text),
      ...options,
    }).pipe(Scope.provide(scope))
    const watching = yield* Effect.forkChild(
      Stream.runForEach(workers.events, (event) => Effect.sync(() => events.push(event))),
    )
    const exit = yield* Effect.exit(use(workers, seen))
    yield* Scope.close(scope, Exit.void)
    yield* Fiber.join(watching)
    return { ...seen, exit }
  })

const run = <A, E>(...args: Parameters<typeof supervised<A, E>>) => Effect.runPromise(supervised(...args))

const shown = (seen: Seen, lines: number) => Effect.promise(() => until(() => seen.lines.length >= lines))

const children: Array<ChildProcess> = []
afterAll(() => {
  for (const child of children) child.kill("SIGKILL")
})

/** A supervisor in a process of its own, and the processes that it started. */
const supervisor = async (how: string) => {
  const child = spawn(process.execPath, ["--no-warnings", join(import.meta.dirname, "supervisor.ts"), how], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  children.push(child)
  const lines: Array<string> = []
  createInterface({ input: child.stdout }).on("line", (line) => void lines.push(line))
  // Each worker's own line: it is at work.
  expect(await until(() => lines.filter((line) => line.includes('"name"')).length === 2)).toBe(true)
  const pids = lines.flatMap((line) => /"_tag":"Started".*"pid":(\d+)/.exec(line)?.slice(1).map(Number) ?? [])
  expect(pids).toHaveLength(2)
  return { child, lines, pids }
}

describe("jobs are spread over workers", () => {
  const jobs = fc
    .array(fc.integer({ min: 1, max: 20 }), { maxLength: 8 })
    .map((sizes) => sizes.map((partitions, i) => ({ name: `job ${i}`, partitions })))

  it("each partition once, evenly, in all and for each job", () => {
    fc.assert(
      fc.property(jobs, fc.integer({ min: 1, max: 9 }), (jobs, workers) => {
        const shares = Workers.spread(jobs, workers)
        expect(shares).toHaveLength(workers)
        const sizes = shares.map((own) => own.reduce((sum, { partitions }) => sum + partitions.length, 0))
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        for (const { name, partitions } of jobs) {
          const own = shares.map((all) => all.filter(({ job }) => job === name).flatMap((share) => share.partitions))
          expect(own.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: partitions }, (_, i) => i))
          const counts = own.map(({ length }) => length)
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

describe("workers", () => {
  it("are told their shares, and end when nothing is left to do", async () => {
    const jobs = [...two, { name: "mails", partitions: 1 }]
    const { exit, events, lines } = await run({ args: ["finishes"], jobs }, ({ ended }) => ended)
    expect(exit).toEqual(Exit.void)
    const told = lines.map((line) => JSON.parse(line)).map(({ name, partitions }) => `${name} ${partitions}`)
    expect(told.sort()).toEqual(["mails 0", "totals 0", "totals 1"])
    expect(events.map(({ _tag, worker }) => `${_tag} ${worker}`).sort()).toEqual([
      "Finished 0",
      "Finished 1",
      "Started 0",
      "Started 1",
    ])
  })

  it("that die are started again, ever more slowly, until they are given up and all are stopped", async () => {
    const { exit, events, lines, pids } = await run({ args: ["fails"], restarts: 2, workers: 1 }, ({ ended }) => ended)
    expect(exit).toMatchObject(Exit.fail({ _tag: "WorkerFailed", worker: 0, restarts: 2, end: { code: 1 } }))
    expect(events.map((event) => (event._tag === "Restarting" ? event.after : event._tag))).toEqual([
      "Started",
      "Died",
      100,
      "Started",
      "Died",
      200,
      "Started",
      "Died",
    ])
    expect(lines.filter((line) => line.includes("no luck"))).not.toHaveLength(0)
    expect(pids().filter(isAlive)).toEqual([])
  })

  it("that lived for long enough are not given up", async () => {
    const { exit } = await run({ args: ["fails"], restarts: 1, steady: 0, workers: 1 }, ({ ended }, seen) =>
      Effect.raceFirst(
        ended,
        Effect.promise(() => until(() => seen.pids().length >= 4)),
      ),
    )
    expect(exit).toEqual(Exit.succeed(true))
  })

  it("that are killed are started again with the same shares, whoever else goes on", async () => {
    const { events, pids } = await run({ args: ["waits"] }, (_workers, seen) =>
      Effect.gen(function* () {
        yield* shown(seen, 2)
        const [first] = seen.pids()
        if (first !== undefined) process.kill(first, "SIGKILL")
        yield* shown(seen, 3)
      }),
    )
    const started = events.flatMap((event) => (event._tag === "Started" ? [event] : []))
    expect(started).toHaveLength(3)
    expect(started[2]?.shares).toEqual(started.find(({ pid }) => pid === pids()[0])?.shares)
    expect(events.filter(({ _tag }) => _tag === "Died")).toMatchObject([{ end: { code: null, signal: "SIGKILL" } }])
    expect(pids().filter(isAlive)).toEqual([])
  })

  it("that somebody else tells to stop do so in order, and are started again", async () => {
    const { events, lines } = await run({ args: ["waits"], workers: 1 }, (_workers, seen) =>
      Effect.gen(function* () {
        yield* shown(seen, 1)
        const [first] = seen.pids()
        if (first !== undefined) process.kill(first, "SIGTERM")
        yield* shown(seen, 3)
      }),
    )
    expect(lines[1]).toBe("stopped in order")
    expect(events.find(({ _tag }) => _tag === "Died")).toMatchObject({ end: { code: 143 } })
  })

  it("stop in order when the scope closes", async () => {
    const { events, lines, pids } = await run({ args: ["waits"] }, (_workers, seen) => shown(seen, 2))
    expect(lines.filter((line) => line === "stopped in order")).toHaveLength(2)
    expect(events.filter(({ _tag }) => _tag === "Stopped")).toHaveLength(2)
    expect(pids().filter(isAlive)).toEqual([])
  })

  it.each(["ignores", "loops"])("are killed after a while where they do not stop: one that %s", async (how) => {
    const { pids } = await run({ args: [how], grace: 200 }, (_workers, seen) => shown(seen, 2))
    expect(pids()).toHaveLength(2)
    expect(pids().filter(isAlive)).toEqual([])
  })

  it("whose module is not there are given up", async () => {
    const { exit } = await run({ args: [], module: "/nowhere.ts", restarts: 0 }, ({ ended }) => ended)
    expect(exit).toMatchObject(Exit.fail({ _tag: "WorkerFailed", restarts: 0 }))
  })

  it.each([
    [{ workers: 0 }, "0 workers are not an integer from 1"],
    [{ jobs: [...two, ...two] }, 'two jobs are named "totals"'],
    [{ jobs: [{ name: "totals", partitions: 0 }] }, "0 partitions of totals are not an integer from 1"],
    [{ grace: -1 }, "grace of workers is an integer from 0, not -1"],
  ])("are not started where %j", async (options, what) => {
    const exit = await Effect.runPromiseExit(supervised({ args: [], ...options }, ({ ended }) => ended))
    expect(exit).toMatchObject(Exit.fail({ _tag: "InvalidInput", what }))
  })

  it("say so where they do not know a job", async () => {
    const jobs = [{ name: "unheard of", partitions: 1 }]
    const { lines } = await run({ args: ["waits"], jobs, restarts: 0 }, ({ ended }) => ended)
    expect(lines.join("\n")).toContain('job "unheard of" is not known to this worker')
  })
})

describe("a supervisor that is gone", () => {
  it.each(["waits", "ignores", "loops"])("leaves no orphan after kill -9: one that %s", async (how) => {
    const { child, pids } = await supervisor(how)
    child.kill("SIGKILL")
    expect(await until(() => !pids.some(isAlive))).toBe(true)
  })

  it("that is told to stop leaves none either", async () => {
    const { child, pids, lines } = await supervisor("waits")
    child.stdin?.end()
    expect(await until(() => child.exitCode === 0)).toBe(true)
    expect(pids.filter(isAlive)).toEqual([])
    // What it printed last may be read after its end.
    expect(await until(() => lines.filter((line) => line === "stopped in order").length === 2)).toBe(true)
  })
})
