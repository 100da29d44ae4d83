/** A process that holds the writer's lock of a SQLite file for a while, and says when it has it. */
import { DatabaseSync } from "node:sqlite"

const [filename = "", millis = "300"] = process.argv.slice(2)
const database = new DatabaseSync(filename, { timeout: 10_000 })
database.exec("BEGIN IMMEDIATE")
console.log("held")
setTimeout(() => database.exec("ROLLBACK"), Number(millis))
