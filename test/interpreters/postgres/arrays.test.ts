import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as arrays from "../../../src/interpreters/postgres/arrays.ts"
import * as Connection from "../../../src/interpreters/postgres/Connection.ts"
import { serverUrl } from "../../postgres/run.ts"
import * as Network from "../../torture/postgres/Network.ts"

const url = await serverUrl()

const connected = async <A>(use: (connection: Connection.Connection) => Promise<A>, at = url): Promise<A> => {
  const connection = await Connection.connector({ url: at, prepare: true, typed: true }).connect()
  try {
    return await use(connection)
  } finally {
    await connection.close()
  }
}

describe("arrays of a client that is typed", () => {
  it("are read and written as any other value", () =>
    connected(async ({ use }) => {
      const [row] = await use(
        (sql) => sql`
          SELECT ${["a,b", 'c "d"', "e\\f", "{g}", "NULL", "", null]}::text[] AS texts,
                 ${[1, -2, null]}::int[] AS numbers, ARRAY[[1, 2], [3, 4]] AS nested, '{}'::int[] AS none,
                 '[0:1]={7,8}'::int[] AS bounded, ARRAY['(1,1),(0,0)'::box, '(2,2),(1,1)'::box] AS boxes,
                 ${sql.array([true, false])}::bool[] AS truths, ${sql.array([new Date(0)])} AS times`,
      )
      expect(row).toEqual({
        texts: ["a,b", 'c "d"', "e\\f", "{g}", "NULL", "", null],
        numbers: [1, -2, null],
        nested: [
          [1, 2],
          [3, 4],
        ],
        none: [],
        bounded: [7, 8],
        boxes: ["(1,1),(0,0)", "(2,2),(1,1)"],
        truths: [true, false],
        times: [new Date(0)],
      })
    }))

  it("come back as they were written", () => {
    const texts = fc.array(fc.option(fc.string()), { minLength: 1 })
    fc.assert(
      fc.property(texts, (list) => {
        const literal = arrays.write(list, String)
        expect(arrays.read(String(literal), String)).toEqual(list)
      }),
    )
  })

  it("have no undefined elements", () => {
    expect(() => arrays.write([undefined], String)).toThrow("an element of an array is undefined")
  })
})

// What the driver asks by itself and nobody hears of would end the process: it is a failure of the whole run.
describe("a connection that is lost before it is there", () => {
  for (const fate of ["cut", "half", "deaf"] as const) {
    it(`fails, whichever of its questions is ${fate}`, async () => {
      for (let lost = 1; ; lost++) {
        let asked = 0
        const network = await Network.start(Number(new URL(url).port), () => (++asked === lost ? fate : "pass"))
        const { connect } = Connection.connector({ url: network.through(url), prepare: true, typed: true })
        const found = await connect().then(
          (connection) => connection.close().then(() => "connected"),
          (error: unknown) => (error instanceof Error ? "failed" : error),
        )
        await new Promise((resolve) => setTimeout(resolve, 20))
        await network.close()
        if (found === "connected") {
          expect(lost).toBeGreaterThan(2)
          return
        }
        expect(found).toBe("failed")
      }
    })
  }
})
