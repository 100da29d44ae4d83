/** docs/examples/systems: what they are made of, and that they come to the same whoever runs them. */
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import { System, SystemRunner } from "everfold"
import { Arbitrary, DeciderLaws, ProcessLaws, Spec, SystemLaws } from "everfold/laws"
import { laws } from "everfold/laws/vitest"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Orders from "../../docs/examples/systems/Orders.ts"
import * as OrdersSpec from "../../docs/examples/systems/OrdersSpec.ts"
import { type Place, storesIn } from "../../docs/examples/systems/stores.ts"
import * as Transfers from "../../docs/examples/systems/Transfers.ts"
import * as TransfersSpec from "../../docs/examples/systems/TransfersSpec.ts"
import { digestOf, type Worked } from "../../docs/examples/systems/Worked.ts"
import { database } from "../interpreters/cluster/support.ts"

for (const spec of [...Object.values(OrdersSpec), ...Object.values(TransfersSpec)]) laws(spec)

it.each([
  ["Orders", "orders and what becomes of them", OrdersSpec],
  ["Transfers", "transfers and what becomes of them", TransfersSpec],
])("%s are told on a page of the docs", async (name, title, specs) => {
  const page = `# Of ${title}\n\n${Object.values(specs)
    .map((spec) => Spec.markdown(spec))
    .join("\n")}`
  await expect(page).toMatchFileSnapshot(`../../docs/examples/systems/${name}.md`)
})

it.each([Orders, Transfers])("$system.name are drawn", async ({ system }) => {
  await expect(System.svg(system)).toMatchFileSnapshot(`../../docs/examples/systems/${system.name}.svg`)
})

const plain = { noNullPrototype: true } as const
const name = fc.constantFrom("1", "2", "3")

// What is recorded of a stock or an account commutes, and is decided the same whatever else is: so whoever comes first
// does not matter.
const always = (): boolean => true

laws(
  DeciderLaws.suite({
    decider: Orders.stock,
    codec: Orders.StockEvent,
    commands: fc.oneof(
      fc.record({ _tag: fc.constant("Reserve"), order: name, quantity: fc.nat(12), cents: fc.nat(9) }, plain),
      fc.record({ _tag: fc.constant("Release"), order: name, quantity: fc.nat(12) }, plain),
    ),
    commute: always,
    rebase: always,
  }),
)
laws(
  DeciderLaws.suite({
    decider: Transfers.account,
    codec: Transfers.AccountEvent,
    commands: fc.record(
      {
        _tag: fc.constantFrom("Withdraw", "Deposit", "Return"),
        account: fc.constantFrom("104", "105"),
        transfer: name,
        cents: fc.constantFrom(1, 99, Transfers.limit, Transfers.limit + 1),
      },
      plain,
    ),
    commute: always,
    rebase: always,
  }),
)
laws(
  DeciderLaws.suite({
    decider: Orders.order,
    codec: Orders.OrderEvent,
    commands: fc.oneof(
      fc.record({ _tag: fc.constant("Place"), item: name, quantity: fc.nat(12), cents: fc.nat(9) }, plain),
      fc.constant({ _tag: "Confirm" }),
      fc.constant({ _tag: "Reject", reason: "too many" }),
    ),
    idempotent: always,
  }),
)
laws(
  DeciderLaws.suite({
    decider: Orders.payment,
    codec: Orders.PaymentEvent,
    commands: fc.constantFrom(1, Orders.limit, Orders.limit + 1),
    idempotent: always,
  }),
)
laws(
  DeciderLaws.suite({
    decider: Transfers.transfer,
    codec: Transfers.TransferEvent,
    commands: fc.oneof(
      fc.record({ _tag: fc.constant("Request"), from: name, to: name, cents: fc.nat(9) }, plain),
      fc.constant({ _tag: "Complete" }),
      fc.constant({ _tag: "Fail", reason: "no such account" }),
    ),
    idempotent: always,
  }),
)
laws(ProcessLaws.suite({ process: Orders.reservation, events: Arbitrary.events(Orders.Note) }))
laws(ProcessLaws.suite({ process: Transfers.move, events: Arbitrary.events(Transfers.Note) }))

const subjectOf = <C>({ system, commands, execute, states }: Worked<C>) => ({
  system,
  stores: storesIn({ store: "memory" }),
  commands: fc.nat(19).map((i) => commands(20)[i] ?? fail("there are not so many commands")),
  execute,
  read: (deployment: System.Deployment) =>
    Effect.map(states(deployment), (states) => states.toSorted((a, b) => (a.stream < b.stream ? -1 : 1))),
  confluent: true,
  runs: 20,
})
const fail = (why: string): never => {
  throw new Error(why)
}
laws(SystemLaws.suite(subjectOf(Orders.worked)))
laws(SystemLaws.suite(subjectOf(Transfers.worked)))

/** Gives the commands while it works, and tells the states in the end. */
const workedBy = <C>(
  { system, commands, execute, states }: Worked<C>,
  place: Place,
  work: (deployment: System.Deployment, commands: Effect.Effect<void, unknown>) => Effect.Effect<unknown, unknown>,
) =>
  Effect.gen(function* () {
    const deployment = yield* System.deploy(system, storesIn(place))
    const given = Effect.forEach(commands(40), (command) => execute(command, deployment), { discard: true })
    yield* work(deployment, given)
    return yield* states(deployment)
  }).pipe(Effect.scoped, Effect.runPromise)

const stepping = (deployment: System.Deployment, commands: Effect.Effect<void, unknown>) =>
  Effect.andThen(commands, SystemRunner.step(deployment, { choices: SystemRunner.seeded(7) }))
const atOnce = (deployment: System.Deployment, commands: Effect.Effect<void, unknown>) =>
  Effect.raceFirst(
    Effect.andThen(commands, SystemRunner.quiet(deployment)),
    Effect.andThen(SystemRunner.concurrent(deployment), Effect.never),
  )

const inFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "everfold-system-test-"))
  try {
    return await use(folder)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

describe.each([
  ["orders", <A>(use: <C>(worked: Worked<C>) => A) => use(Orders.worked)],
  ["transfers", <A>(use: <C>(worked: Worked<C>) => A) => use(Transfers.worked)],
])("%s", (name, on) => {
  it("come to the same step by step and all at once, in memory and in files", async () => {
    const stepped = await on((worked) => workedBy(worked, { store: "memory" }, stepping))
    const atOnceInMemory = await on((worked) => workedBy(worked, { store: "memory" }, atOnce))
    const atOnceInFiles = await inFolder((folder) =>
      on((worked) => workedBy(worked, { store: "sqlite", folder }, atOnce)),
    )
    expect(digestOf(atOnceInMemory)).toBe(digestOf(stepped))
    expect(digestOf(atOnceInFiles)).toBe(digestOf(stepped))
    expect(digestOf(stepped.slice(1))).not.toBe(digestOf(stepped))
    expect(digestOf(stepped.toReversed())).toBe(digestOf(stepped))
  })

  const ask = async (args: ReadonlyArray<string>, url = "") => {
    const main = path.resolve("docs/examples/systems/main.ts")
    const all = [main, "--name", name, "--commands", "40", ...args]
    const env = { ...process.env, EVERFOLD_POSTGRES_URL: url }
    const { stdout } = await promisify(execFile)(process.execPath, all, { env })
    return stdout.trim().split("\n")
  }

  it("are asked for in a shell, and killed meanwhile", async () => {
    const expected = digestOf(await on((worked) => workedBy(worked, { store: "memory" }, stepping)))
    expect((await ask(["--runner", "step"])).at(-1)).toBe(expected)
    const killed = await ask(["--runner", "concurrent", "--kill-every", "0.2"])
    expect(killed.at(-1)).toBe(expected)
    expect(killed.filter((line) => line.startsWith("killed: ")).length).toBeGreaterThan(0)
  }, 60_000)

  it("come to the same over worker processes, of which some are killed", async () => {
    const expected = digestOf(await on((worked) => workedBy(worked, { store: "memory" }, stepping)))
    const lines = await ask(["--runner", "workers", "--kill-every", "0.4"])
    expect(lines.at(-1)).toBe(expected)
    expect(lines.some((line) => line.endsWith("processes were killed"))).toBe(true)
  }, 90_000)

  it.runIf(name === "transfers")(
    "come to the same on a cluster, of which a process is killed",
    async () => {
      const expected = digestOf(await on((worked) => workedBy(worked, { store: "memory" }, stepping)))
      const { url, drop } = await database()
      const lines = await ask(["--runner", "cluster", "--kill-every", "2"], url)
      await drop()
      expect(lines.at(-1)).toBe(expected)
    },
    90_000,
  )
})

const named = <S>(states: ReadonlyArray<{ readonly stream: string; readonly state: S }>, category: string) =>
  states.flatMap(({ stream, state }) => (stream.startsWith(`${category}-`) ? [state] : []))

it("orders are confirmed or rejected, and nothing stays reserved for who was rejected", async () => {
  const states = await workedBy(Orders.worked, { store: "memory" }, atOnce)
  const orders = named(states, "Order")
  const reserved = Orders.worked
    .commands(40)
    .filter(({ quantity, cents }) => quantity <= Orders.most && cents <= Orders.limit)
  expect(new Set(orders)).toEqual(new Set(["confirmed", "rejected"]))
  expect(orders.filter((state) => state === "confirmed").length).toBe(reserved.length)
  const stock = named(states, "Stock").map((state) => JSON.stringify(state))
  const sum = stock.reduce((sum, text) => sum + Number(JSON.parse(text).reserved), 0)
  expect(sum).toBe(reserved.reduce((sum, { quantity }) => sum + quantity, 0))
})

it("transfers are completed or failed, and no cent is made or lost", async () => {
  const states = await workedBy(Transfers.worked, { store: "memory" }, atOnce)
  expect(new Set(named(states, "Transfer"))).toEqual(new Set(["completed", "failed"]))
  const cents = named(states, "Account").map((state) => Number(JSON.parse(JSON.stringify(state)).cents))
  expect(cents.some((cents) => cents !== 0)).toBe(true)
  expect(cents.reduce((sum, one) => sum + one, 0)).toBe(0)
})
