/** The committer with one flaw at a time: its own text, but for one place. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type * as Batch from "../../../src/interpreters/postgres/Batch.ts"
import type * as Committer from "../../../src/interpreters/postgres/Committer.ts"

const root = join(import.meta.dirname, "../../..")
const source = join(root, "src/interpreters/postgres")
const modules = ["Batch.ts", "Committer.ts", "Jobs.ts", "Patience.ts", "Verdict.ts"] as const

/** What stands in which file, and what instead. */
export interface Change {
  readonly file: (typeof modules)[number]
  readonly from: string
  readonly to: string
}

/** Which law finds which flaw. */
export interface Flaw extends Change {
  readonly law: string
  readonly flaw: string
}

interface Modules {
  readonly "Batch.ts": typeof Batch
  readonly "Committer.ts": typeof Committer
}

/** The text of a module in another folder. */
const textOf = (name: string, { file, from, to }: Change): string => {
  const text = readFileSync(join(source, name), "utf8")
  if (name === file && text.split(from).length !== 2) throw new Error(`${name} does not say once: ${from}`)
  const changed = name === file ? text.replace(from, () => to) : text
  return changed.replaceAll('from "../../', `from "${root}/src/`)
}

/** Loads a module from a copy that is changed. */
export const load = async <Name extends keyof Modules>(module: Name, change: Change): Promise<Modules[Name]> => {
  const folder = mkdtempSync(join(tmpdir(), "everfold-flaw-"))
  try {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
    for (const name of modules) writeFileSync(join(folder, name), textOf(name, change))
    return await import(pathToFileURL(join(folder, module)).href)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const batch: ReadonlyArray<Omit<Flaw, "file">> = [
  { law: "B1", flaw: "a stream twice in a batch", from: "    keys.push(streamKey(stream))\n", to: "" },
  { law: "K1", flaw: "a stream twice in a batch", from: "    keys.push(streamKey(stream))\n", to: "" },
  { law: "B1", flaw: "an event id twice in a batch", from: "for (const { id } of events) keys.push(id)", to: "" },
  { law: "K1", flaw: "an event id twice in a batch", from: "for (const { id } of events) keys.push(id)", to: "" },
  { law: "B1", flaw: "a command id twice in a batch", from: "keys.push(`command", to: "[``].push(`" },
  { law: "K1", flaw: "a command id twice in a batch", from: "keys.push(`command", to: "[``].push(`" },
  { law: "B1", flaw: "a checkpoint twice in a batch", from: "keys.push(checkpointKey(checkpoint))", to: "{}" },
  { law: "K1", flaw: "a checkpoint twice in a batch", from: "keys.push(checkpointKey(checkpoint))", to: "{}" },
  { law: "B1", flaw: "two hashes in a batch", from: "place.commit.hash !== batch[0]?.commit.hash", to: "false" },
  { law: "K1", flaw: "two hashes in a batch", from: "place.commit.hash !== batch[0]?.commit.hash", to: "false" },
  { law: "B1", flaw: "a condition that does not wait", from: "means && batch.find(", to: "means && [].find(" },
  { law: "K1", flaw: "a condition that does not wait", from: "means && batch.find(", to: "means && [].find(" },
  {
    law: "B2",
    flaw: "a condition that is overtaken",
    from: "bar !== undefined || overtakes(place)",
    to: "bar !== undefined",
  },
  {
    law: "B2",
    flaw: "a commit that is overtaken on its stream",
    from: "const [next] = others ?? []",
    to: "const next = [...(others ?? [])].at(-1)",
  },
  {
    law: "K5",
    flaw: "a commit that is overtaken on its stream",
    from: "const [next] = others ?? []",
    to: "const next = [...(others ?? [])].at(-1)",
  },
  { law: "B2", flaw: "conditions in two statements at once", from: "isBeside && conditions > 0", to: "false" },
  {
    law: "B2",
    flaw: "a batch of more than were asked for",
    from: "Math.min(most.commits, atMost)",
    to: "most.commits",
  },
  { law: "B2", flaw: "a queue that goes on where somebody left it", from: "if (--next.blocked === 0)", to: "" },
  {
    law: "B2",
    flaw: "those who are ready, in any order",
    from: "ready.splice(indexOf(next.ticket), 0, next)",
    to: "ready.push(next)",
  },
  {
    law: "B2",
    flaw: "those behind a clash held up",
    from: "          passed.push(place)\n          continue",
    to: "          break",
  },
  {
    law: "B1",
    flaw: "somebody who left, and is sent all the same",
    from: "if (ready[index] === place) ready.splice(index, 1)",
    to: "",
  },
  {
    law: "B1",
    flaw: "somebody given up who may still be recorded",
    from: "next && isLate(next.commit, stream, version)",
    to: "next",
  },
  {
    law: "B1",
    flaw: "a condition given up that looks at what comes later",
    from: "after <= committed.position - place.events",
    to: "true",
  },
]

const committer: ReadonlyArray<Omit<Flaw, "file">> = [
  { law: "K2", flaw: "all of a batch failing with one", from: "sent.length === 1 && !job.isSettled", to: "true" },
  {
    law: "K2",
    flaw: "a poisoned commit that all wait for",
    from: "    jobs.leave(job)\n    const again",
    to: "    const again",
  },
  { law: "K1", flaw: "a lost statement taken for one that failed", from: "job.lost ??= {", to: "({}).lost ??= {" },
  {
    law: "K1",
    flaw: "an unknown outcome passed on to nobody",
    from: "Effect.fail(asked.lost.error)",
    to: "Effect.void",
  },
  {
    law: "K3",
    flaw: "an outcome in doubt taken for none",
    from: "Effect.fail(job.lost?.error ?? error)",
    to: "Effect.fail(error)",
  },
  { law: "K1", flaw: "what is acceptable now, given up", from: "if (++job.refusals < enough)", to: "if (false)" },
  {
    law: "K1",
    flaw: "followers told after the answer",
    from: "if (added) recorder.recorded(head)",
    to: "if (added) queueMicrotask(() => recorder.recorded(head))",
  },
  {
    law: "K1",
    flaw: "followers not told of what a lost statement recorded",
    from: "if (!repeated && hasEvents(job.commit)) recorder.recorded(position)",
    to: "",
  },
  {
    law: "K1",
    flaw: "an interruption that takes back what is out",
    from: "else if (!job.isOut) jobs.settle(job, Effect.interrupt)",
    to: "else jobs.settle(job, Effect.interrupt)",
  },
  {
    law: "K1",
    flaw: "an interruption that waits for an answer that was given",
    from: "if (job.isSettled) job.whenSettled()\n        else if",
    to: "if",
  },
  {
    law: "K1",
    flaw: "somebody interrupted, and sent again",
    from: "if (job.whenSettled !== undefined) jobs.settle(job, Effect.interrupt)\n      else if",
    to: "if",
  },
  { law: "K8", flaw: "who is out given up", from: "!isOut && patience", to: "patience" },
  {
    law: "K1",
    flaw: "any number of statements out at once",
    from: "yield* Effect.catchCause(turn, dieAll)",
    to: "yield* Effect.forkDetach(turn)",
  },
  { law: "K4", flaw: "an end that waits for nobody", from: "closing && jobs.isEmpty()", to: "closing" },
  {
    law: "K4",
    flaw: "an end that somebody misses who is about to queue up",
    from: "      if (closing) return resume(closed)\n",
    to: "",
  },
]

const jobs: ReadonlyArray<Omit<Flaw, "file">> = [
  { law: "K1", flaw: "a wake-up that is lost", from: "job.commit)\n    changed()", to: "job.commit)" },
  { law: "K6", flaw: "no back-pressure", from: "const room = 4096", to: "const room = 1e9" },
  {
    law: "K6",
    flaw: "room that is never made",
    from: "inside.delete(job) ? outside : []",
    to: "inside.delete(job) ? [] : []",
  },
  {
    law: "K1",
    flaw: "nobody to be sent, and no end of asking",
    from: "isIdle: (isBeside) => alone.size === 0 && !isBatchReady(isBeside)",
    to: "isIdle: () => true",
  },
  { law: "K4", flaw: "an end that is not told", from: "if (inside.size === 0) changed()", to: "" },
  {
    law: "K2",
    flaw: "a poisoned commit that is tried before all others",
    from: "isBatchTurn ||= job.failures > 0",
    to: "",
  },
]

const patience: ReadonlyArray<Omit<Flaw, "file">> = [
  { law: "K3", flaw: "patience without end", from: "now() - since >= limit", to: "false" },
  { law: "K3", flaw: "no patience", from: "const limit = 30_000", to: "const limit = 3_000" },
  {
    law: "K3",
    flaw: "patience that begins before the trouble",
    from: "isOver(Math.max(began, asked))",
    to: "isOver(began)",
  },
]

const verdicts: ReadonlyArray<Omit<Flaw, "file">> = [
  { law: "K1", flaw: "an own commit called a repeat", from: "repeated: !isOwn", to: "repeated: true" },
  { law: "K1", flaw: "a repeat called an own commit", from: "repeated: !isOwn", to: "repeated: false" },
  {
    law: "K7",
    flaw: "an early refusal taken for good: a version",
    from: "return isOver(refused.expected, refused.actual)",
    to: "return true",
  },
  {
    law: "K7",
    flaw: "an early refusal taken for good: a checkpoint",
    from: "hasIds(commit) && stored > checkpoint.from",
    to: "true",
  },
  {
    law: "K1",
    flaw: "a move that may be its own taken for another's",
    from: "(hasIds(commit) && stored > checkpoint.from)",
    to: "stored > checkpoint.from",
  },
  { law: "K1", flaw: "an unknown hash taken for a refusal", from: "return hasEvents(commit)\n", to: "return true\n" },
  { law: "K1", flaw: "questions queued", from: "!hasIds(commit) && commit.checkpoint === undefined", to: "false" },
]

const within =
  (file: Flaw["file"]) =>
  (flaw: Omit<Flaw, "file">): Flaw => ({ ...flaw, file })

export const flaws: ReadonlyArray<Flaw> = [
  ...batch.map(within("Batch.ts")),
  ...committer.map(within("Committer.ts")),
  ...jobs.map(within("Jobs.ts")),
  ...patience.map(within("Patience.ts")),
  ...verdicts.map(within("Verdict.ts")),
]
