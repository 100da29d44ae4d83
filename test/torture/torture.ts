/**
 * Writers, followers and consumers on one store, to which everything happens that can, and what they were told. A writer
 * that is started again goes on where its predecessor's last answer was, and so repeats, under the same id, what was
 * perhaps recorded already.
 */
import * as Effect from "effect/Effect"
import { EventStore } from "everfold"
import type { Design } from "./designs.ts"
import { isRepeatable, nameOf } from "./operations.ts"
import { open, type Place } from "./places.ts"
import { type Child, start } from "./processes.ts"
import { type Look, look } from "./projections/look.ts"
import { type Consumed, now, type Projected, type Saw, type Told } from "./report.ts"
import { about, type Hazard, type Lost, pause, type Scene, unleash } from "./scene.ts"

export interface Options {
  readonly scene: Scene
  readonly seconds: number
  readonly writers: number
  readonly lanes: number
  readonly consumers: number
  readonly projectors: number
  readonly processors: number
  /** Of what the processes do. */
  readonly design: Design
  /** Of the read models, and of the processors. */
  readonly projecting: Design
}

/** What happened, as the parent heard it. */
export interface Evidence {
  /** What was done to them, and how often. */
  readonly hits: ReadonlyMap<string, number>
  readonly told: ReadonlyArray<Told>
  /** What was under way when a process or a connection was lost. */
  readonly lost: ReadonlyArray<Lost>
  /** Of the follower that was never killed, and of the one that was, over all its lives. */
  readonly steady: ReadonlyArray<Saw>
  readonly restless: ReadonlyArray<Saw>
  readonly consumed: ReadonlyArray<Consumed>
  readonly projected: ReadonlyArray<Projected>
  /** Read models as they were now and then, and in the end. */
  readonly looks: ReadonlyArray<Look>
  /** What processors came to. */
  readonly answered: ReadonlyArray<Projected>
  /** Processes that complained, hung, or ended with an error. */
  readonly faults: ReadonlyArray<string>
}

const pick = <A>(from: ReadonlyArray<A>): A | undefined => from[Math.floor(Math.random() * from.length)]

/** Of everything that is recorded. */
const headOf = (place: Place): Promise<number> =>
  Effect.runPromise(
    Effect.provide(
      EventStore.use(({ head }) => head),
      open(place),
    ),
  )

export const torture = async (options: Options): Promise<Evidence> => {
  const { scene, seconds, writers, lanes, design } = options
  const told: Array<Told> = []
  const consumed: Array<Consumed> = []
  const projected: Array<Projected> = []
  const looks: Array<Look> = []
  const answered: Array<Projected> = []
  const lost: Array<Lost> = []
  const faults: Array<string> = []
  const place = JSON.stringify(scene.place)
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
    const task = { place: scene.place, design, finish, lanes: Object.fromEntries(tasks) }
    return start<Told>("writer.ts", [JSON.stringify(task)], (line) => {
      told.push(line)
      if (line.done) at.set(line.lane, line.serial + 1)
    })
  }
  const follow = (after: number) => start<Saw>("follower.ts", [place, String(after)], () => {})
  const consume = () => start<Consumed>("consumer.ts", [place, design], (line) => consumed.push(line))

  const end = async (who: string, child: Child<unknown> | undefined): Promise<void> => {
    if (child?.hasEnded()) faults.push(`${who} ended by itself`)
    await child?.kill()
    const complaints = child?.complaints().trim() ?? ""
    if (complaints !== "") faults.push(`${who}: ${complaints}`)
  }
  const endWriter = async (writer: number): Promise<void> => {
    await end(`writer ${writer}`, alive[writer])
    for (const lane of names(writer)) lost.push({ what: "process", op: nameOf(lane, at.get(lane) ?? 0), at: now() })
  }

  const alive = Array.from({ length: writers }, (_, writer) => write(writer, false))
  const copiers = Array.from({ length: options.consumers }, consume)
  /** The newest version. */
  let newest = 1
  const project = (version: number) => ({
    version,
    child: start<Projected>("projector.ts", [place, options.projecting, String(version)], (line) =>
      projected.push(line),
    ),
  })
  const projectors = Array.from({ length: options.projectors }, () => project(newest))
  /** Who ended because a newer version took its place did well. */
  const endProjector = async ({ version, child }: ReturnType<typeof project>): Promise<void> => {
    const isOver = version < newest && child.hasEnded() && (await child.ends(0))
    if (isOver && child.complaints() === "") return
    await end(`a projector of version ${version}`, child)
  }
  /** The other one has its place at once: several things may happen to one of them at the same time. */
  const replace = async (at: number, version: number): Promise<void> => {
    const before = projectors[at]
    projectors[at] = project(version)
    if (before !== undefined) await endProjector(before)
  }
  const answer = () => start<Projected>("processor.ts", [place, options.projecting], (line) => answered.push(line))
  const processors = Array.from({ length: scene.place.store === "naive" ? 0 : options.processors }, answer)
  const lookAt = async (version: number, closely: boolean): Promise<number> => {
    const found = await look(scene.inspected, options.projecting, version, closely)
    if (found !== undefined) looks.push(found)
    return found === undefined ? 0 : 1
  }
  const steady = follow(0)
  let restless = follow(0)
  const seen: Array<Saw> = []
  /** On a busy machine it takes its time to begin; who is always killed before does nothing. */
  const isRipe = (child: Child<unknown> | undefined, lines: number): boolean =>
    child !== undefined && (child.lines.length >= lines || Math.random() < 0.1)
  const forced: ReadonlyArray<Hazard> = [
    {
      name: "kills",
      every: 550,
      strike: async () => {
        const writer = Math.floor(Math.random() * writers)
        if (!isRipe(alive[writer], 4 * lanes)) return 0
        await endWriter(writer)
        alive[writer] = write(writer, false)
        return 1
      },
    },
    {
      name: "kills",
      every: 1700,
      strike: async () => {
        if (!isRipe(restless, 1)) return 0
        await end("the restless follower", restless)
        seen.push(...restless.lines)
        restless = follow(seen.at(-1)?.position ?? 0)
        return 1
      },
    },
    {
      name: "kills",
      every: 1300,
      strike: async () => {
        const copier = Math.floor(Math.random() * copiers.length)
        if (!isRipe(copiers[copier], 5)) return 0
        await end("a consumer", copiers[copier])
        copiers[copier] = consume()
        return 1
      },
    },
    {
      name: "kills",
      every: 900,
      strike: async () => {
        const at = Math.floor(Math.random() * projectors.length)
        const projector = projectors[at]
        if (projector === undefined || !isRipe(projector.child, 2)) return 0
        // As it was, also where that is an older one by now.
        await replace(at, projector.version)
        return 1
      },
    },
    {
      name: "kills",
      every: 700,
      strike: async () => {
        const at = Math.floor(Math.random() * processors.length)
        if (!isRipe(processors[at], 4)) return 0
        await end("a processor", processors[at])
        processors[at] = answer()
        return 1
      },
    },
    {
      name: "freezes",
      every: 600,
      strike: async () => {
        const standby = projectors.map(({ child }) => child)
        await pick([...alive, ...copiers, ...copiers, ...standby, ...standby, ...processors, restless, steady])?.freeze(
          about(500),
        )
        return 1
      },
    },
    {
      // Built by one of the processes, beside what the others work at.
      name: "versions",
      every: seconds * 400,
      strike: async () => {
        const at = newest % projectors.length
        const projector = projectors[at]
        if (projector === undefined || !projected.some(({ version }) => version === newest)) return 0
        await replace(at, ++newest)
        return 1
      },
    },
    {
      name: "replaced",
      every: 200,
      strike: async () => {
        const at = projectors.findIndex(({ version, child }) => child.hasEnded() && version < newest)
        const projector = projectors[at]
        if (projector === undefined) return 0
        await replace(at, newest)
        return 1
      },
    },
    {
      name: "looks",
      every: 500,
      strike: () => lookAt(1 + Math.floor(Math.random() * newest), false).catch(() => 0),
    },
  ]

  // All live long enough to begin.
  for (let waited = 0; waited < 30_000 && alive.some(({ lines }) => lines.length === 0); waited += 20) await pause(20)
  const everything = unleash([...forced, ...scene.hazards])
  await pause(seconds * 1000)
  const hits = await everything.stop()
  await scene.calm()
  for (const writer of alive.keys()) await endWriter(writer)

  // What was begun is done once more, and the processes must end by themselves.
  const last = alive.map((_, writer) => write(writer, true))
  for (const [writer, child] of last.entries()) {
    if (!(await child.ends(30_000))) faults.push(`writer ${writer} did not end by itself`)
    const complaints = child.complaints().trim()
    if (complaints !== "") faults.push(`writer ${writer}: ${complaints}`)
  }

  const head = told.reduce((most, line) => ("position" in line ? Math.max(most, line.position) : most), 0)
  const models = (): ReadonlyArray<number> => {
    const last = projected.findLast((line) => line.told === "projected" && line.version === newest)
    return projectors.length > 0 ? [last?.told === "projected" ? last.to : 0] : []
  }
  const answers = (): ReadonlyArray<number> =>
    processors.length === 0
      ? []
      : [1, 2].map((version) => {
          const last = answered.findLast((line) => line.told === "projected" && line.version === version)
          return last?.told === "projected" ? last.to : 0
        })
  const reached = () => {
    const last = consumed.findLast((line) => line.told === "consumed")
    const read = [steady.lines.at(-1), restless.lines.at(-1) ?? seen.at(-1)].map((saw) => saw?.position ?? 0)
    return Math.min(...read, ...answers(), ...(copiers.length > 0 ? [last?.to ?? 0] : []), ...models())
  }
  // As long as they go on, they may take their time.
  for (let [best, since] = [0, now()]; best < head && now() - since < 6000; await pause(20)) {
    if (reached() > best) [best, since] = [reached(), now()]
  }
  for (const reached of models()) {
    if (reached < head) faults.push(`version ${newest} of the projection stands still at ${reached} of ${head}`)
  }
  await pause(100)
  await Promise.all(processors.map((processor) => end("a processor", processor)))
  await Promise.all(copiers.map((copier) => end("a consumer", copier)))
  // Nobody records anything any more.
  const recorded = await headOf(scene.inspected)
  const isBehind = () => [steady, restless].some(({ lines }) => (lines.at(-1)?.position ?? 0) < recorded)
  for (const since = now(); isBehind() && now() - since < 6000; ) await pause(20)
  await Promise.all([end("the steady follower", steady), end("the restless follower", restless)])
  await Promise.all(projectors.map(endProjector))
  if (projectors.length > 0) for (let version = 1; version <= newest; version++) await lookAt(version, true)
  return {
    hits: new Map(hits).set("kills", (hits.get("kills") ?? 0) + writers),
    told,
    lost: [...lost, ...scene.lost],
    steady: steady.lines,
    restless: [...seen, ...restless.lines],
    consumed,
    projected,
    looks,
    answered,
    faults,
  }
}
