/**
 * A PostgreSQL server of one's own: in a temporary folder, on a free port, by this machine's programs or those of an npm
 * package, also for root. It ends with the process that started it, however that ends: see `watchdog.sh`.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes, randomInt } from "node:crypto"
import { once } from "node:events"
import { appendFileSync, chownSync, closeSync, openSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, Socket } from "node:net"
import { join } from "node:path"
import { find } from "./binaries.ts"
import { temporaryFolder, type User, unprivileged } from "./user.ts"

export type Settings = Readonly<Record<string, string | number | boolean>>

export interface Options {
  /** Beside PostgreSQL's own, by which every commit is flushed. */
  readonly settings?: Settings
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
  /** Starts it again with the same port and data, after a "fast" shutdown where it runs. */
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

interface Watchdog {
  readonly watch: (child: ChildProcess) => void
  readonly end: () => Promise<void>
}

const watchdog = (folder: string): Watchdog => {
  const child = spawn("sh", [join(import.meta.dirname, "watchdog.sh"), folder], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  })
  const ended = once(child, "exit")
  ended.catch(() => {})
  child.stdin.on("error", () => {})
  // A program may forget its server and end.
  child.unref()
  if (child.stdin instanceof Socket) child.stdin.unref()
  return {
    watch: (other) => {
      child.stdin.write(`${other.pid ?? ""}\n`)
      other.once("exit", () => child.stdin.write("\n"))
    },
    end: async () => {
      child.ref()
      child.stdin.end()
      await ended
    },
  }
}

/** Makes the data folder. */
const initialize = async (
  { binaries, folder, user, watch }: { binaries: string; folder: string; user: User; watch: Watchdog["watch"] },
  settings: Settings,
): Promise<string> => {
  const password = randomBytes(16).toString("hex")
  const [data, log, file] = [join(folder, "data"), join(folder, "log"), join(folder, "password")]
  writeFileSync(file, password, { mode: 0o600 })
  if (user.uid !== undefined) chownSync(file, user.uid, user.gid)
  const output = openSync(log, "a")
  const child = spawn(
    join(binaries, "initdb"),
    [
      ...["--pgdata", data, "--encoding", "UTF8", "--locale", "C", "--no-sync"],
      ...["--username", "everfold", "--auth", "scram-sha-256", "--pwfile", file],
    ],
    { cwd: folder, detached: true, env: environment, stdio: ["ignore", output, output], ...user },
  )
  watch(child)
  closeSync(output)
  const [code] = await once(child, "exit")
  if (code !== 0) throw new Error(`initdb failed with code ${code}:\n${read(log)}`)
  appendFileSync(join(data, "postgresql.conf"), lines(settings))
  return password
}

/** Starts a server that ends with this process. */
export const start = async (options: Options = {}): Promise<Server> => {
  const user = unprivileged()
  const folder = temporaryFolder(user)
  const dog = watchdog(folder)
  const [data, log] = [join(folder, "data"), join(folder, "log")]
  const settings = { ...common, unix_socket_directories: folder, ...options.settings }
  let running: ChildProcess | undefined

  const signal = async (name: NodeJS.Signals): Promise<void> => {
    const child = running
    if (child === undefined) return
    const ended = once(child, "exit")
    child.ref()
    child.kill(name)
    await ended
  }

  /** Whether it came up; else what it said. */
  const launch = async (binaries: string, port: number): Promise<string | undefined> => {
    const before = read(log).length
    const output = openSync(log, "a")
    const child = spawn(join(binaries, "postgres"), ["-D", data, "-p", String(port)], {
      cwd: folder,
      detached: true,
      env: environment,
      stdio: ["ignore", output, output],
      ...user,
    })
    dog.watch(child)
    closeSync(output)
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
    const password = await initialize({ binaries, folder, user, watch: dog.watch }, settings)
    let port = await freePort()
    // Somebody else may have taken the port meanwhile.
    for (let tries = 0; ; tries++) {
      const failure = await launch(binaries, port)
      if (failure === undefined) break
      if (!failure.includes("could not create any TCP/IP sockets") || tries === 10) throw new Error(failure)
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
      restart: async () => {
        await signal("SIGINT")
        // Backends of a server that was killed may need a while to see it; they keep others out of its data.
        for (let tries = 0; ; tries++) {
          const failure = await launch(binaries, port)
          if (failure === undefined) return
          if (tries === 200) throw new Error(failure)
          await sleep(50)
        }
      },
      stop: dog.end,
    }
  } catch (error) {
    await dog.end()
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
