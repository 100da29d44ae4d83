// Compiles src to dist, from nothing, so that what was deleted in src is not shipped. SQL is read when it is needed, by
// the modules beside it.
import { execFileSync } from "node:child_process"
import { cpSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
rmSync(`${root}/dist`, { recursive: true, force: true })
execFileSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
})
const sql = "interpreters/postgres/sql"
cpSync(`${root}/src/${sql}`, `${root}/dist/${sql}`, { recursive: true })
