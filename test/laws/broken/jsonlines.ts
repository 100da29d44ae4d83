/**
 * A store in a file of JSON lines (docs/examples/jsonlines), as it was at first, and with what one might have thought of
 * less: the reports that docs/certifying.md shows.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as SimulatedDisk from "../../../src/laws/SimulatedDisk.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import type { Case } from "./caught.ts"
import type { StoreLayer } from "./Flawed.ts"
import * as First from "./jsonlines/JsonLines.ts"

interface Change {
  /** What is written in place of a line, if anything. */
  readonly written?: (line: string) => string
  /** Whether commits are decided one after another; they are, if left out. */
  readonly isAlone?: boolean
  /** Whether the lock of a process that is no more is taken for what it is. */
  readonly unlocks?: boolean
  /** Whether the folder is flushed when the file is made, so that the file's name is kept. */
  readonly keepsName?: boolean
}

const changed = ({ written = (line) => line, unlocks, keepsName }: Change) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (real) => {
      const folder = Effect.scoped(Effect.flatMap(real.open("/"), ({ sync }) => sync))
      return {
        ...real,
        // That the lock is there counts, and not by whom: the number of a process has not always as many digits.
        writeFile: (name, _, options) => (unlocks ? Effect.void : real.writeFile(name, Buffer.from("1"), options)),
        remove: (name, options) => (unlocks ? Effect.void : real.remove(name, options)),
        open: (name, options) =>
          real.open(name, options).pipe(
            Effect.tap(() => (keepsName ? folder : Effect.void)),
            Effect.map((file) => ({
              ...file,
              writeAll: (bytes) => file.writeAll(Buffer.from(written(Buffer.from(bytes).toString()))),
            })),
          ),
      }
    }),
  )

/** The first version, changed. */
const first = (change: Change = {}) =>
  First.layer({ filename: "/store.jsonl", isAlone: change.isAlone ?? true }).pipe(Layer.provide(changed(change)))

const place = (change?: Change) =>
  Effect.sync((): StoreLayer => first(change).pipe(Layer.provide(SimulatedDisk.make().layer), Layer.orDie))
const crashed = (change?: Change) => StoreLaws.crashing({ layer: first(change) })
const opened = (change?: Change) => StoreLaws.suite({ layer: Layer.unwrap(place(change)) })
const reopened = (change?: Change) => StoreLaws.suite({ layer: StoreLaws.reopened(place(change)) })

/** Of the first version itself, found for real. */
export const real: ReadonlyArray<Case> = [
  { law: "S3", flaw: "a command without events that binds the store to its hash", suite: opened() },
  { law: "S18", flaw: "a file whose name was not flushed", suite: crashed() },
  { law: "S18", flaw: "a lock that outlives its process", suite: crashed({ keepsName: true }) },
  { law: "S18", flaw: "a line that failed and stays", suite: crashed({ keepsName: true, unlocks: true }) },
]

/** Of what might have been written first. */
export const shortcuts: ReadonlyArray<Case> = [
  {
    law: "S7",
    flaw: "commits that are decided while another one is being written",
    suite: opened({ isAlone: false }),
  },
  {
    law: "S1",
    flaw: "a store that keeps nothing",
    suite: StoreLaws.suite({ layer: StoreLaws.reopened(Effect.sync(() => Layer.fresh(Memory.layer))) }),
  },
  {
    law: "S13",
    flaw: "command ids that are in memory only",
    suite: reopened({
      written: (line) => `${JSON.stringify({ ...JSON.parse(line), commands: [] })}\n`,
    }),
  },
  {
    law: "S15",
    flaw: "leases that are in memory only",
    suite: reopened({ written: (line) => (line.includes('"_tag":"Lease"') ? "" : line) }),
  },
  {
    law: "S1",
    flaw: "bodies that are written as text",
    suite: reopened({
      written: (line) =>
        line.replaceAll(/"body":"(.*?)"/g, (_, body: string) => {
          const text = Buffer.from(body, "base64").toString("utf8")
          return `"body":"${Buffer.from(text).toString("base64")}"`
        }),
    }),
  },
]

export const cases: ReadonlyArray<Case> = [...real, ...shortcuts]
