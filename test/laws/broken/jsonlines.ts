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

interface Shortcut {
  /** What is written in place of a line, if anything. */
  readonly written?: (line: string) => string
  readonly isAlone?: boolean
}

const files = (disk: SimulatedDisk.SimulatedDisk, written: (line: string) => string) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (real) => ({
      ...real,
      // Of the lock only that it is there counts: the number of a process has not always as many digits.
      writeFile: (name, _, options) => real.writeFile(name, Buffer.from("1"), options),
      open: (name, options) =>
        Effect.map(real.open(name, options), (file) => ({
          ...file,
          writeAll: (bytes) => file.writeAll(Buffer.from(written(Buffer.from(bytes).toString()))),
        })),
    })),
  ).pipe(Layer.provide(disk.layer))

/** A new disk in memory, and the first version on it. */
const place = ({ written = (line) => line, isAlone = true }: Shortcut = {}) =>
  Effect.sync(
    (): StoreLayer =>
      First.layer({ filename: "/store.jsonl", isAlone }).pipe(
        Layer.provide(files(SimulatedDisk.make(), written)),
        Layer.orDie,
      ),
  )

const opened = (shortcut?: Shortcut) => StoreLaws.suite({ layer: Layer.unwrap(place(shortcut)) })
const reopened = (shortcut?: Shortcut) => StoreLaws.suite({ layer: StoreLaws.reopened(place(shortcut)) })

/** Of the first version itself, found for real. */
export const real: ReadonlyArray<Case> = [
  { law: "S17", flaw: "a command without events that binds the store to its hash", suite: opened(), runs: 2000 },
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
