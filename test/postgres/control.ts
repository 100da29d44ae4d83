/** What an administrator does to a server that others use. */
import { closeSync, openSync, renameSync, rmSync, symlinkSync, writeSync } from "node:fs"
import { join } from "node:path"
import postgres from "postgres"
import type { Server } from "./server.ts"

export interface Control {
  readonly query: (text: string) => Promise<ReadonlyArray<Record<string, unknown>>>
  /** Ends every backend but this one, or those of an application; answers how many. */
  readonly terminate: (application?: string) => Promise<number>
  /** Cancels what they do now ("canceling statement due to user request"). */
  readonly cancel: (application?: string) => Promise<number>
  /** A setting of the whole server, for connections that are there, too; `undefined`: as it was. */
  readonly set: (name: string, value: string | number | boolean | undefined) => Promise<void>
  readonly promote: () => Promise<void>
  /** Holds what a statement locks until it is let go, as a forgotten session does. */
  readonly hold: (statement: string) => Promise<() => Promise<void>>
}

/** Over connections of its own, each for one statement: it outlives the server's ends. */
export const control = (url: string): Control => {
  const query = async (text: string) => {
    const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "control" } })
    try {
      return await sql.unsafe(text)
    } finally {
      await sql.end({ timeout: 1 })
    }
  }
  const each = async (act: string, application: string | undefined): Promise<number> => {
    const whose = application === undefined ? "" : `AND application_name = '${application}'`
    const rows = await query(
      `SELECT ${act}(pid) FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND application_name <> 'control' ${whose}`,
    )
    return rows.length
  }
  return {
    query,
    terminate: (application) => each("pg_terminate_backend", application),
    cancel: (application) => each("pg_cancel_backend", application),
    set: async (name, value) => {
      await query(value === undefined ? `ALTER SYSTEM RESET ${name}` : `ALTER SYSTEM SET ${name} = '${value}'`)
      await query("SELECT pg_reload_conf()")
    },
    promote: async () => {
      await query("SELECT pg_promote()")
    },
    hold: async (statement) => {
      const forever = { statement_timeout: 0, idle_in_transaction_session_timeout: 0 }
      const sql = postgres(url, { max: 1, connection: { application_name: "control", ...forever } })
      const session = await sql.reserve()
      await session.unsafe("BEGIN")
      await session.unsafe(statement)
      return async () => {
        await session.unsafe("COMMIT")
        session.release()
        await sql.end()
      }
    },
  }
}

/** Takes all room that is left on the disk of a server; answers how to give it back. */
export const fillDisk = ({ folder }: Server): (() => void) => {
  const file = join(folder, "data", "ballast")
  const descriptor = openSync(file, "w")
  for (let size = 1 << 20; size > 0; ) {
    try {
      writeSync(descriptor, new Uint8Array(size))
    } catch {
      size >>= 1
    }
  }
  closeSync(descriptor)
  return () => rmSync(file)
}

/**
 * Moves an empty table, or an index of one, to a device that is always full, which anybody may do; answers how to move it
 * back. The server is restarted each time.
 */
export const fillTable = async (server: Server, name: string): Promise<() => Promise<void>> => {
  const [row] = await control(server.url).query(`SELECT pg_relation_filepath('${name}') AS path`)
  const file = join(server.folder, "data", String(row?.path))
  await server.shutdown()
  renameSync(file, `${file}.kept`)
  symlinkSync("/dev/full", file)
  await server.restart()
  return async () => {
    await server.shutdown()
    renameSync(`${file}.kept`, file)
    await server.restart()
  }
}
