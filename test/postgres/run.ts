/** The one server of a run of the tests. Its first user starts it: see `globalSetup.ts`. */
import { randomBytes } from "node:crypto"

/** Where to ask for the server of this run. */
export const asking = "EVERFOLD_TEST_POSTGRES_RUN"

/** What the names of a run's schemas begin with. */
export const prefix = (): string => `everfold_test_${process.env[asking]?.slice(-8) ?? ""}_`

/** The address of the server of this run. */
export const serverUrl = async (): Promise<string> => {
  const [given, ask] = [process.env.EVERFOLD_TEST_POSTGRES_URL, process.env[asking]]
  if (given !== undefined) return given
  if (ask === undefined) throw new Error("Only a run of vitest has a server. Elsewhere, start one: see server.ts.")
  const answer = await fetch(ask)
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}

/** The name of a schema that is nobody else's, and not there yet. It goes with the run. */
export const freshSchema = (): string => prefix() + randomBytes(8).toString("hex")
