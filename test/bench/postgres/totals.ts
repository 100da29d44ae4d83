/** A read model in a table: what each stream comes to. A page is added by one statement that moves the checkpoint too. */
import type postgres from "postgres"

interface Added {
  readonly stream: string
  readonly event: { readonly quantity: number; readonly price: { readonly amount: number } }
}

const tables = `
  DROP TABLE IF EXISTS total, progress;
  CREATE TABLE total (stream text PRIMARY KEY, lines bigint NOT NULL, amount bigint NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE progress (consumer text PRIMARY KEY, position bigint NOT NULL);
  INSERT INTO progress VALUES ('totals', 0);
`

/** What the events of a page come to, each stream once. */
export const sums = (page: ReadonlyArray<Added>) => {
  const sums = new Map<string, { lines: number; amount: number }>()
  for (const { stream, event } of page) {
    const amount = event.quantity * event.price.amount
    const sum = sums.get(stream)
    if (sum === undefined) sums.set(stream, { lines: 1, amount })
    else {
      sum.lines++
      sum.amount += amount
    }
  }
  return sums
}

/** Adds a page, whoever keeps the checkpoint. */
export const added = (sql: postgres.Sql, page: ReadonlyArray<Added>) => {
  const sum = sums(page)
  const rows = [...sum.values()]
  return sql`
    INSERT INTO total (stream, lines, amount)
    SELECT stream, lines, amount
    FROM unnest(${[...sum.keys()]}::text[], ${rows.map(({ lines }) => lines)}::bigint[],
                ${rows.map(({ amount }) => amount)}::bigint[]) AS row (stream, lines, amount)
    ON CONFLICT (stream) DO UPDATE
      SET lines = total.lines + excluded.lines, amount = total.amount + excluded.amount`
}

/** Adds one event. */
export const addedOne = (sql: postgres.Sql, { stream, event: { quantity, price } }: Added) => sql`
  INSERT INTO total (stream, lines, amount) VALUES (${stream}, 1, ${quantity * price.amount})
  ON CONFLICT (stream) DO UPDATE SET lines = total.lines + 1, amount = total.amount + excluded.amount`

/** An empty read model. */
export const make = async (sql: postgres.Sql) => {
  await sql.unsafe(tables)
  return {
    /** Adds a page, or nothing where the checkpoint is not at `from`: somebody else added it. */
    add: async (from: number, to: number, page: ReadonlyArray<Added>): Promise<void> => {
      const sum = sums(page)
      const rows = [...sum.values()]
      await sql`
        WITH moved AS (UPDATE progress SET position = ${to} WHERE consumer = 'totals' AND position = ${from} RETURNING 1)
        INSERT INTO total (stream, lines, amount)
        SELECT stream, lines, amount
        FROM moved, unnest(${[...sum.keys()]}::text[], ${rows.map(({ lines }) => lines)}::bigint[],
                           ${rows.map(({ amount }) => amount)}::bigint[]) AS row (stream, lines, amount)
        ON CONFLICT (stream) DO UPDATE
          SET lines = total.lines + excluded.lines, amount = total.amount + excluded.amount`
    },
    /** That so many events were added up: none of them twice, and none left out. */
    check: async (events: number): Promise<void> => {
      const [row] = await sql<Array<{ lines: string }>>`SELECT coalesce(sum(lines), 0) AS lines FROM total`
      if (Number(row?.lines) !== events) throw new Error(`${row?.lines} events were added up, not ${events}`)
    },
  }
}
