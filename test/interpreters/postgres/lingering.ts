/** Uses a connection, and does not close it. */
import * as Connection from "../../../src/interpreters/postgres/Connection.ts"

const [, , url = ""] = process.argv
const connection = await Connection.connector({ url, prepare: true }).connect()
await connection.script("SELECT pg_sleep(0.2); SELECT pg_sleep(0.2)")
let rows = 0
await connection.run("SELECT pg_sleep(0.2)", [], () => rows++)
console.log(JSON.stringify({ rows }))
