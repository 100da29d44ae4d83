/** As whom PostgreSQL runs: it refuses to be root. */
import { execFileSync, spawnSync } from "node:child_process"
import { chownSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** To be spread into the options of a process. Empty: as ourselves. */
export type User = { readonly uid: number; readonly gid: number } | Record<string, never>

const number = (option: string): number => Number(execFileSync("id", [option, "nobody"], { encoding: "utf8" }))

export const unprivileged = (): User => (process.getuid?.() === 0 ? { uid: number("-u"), gid: number("-g") } : {})

/** A new folder that the user owns and reaches. */
export const temporaryFolder = (user: User): string => {
  for (const parent of [tmpdir(), "/tmp", "/var/tmp"]) {
    const folder = mkdtempSync(join(parent, "everfold-postgres-"))
    if (user.uid === undefined) return folder
    chownSync(folder, user.uid, user.gid)
    // A parent may be closed to others than root.
    if (spawnSync("test", ["-w", folder], { cwd: "/", ...user }).status === 0) return folder
    rmSync(folder, { recursive: true })
  }
  throw new Error(
    `PostgreSQL cannot run as root, and ${tmpdir()}, /tmp and /var/tmp are closed to nobody (uid ${user.uid}).`,
  )
}
