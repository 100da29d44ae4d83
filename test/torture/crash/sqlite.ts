/** Kills a process between any two statements of SQLite, and looks at what it left behind. */
import type { Place } from "../places.ts"
import { type Crashes, dying, inspect, undisturbed } from "./judging.ts"

/** Kills before every n-th statement, `every` apart, from the `first` on, two at a time. */
export const crashes = async (folder: string, every: number, first = 1): Promise<Crashes> => {
  const at = (name: string): Place => ({ store: "sqlite", filename: `${folder}/${name}.db` })
  const whole = await undisturbed(at("whole"))
  const moments: Array<number> = []
  for (let n = first; n <= whole.statements; n += every) moments.push(n)
  const faults: Array<string> = []
  let kills = 0
  const work = async (): Promise<void> => {
    for (let n = moments.shift(); n !== undefined; n = moments.shift()) {
      const place = at(String(n))
      const { ended, answers, complaints } = await dying(place, n).end()
      if (!ended) kills++
      if (complaints !== "") faults.push(`before statement ${n}: ${complaints.trim()}`)
      const found = await inspect(place, answers, whole)
      faults.push(...found.map((fault) => `before statement ${n}: ${fault}`))
    }
  }
  await Promise.all([work(), work()])
  return { statements: whole.statements, kills, faults }
}
