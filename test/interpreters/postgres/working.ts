/** A process whose store is hurt from outside: it tells how many commits were acknowledged, until its input ends. */
import { once } from "node:events"
import { hurt } from "./hurt.ts"

const [, , url = "", schema = ""] = process.argv
const told = await hurt({ url, schema }, async ({ told }) => {
  const telling = setInterval(() => console.log(JSON.stringify({ acknowledged: told.acknowledged })), 20)
  process.stdin.resume()
  await once(process.stdin, "end")
  clearInterval(telling)
})
console.log(JSON.stringify({ told: [...told.unavailable, ...told.unknown, ...told.unread].map(String) }))
