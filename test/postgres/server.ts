/**
 * A PostgreSQL server of one's own: in a temporary folder, on a free port, by this machine's programs or those of an npm
 * package, also for root. It ends with the process that started it, however that ends: see `watchdog.sh`.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { randomBytes, randomInt } from "node:crypto"
import { once } from "node:events"
import { appendFileSync, chownSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { find } from "./binaries.ts"
import { temporaryFolder, unprivileged } from "./user.ts"
import * as Watchdog from "./watchdog.ts"

export type Settings = Readonly<Record<string, string | number | boolean>>

export interface Options {
  /** Beside PostgreSQL's own, by which every commit is flushed. */
  readonly settings?: Settings
  /** The size of a disk of its own, in megabytes. Only root can make one, and not everywhere. */
  readonly disk?: number
  /** Begins with this server's data, and then does what it does, read-only until it is promoted. */
  readonly standbyOf?: Server
}

export interface Server {
  /** As a superuser. */
  readonly url: string
  readonly port: number
  /** Everything of it: `data`, `log`, the socket. */
  readonly folder: string
  /** The major version of PostgreSQL. */
  readonly version: number
  readonly settings: Settings
  /** Of the postmaster, while it runs. */
  readonly pid: () => number | undefined
  /** What it logged so far. */
  readonly log: () => string
  /** SIGKILL, to the postmaster only, as an administrator would: its backends end when they see it. */
  readonly kill: () => Promise<void>
  /** Ends it at once and in the middle of everything ("immediate"). It recovers when it is started again. */
  readonly crash: () => Promise<void>
  /** Ends it in order ("fast"): what runs is broken off. */
  readonly shutdown: () => Promise<void>
  /** Starts it again with the same port and data, after a shutdown where it runs. */
  readonly restart: () => Promise<void>
  /** Ends it and removes its folder. */
  readonly stop: () => Promise<void>
}

/** Of a server whose data need not survive the machine. */
export const fast: Settings = {
  fsync: false,
  full_page_writes: false,
  wal_level: "minimal",
  max_wal_senders: 0,
  checkpoint_timeout: "1h",
}

const common: Settings = {
  listen_addresses: "127.0.0.1",
  max_connections: 300,
  // In files of the data folder, so that a killed server leaves nothing in the machine's shared memory.
  dynamic_shared_memory_type: "mmap",
}

/** Nothing of the caller's own (PGDATA, PGOPTIONS, a language) disturbs it. */
const environment = { PATH: process.env.PATH ?? "", LC_ALL: "C" }

const portTaken = "could not create any TCP/IP sockets"
/** Backends of a server that was killed may need a while to see it; they keep others out of its data. */
const dataTaken = "pre-existing shared memory block"

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

const quoted = (value: string | number | boolean): string => `'${String(value).replaceAll("'", "''")}'`

const lines = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${quoted(value)}\n`)
    .join("")

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** Outside the range from which systems take the ports of clients: those could take it while the server is down. */
const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(15_000, 32_000)
    const probe = createServer()
    const free = await new Promise<boolean>((resolve) => {
      probe.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true))
    })
    if (!free) continue
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
}

const expectSuccess = async (child: ChildProcess, log: string): Promise<void> => {
  const [code] = await once(child, "exit")
  if (code !== 0) throw new Error(`${child.spawnargs[0]} failed with code ${code}:\n${read(log)}`)
}

/** Starts a server that ends with this process. */
export const start = async (options: Options = {}): Promise<Server> => {
  const user = unprivileged()
  const folder = temporaryFolder(user)
  const watchdog = Watchdog.start(folder)
  const [data, log] = [join(folder, "data"), join(folder, "log")]
  const settings = { ...common, unix_socket_directories: folder, ...options.settings }
  let running: ChildProcess | undefined

  /** One process at a time, in the folder, as the user. */
  const run = (program: string, ...parameters: ReadonlyArray<string>): ChildProcess => {
    const output = openSync(log, "a")
    const child = spawn(program, parameters, {
      cwd: folder,
      detached: true,
      env: environment,
      stdio: ["ignore", output, output],
      ...user,
    })
    watchdog.watch(child)
    closeSync(output)
    return child
  }

  const initialize = async (binaries: string): Promise<string> => {
    const [password, file] = [randomBytes(16).toString("hex"), join(folder, "password")]
    writeFileSync(file, password, { mode: 0o600 })
    if (user.uid !== undefined) chownSync(file, user.uid, user.gid)
    const form = ["--encoding", "UTF8", "--locale", "C", "--no-sync"]
    const access = ["--username", "everfold", "--auth", "scram-sha-256", "--pwfile", file]
    await expectSuccess(run(join(binaries, "initdb"), "--pgdata", data, ...form, ...access), log)
    return password
  }

  /** Its data are copied while it is down: not all programs that we find can copy those of a server that runs. */
  const follow = async (primary: Server): Promise<string> => {
    await primary.shutdown()
    await expectSuccess(run("cp", "-R", join(primary.folder, "data"), folder), log)
    await primary.restart()
    writeFileSync(join(data, "standby.signal"), "")
    const { username, password, port } = new URL(primary.url)
    const source = `host=127.0.0.1 port=${port} user=${username} password=${password}`
    appendFileSync(join(data, "postgresql.conf"), lines({ primary_conninfo: source }))
    return password
  }

  const signal = async (name: NodeJS.Signals): Promise<void> => {
    const child = running
    if (child === undefined) return
    const ended = once(child, "exit")
    child.ref()
    child.kill(name)
    await ended
  }

  /** Answers what it said where it did not come up. */
  const launch = async (binaries: string, port: number): Promise<string | undefined> => {
    const before = read(log).length
    const child = run(join(binaries, "postgres"), "-D", data, "-p", String(port))
    running = child
    child.once("exit", () => {
      if (running === child) running = undefined
    })
    child.unref()
    // The last line of its lock says so. A lock of a server that was killed has the number of another process.
    for (;;) {
      const lock = read(join(data, "postmaster.pid")).split("\n")
      if (lock[0] === String(child.pid) && lock[7]?.trim() === "ready") return undefined
      if (running !== child) return read(log).slice(before)
      await sleep(10)
    }
  }

  try {
    const { folder: binaries, version } = find(user, folder)
    if (options.disk !== undefined) {
      mkdirSync(data)
      const owner = user.uid === undefined ? "" : `,uid=${user.uid},gid=${user.gid}`
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${options.disk}m,mode=700${owner}`, "everfold", data])
    }
    const password = await (options.standbyOf === undefined ? initialize(binaries) : follow(options.standbyOf))
    appendFileSync(join(data, "postgresql.conf"), lines(settings))
    let port = await freePort()
    // Somebody else may have taken the port meanwhile.
    for (let tries = 0; ; tries++) {
      const failure = await launch(binaries, port)
      if (failure === undefined) break
      if (!failure.includes(portTaken) || tries === 10) throw new Error(failure)
      port = await freePort()
    }
    return {
      url: `postgres://everfold:${password}@127.0.0.1:${port}/postgres`,
      port,
      folder,
      version,
      settings,
      pid: () => running?.pid,
      log: () => read(log),
      kill: () => signal("SIGKILL"),
      crash: () => signal("SIGQUIT"),
      shutdown: () => signal("SIGINT"),
      restart: async () => {
        await signal("SIGINT")
        for (let tries = 0; ; tries++) {
          const failure = await launch(binaries, port)
          if (failure === undefined) return
          if (![portTaken, dataTaken].some((text) => failure.includes(text)) || tries === 200) throw new Error(failure)
          await sleep(50)
        }
      },
      stop: watchdog.end,
    }
  } catch (error) {
    await watchdog.end()
    throw error
  }
}

export interface Found {
  readonly url: string
  /** Where it is ours: what can be killed. */
  readonly own: Server | undefined
  /** Leaves a server of others alone. */
  readonly stop: () => Promise<void>
}

/** The server that `EVERFOLD_TEST_POSTGRES_URL` names; without it, one of our own. */
export const open = async (options: Options = {}): Promise<Found> => {
  const url = process.env.EVERFOLD_TEST_POSTGRES_URL
  if (url !== undefined) return { url, own: undefined, stop: async () => {} }
  const own = await start(options)
  return { url: own.url, own, stop: own.stop }
}
