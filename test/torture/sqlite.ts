/** A file in a folder of its own. What goes wrong with it is what becomes of the processes. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crashes } from "./crash/sqlite.ts"
import type { Scene } from "./scene.ts"

export const make = async (): Promise<Scene> => {
  const folder = mkdtempSync(join(tmpdir(), "everfold-torture-"))
  const place = { store: "sqlite", filename: join(folder, "store.db") } as const
  return {
    place,
    inspected: place,
    hazards: [],
    lost: [],
    interrupt: (every) => crashes(folder, every),
    calm: async () => {},
    close: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
