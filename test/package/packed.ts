/** A folder that has nothing but the packed package and its peers, as where it was installed. */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

export const manifest = JSON.parse(fs.readFileSync("package.json", "utf8"))

export interface Packed {
  readonly folder: string
  /** What a command in it prints. */
  readonly run: (command: string, ...args: ReadonlyArray<string>) => string
  readonly remove: () => void
}

/** Unlike the repository's own folder, `npm pack` leaves out what `files` does not name. */
export const pack = (others: ReadonlyArray<string> = []): Packed => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "everfold-packed-"))
  const modules = path.join(folder, "node_modules")
  const run = (command: string, ...args: ReadonlyArray<string>): string =>
    execFileSync(command, args, { cwd: folder, encoding: "utf8" }).trim()
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder])
  run("tar", "-xzf", `everfold-${manifest.version}.tgz`)
  fs.mkdirSync(modules)
  fs.renameSync(path.join(folder, "package"), path.join(modules, "everfold"))
  for (const name of [...Object.keys(manifest.peerDependencies), ...others]) {
    fs.symlinkSync(fs.realpathSync(path.join("node_modules", name)), path.join(modules, name))
  }
  fs.writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }')
  return { folder, run, remove: () => fs.rmSync(folder, { recursive: true, force: true }) }
}
