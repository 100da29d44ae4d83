/** An append as somebody writes it into psql: the function called with its values, in a transaction of one's own. */

import { Commit } from "everfold"
import { append, appendStatement } from "../../../src/interpreters/postgres/parameters.ts"
import { quote } from "../../../src/interpreters/postgres/schemaName.ts"
import { undone } from "../commits.ts"
import { fixed } from "../fixed.ts"

const quoted = (value: string | number | null): string =>
  value === null ? "NULL" : `'${String(value).replaceAll("'", "''")}'`

/** Appends to a stream that writers write to, and to one of its own. */
export const appending = (schema: string, stream: string): string => {
  const own = { category: undone, id: stream }
  const other = { category: "Account", id: stream }
  const name = `undone ${Math.random()}`
  const values = Object.values(
    append([
      {
        hash: "sha256",
        writes: [
          { stream: own, expected: Commit.any, events: [fixed(name, own, "Done", {})] },
          { stream: other, expected: Commit.any, events: [fixed(name, other, "Deposited", { op: name, amount: 1 })] },
        ],
      },
    ]),
  )
  return appendStatement(quote(schema)).replaceAll(/\$(\d+)/g, (_, number) =>
    quoted(values[Number(number) - 1] ?? null),
  )
}
