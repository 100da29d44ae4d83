/** How a server carried statements out: the plans that it logged, also of the statements inside functions. */
import * as t from "io-ts"
import type { Server, Settings } from "../../postgres/server.ts"

/** Of a server that logs the plan of everything. */
export const explaining: Settings = {
  shared_preload_libraries: "auto_explain",
  "auto_explain.log_min_duration": 0,
  "auto_explain.log_nested_statements": true,
  "auto_explain.log_format": "json",
  // Statistics are as the test leaves them.
  autovacuum: false,
}

interface Node {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Index Name"?: string
  readonly Plans?: ReadonlyArray<Node>
}

const Node: t.Type<Node> = t.recursion("Node", () =>
  t.intersection([
    t.type({ "Node Type": t.string }),
    t.partial({ "Relation Name": t.string, "Index Name": t.string, Plans: t.readonlyArray(Node) }),
  ]),
)
const Logged = t.type({ "Query Text": t.string, Plan: Node })

export interface Explained {
  readonly statement: string
  readonly plan: Node
}

/** The plans in what a server logged. */
const plansIn = (log: string): ReadonlyArray<Explained> =>
  log.split(/\n(?=\d{4}-\d\d-\d\d )/).flatMap((entry) => {
    const [, json] = /\bplan:\n(.*)/s.exec(entry) ?? []
    if (json === undefined) return []
    const logged: unknown = JSON.parse(json)
    if (!Logged.is(logged)) throw new Error(`no plan: ${json}`)
    return [{ statement: logged["Query Text"].replaceAll(/\s+/g, " ").trim(), plan: logged.Plan }]
  })

/** The plans of what is done meanwhile. */
export const explain = async (server: Server, work: () => Promise<unknown>): Promise<ReadonlyArray<Explained>> => {
  const before = server.log().length
  await work()
  return plansIn(server.log().slice(before))
}

/** These grow without end. */
const large = new Set(["event", "tag", "command"])

const reads = (node: Node): boolean =>
  large.has(node["Relation Name"] ?? "") || (node["Node Type"] !== "Limit" && (node.Plans ?? []).some(reads))

/** Indexes of these in which one value has many entries, or a range is asked for. */
const many = new Set(["event_kind", "event_stream_version_key", "tag_pkey"])

/** A table that is read from end to end, or sorted as far as it was asked for, and not as far as it is needed. */
const faultsOf = (node: Node): ReadonlyArray<string> => {
  const { "Node Type": type, "Relation Name": table = "", "Index Name": index = "", Plans: inputs = [] } = node
  const scans = large.has(table) && type === "Seq Scan" ? [`reads all of ${table}`] : []
  const sorts = /Sort/.test(type) && inputs.some(reads) ? ["sorts all that it finds"] : []
  const gathers = type === "Bitmap Index Scan" && many.has(index) ? [`gathers all that it finds in ${index}`] : []
  return [...scans, ...sorts, ...gathers, ...inputs.flatMap(faultsOf)]
}

/** Statements whose work grows with the store. */
export const growing = (explained: ReadonlyArray<Explained>): ReadonlyArray<string> => [
  ...new Set(explained.flatMap(({ statement, plan }) => faultsOf(plan).map((fault) => `${fault}: ${statement}`))),
]
