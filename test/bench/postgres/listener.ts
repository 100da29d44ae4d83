/** A process that follows, and tells how late it saw each event: its quantity is the time at which it was sent. */
import * as Child from "./child.ts"
import { now } from "./clock.ts"
import { followers } from "./contenders.ts"

const [, , name, url = ""] = process.argv
const open = Object.entries(followers).find(([key]) => key === name)?.[1]
if (open === undefined) throw new Error(`nobody called ${name} follows`)
const follower = await open(url)

let late: Array<number> = []
await follower.live((sentAt) => {
  late.push(now() - sentAt)
})
Child.answer(() => {
  const answer = late
  late = []
  return answer
})
