import * as Layer from "effect/Layer"
import type { Law, SimulatedDisk } from "everfold/laws"
import { laws } from "everfold/laws/vitest"
import * as JsonLines from "../../../docs/examples/jsonlines/JsonLines.ts"
import * as Lock from "../../../docs/examples/jsonlines/Lock.ts"
import { crashing } from "./crashing.ts"

const on = (disk: SimulatedDisk.SimulatedDisk) =>
  JsonLines.layer({ filename: "/store.jsonl" }).pipe(Layer.provide([disk.layer, Lock.none]))
const suite: Law.Suite = { name: "a store whose power fails", laws: [crashing(on)] }

laws(suite)
