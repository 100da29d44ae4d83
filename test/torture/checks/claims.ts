/** A name has one owner, and whoever was told of an owner was told the truth. */
import type { StoredEvent } from "everfold"
import { nameTag } from "../commits.ts"
import { nameOf } from "../operations.ts"
import type { Told } from "../report.ts"
import type { Verdict } from "./verdict.ts"

export const oneOwner = (stored: ReadonlyArray<StoredEvent>, told: ReadonlyArray<Told>, verdict: Verdict): number => {
  const claims = stored.filter(({ stream }) => stream.category === "Claim")
  const owners = Map.groupBy(claims, ({ tags }) => tags[0] ?? "")
  const byOp = Map.groupBy(claims, ({ stream }) => stream.id)
  for (const [name, events] of owners) {
    if (events.length > 1) verdict.claims.push(`${name} is ${events.map(({ stream }) => stream.id).join(" and ")}'s`)
  }
  for (const [op, events] of byOp)
    if (events.length > 1) verdict.repeated.push(`${op} is recorded ${events.length} times`)
  for (const line of told) {
    const op = nameOf(line.lane, line.serial)
    if (line.told === "claimed") {
      const event = byOp.get(op)?.[0]
      if (event === undefined) verdict.lost.push(`${op} was told to own ${line.name}`)
      else if (event.position !== line.position)
        verdict.untrue.push(`${op} is at ${event.position}, not ${line.position}`)
    } else if (line.told === "taken") {
      const owner = owners.get(nameTag(line.name))?.find(({ position }) => position === line.position)
      if (owner === undefined) verdict.claims.push(`${op} was told of an owner of ${line.name} at ${line.position}`)
      if (byOp.has(op)) verdict.unwanted.push(`${op} was told that ${line.name} is taken`)
    }
  }
  return owners.size
}
