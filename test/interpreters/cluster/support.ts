/** A database for each cluster, on the server of this run. */
import { randomBytes } from "node:crypto"
import postgres from "postgres"
import { table } from "../../cluster/model.ts"
import { serverUrl } from "../../postgres/run.ts"

export interface Lent {
  readonly url: string
  readonly sql: postgres.Sql
  readonly drop: () => Promise<void>
}

export const database = async (): Promise<Lent> => {
  const server = await serverUrl()
  const name = `everfold_cluster_${randomBytes(6).toString("hex")}`
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  await admin.unsafe(`CREATE DATABASE ${name}`)
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  const sql = postgres(url, { max: 2, onnotice: () => {} })
  await sql.unsafe(table)
  return {
    url,
    sql,
    drop: async () => {
      await sql.end()
      await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
    },
  }
}
