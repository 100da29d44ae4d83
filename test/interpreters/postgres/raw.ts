/** The server of the tests as PostgreSQL's own clients see it: without this library. */
import { randomBytes } from "node:crypto"
import postgres from "postgres"
import { serverUrl } from "../../postgres/run.ts"

export type Row = Readonly<Record<string, unknown>>

export interface Raw {
  readonly url: string
  readonly query: (sql: string, parameters?: Array<string | null>) => Promise<ReadonlyArray<Row>>
}

/** One connection, closed afterwards. */
export const raw = async <A>(use: (raw: Raw) => Promise<A>, at?: string): Promise<A> => {
  const url = at ?? (await serverUrl())
  const sql = postgres(url, { max: 1, prepare: false, onnotice: () => {} })
  try {
    return await use({ url, query: (text, parameters) => sql.unsafe(text, parameters) })
  } finally {
    await sql.end({ timeout: 1 })
  }
}

export const query = (sql: string, parameters?: Array<string | null>, at?: string): Promise<ReadonlyArray<Row>> =>
  raw((one) => one.query(sql, parameters), at)

/** The same server, as another role or in another database. */
export const other = (url: string, { role, database }: { role?: string; database?: string }): string => {
  const to = new URL(url)
  if (role !== undefined) {
    to.username = role
    to.password = role
  }
  if (database !== undefined) to.pathname = `/${database}`
  return to.href
}

const unique = (): string => `everfold_test_${randomBytes(8).toString("hex")}`

/** Roles that may log in and nothing else; removed afterwards, with all that they own. */
export const withRoles = async <A>(count: number, use: (...names: ReadonlyArray<string>) => Promise<A>): Promise<A> => {
  const names = Array.from({ length: count }, unique)
  for (const name of names) await query(`CREATE ROLE ${name} LOGIN PASSWORD '${name}'`)
  try {
    return await use(...names)
  } finally {
    for (const name of names) await query(`DROP OWNED BY ${name} CASCADE; DROP ROLE ${name}`)
  }
}

/** A database made with these options; removed afterwards. */
export const withDatabase = async <A>(options: string, use: (name: string) => Promise<A>): Promise<A> => {
  const name = unique()
  await query(`CREATE DATABASE ${name} TEMPLATE template0 ${options}`)
  try {
    return await use(name)
  } finally {
    await query(`DROP DATABASE ${name} WITH (FORCE)`)
  }
}
