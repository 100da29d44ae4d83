/**
 * One server for a run of the tests, started when a test asks for it first, ended with the run. The processes of the tests
 * ask this one by HTTP, on an address that nobody else knows.
 */
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import postgres from "postgres"
import { asking, prefix } from "./run.ts"
import { type Found, fast, open } from "./server.ts"

/** A server of others keeps nothing of ours. */
const dropSchemas = async (url: string): Promise<void> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const schemas = await sql`SELECT nspname FROM pg_namespace WHERE starts_with(nspname, ${prefix()})`
    for (const { nspname } of schemas) await sql`DROP SCHEMA ${sql(nspname)} CASCADE`
  } finally {
    await sql.end()
  }
}

export default async (): Promise<() => Promise<void>> => {
  const path = `/${randomBytes(16).toString("hex")}`
  let server: Promise<Found> | undefined
  const desk = createServer((request, response) => {
    if (request.url !== path) return response.writeHead(404).end()
    server ??= open({ settings: fast })
    server.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    )
  })
  await once(desk.listen(0, "127.0.0.1"), "listening")
  const address = desk.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  process.env[asking] = `http://127.0.0.1:${port}${path}`
  return async () => {
    desk.closeAllConnections()
    desk.close()
    const given = process.env.EVERFOLD_TEST_POSTGRES_URL
    if (given !== undefined) await dropSchemas(given)
    const found = await server?.catch(() => undefined)
    await found?.stop()
  }
}
