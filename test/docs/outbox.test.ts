/** docs/examples/outbox, against brokers that fail in every way that they do. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { EventMapper, Projection, StreamName, Subscription } from "everfold"
import { Sqlite, SqliteModel } from "everfold/sqlite"
import { afterEach, describe, expect, it, vi } from "vitest"
import { AccountEvent, accounts } from "../../docs/examples/outbox/Account.ts"
import * as Inbox from "../../docs/examples/outbox/Inbox.ts"
import * as Outbox from "../../docs/examples/outbox/Outbox.ts"

/** What becomes of the n-th request, from 0: an answer, or what else. What is not accepted is forgotten. */
type Fate =
  | { readonly accepts: boolean; readonly status: number; readonly headers?: http.OutgoingHttpHeaders }
  | { readonly accepts: boolean; readonly ends: "cut" | "silence" }

const taken: Fate = { accepts: true, status: 202 }

const closing: Array<() => unknown> = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const folder = (): string => {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "everfold-outbox-"))
  closing.push(() => fs.rmSync(made, { recursive: true, force: true }))
  return made
}

interface Broker {
  readonly url: string
  /** In the order in which they came, each as often as it was accepted. */
  readonly accepted: Array<Outbox.Message>
  readonly keys: Array<string | undefined>
  readonly requests: Array<number>
  readonly close: () => Promise<void>
}

const broker = async (
  fate: (n: number, message: Outbox.Message) => Fate,
  port = 0,
  before?: Broker,
): Promise<Broker> => {
  const accepted = before?.accepted ?? []
  const requests = before?.requests ?? []
  const keys = before?.keys ?? []
  const server = http.createServer(async (incoming, out) => {
    const text = (await incoming.toArray()).join("")
    const message: Outbox.Message = JSON.parse(text)
    const met = fate(requests.push(Date.now()) - 1, message)
    keys.push(`${incoming.headers["idempotency-key"]} ${incoming.headers["partition-key"]}`)
    if (met.accepts) accepted.push(message)
    if ("status" in met) out.writeHead(met.status, met.headers).end("noted")
    else if (met.ends === "cut") out.destroy()
  })
  server.listen(port, "127.0.0.1")
  await once(server, "listening")
  const close = async () => {
    if (!server.listening) return
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
  closing.push(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`, accepted, requests, keys, close }
}

/** The checkpoint moves first: what is sent then is lost with the one who sends it. */
const remembering = Layer.effect(
  Outbox.Sent,
  Effect.map(SqliteModel, (model) => ({
    ...model,
    transact: (move, send) =>
      Effect.andThen(
        model.transact(move, () => Effect.void),
        send(undefined),
      ),
  })),
)

const live = (filename: string, sent = Outbox.Sent.in(SqliteModel)) =>
  Layer.mergeAll(
    Sqlite.layer({ filename }),
    EventMapper.plain,
    sent.pipe(Layer.provide(SqliteModel.layer({ filename: `${filename}.sent` }))),
    FetchHttpClient.layer,
  )

/** Deposits in turns on some accounts. */
const deposits = (count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    (n) => accounts.execute(`account-${n % 3}`, n),
    { discard: true },
  )

/** What the broker has to have had: the log itself. */
const log = Effect.map(Stream.runCollect(Subscription.catchUp()), (events) =>
  events.map(({ id, stream, version }) => ({ id, stream: StreamName.format(stream), version })),
)

type Brief = Pick<Outbox.Message, "id" | "stream" | "version">

const brief = ({ id, stream, version }: Brief): Brief => ({ id, stream, version })

const byStream = (messages: ReadonlyArray<Brief>) => Object.groupBy(messages.map(brief), ({ stream }) => stream)

/** What a receiver makes of what it was sent. */
const received = (messages: ReadonlyArray<Outbox.Message>): ReadonlyArray<Outbox.Message> => {
  const handled: Array<Outbox.Message> = []
  using database = new DatabaseSync(":memory:")
  for (const message of messages) Inbox.make(database, (each) => handled.push(each))(message)
  return handled
}

/** Nothing is lost, the order of each stream is kept, and what comes twice is the same. */
const agrees = ({ accepted, keys }: Broker, events: ReadonlyArray<Brief>): void => {
  expect(byStream(received(accepted))).toEqual(byStream(events))
  const first = new Map<string, Outbox.Message>()
  for (const message of accepted) {
    expect(message).toEqual(first.get(message.id) ?? message)
    first.set(message.id, message)
  }
  const sent = new Set(events.map(({ id, stream }) => `${id} ${stream}`))
  expect(new Set(keys)).toEqual(sent)
}

const published = (at: Broker, count = 12, running: Projection.Running = {}) =>
  Effect.gen(function* () {
    yield* deposits(count)
    const outbox = Outbox.make({ name: "outbox", url: at.url, events: AccountEvent })
    yield* Effect.forkScoped(Projection.run(outbox, running))
    yield* Projection.waitFor(outbox, count, { timeout: "30 seconds" })
    return yield* log
  }).pipe(Effect.scoped, Effect.provide(live(path.join(folder(), "bank.db"))), Effect.runPromise)

describe("the outbox", () => {
  it("sends each event once where nothing goes wrong, under its id and its stream", async () => {
    const at = await broker(() => taken)
    const events = await published(at)
    agrees(at, events)
    expect(at.accepted.length).toBe(12)
  })

  it.each<[string, Fate]>([
    ["answers 500", { accepts: false, status: 500 }],
    ["accepts, and answers 502", { accepts: true, status: 502 }],
    ["cuts the connection", { accepts: false, ends: "cut" }],
    ["accepts, and cuts the connection", { accepts: true, ends: "cut" }],
  ])("goes on where a broker %s now and then", async (_, fate) => {
    const at = await broker((n) => (n % 3 === 1 ? fate : taken))
    agrees(at, await published(at))
    expect(at.requests.length).toBeGreaterThan(12)
  })

  it("sends again what was accepted too late for an answer", async () => {
    const at = await broker((n) => (n === 4 ? { accepts: true, ends: "silence" } : taken))
    agrees(at, await published(at))
    expect(at.accepted.length).toBe(13)
  })

  it.each([
    ["seconds", () => "1"],
    ["a date", () => new Date(Date.now() + 2000).toUTCString()],
  ])("leaves a broker alone for as long as it says, in %s", async (_, after) => {
    let told = 0
    const at = await broker((n) => {
      if (n !== 2) return taken
      told = n
      return { accepts: false, status: 429, headers: { "retry-after": after() } }
    })
    // One account, so that nothing else is sent meanwhile.
    const events = await Effect.gen(function* () {
      for (const n of [1, 2, 3, 4]) yield* accounts.execute("ada", n)
      const outbox = Outbox.make({ name: "outbox", url: at.url, events: AccountEvent })
      yield* Effect.forkScoped(Projection.run(outbox))
      yield* Projection.waitFor(outbox, 4, { timeout: "30 seconds" })
      return yield* log
    }).pipe(Effect.scoped, Effect.provide(live(path.join(folder(), "bank.db"))), Effect.runPromise)
    agrees(at, events)
    expect(told).toBe(2)
    // A date has no milliseconds.
    expect((at.requests[3] ?? 0) - (at.requests[2] ?? 0)).toBeGreaterThan(950)
  })

  it("waits for a broker that is down, and goes on when it is back", async () => {
    const first = await broker(() => taken)
    const port = Number(new URL(first.url).port)
    const filename = path.join(folder(), "bank.db")
    let second = first
    const events = await Effect.gen(function* () {
      const outbox = Outbox.make({ name: "outbox", url: first.url, events: AccountEvent })
      yield* Effect.forkScoped(Projection.run(outbox))
      yield* deposits(5)
      yield* Projection.waitFor(outbox, 5)
      yield* Effect.promise(first.close)
      yield* deposits(5)
      const waited = yield* Effect.exit(Projection.waitFor(outbox, 10, { timeout: "1 second" }))
      expect(waited._tag).toBe("Failure")
      second = yield* Effect.promise(() => broker(() => taken, port, first))
      yield* Projection.waitFor(outbox, 10, { timeout: "30 seconds" })
      return yield* log
    }).pipe(Effect.scoped, Effect.provide(live(filename)), Effect.runPromise)
    agrees(second, events)
    expect(second.accepted.length).toBe(10)
  })

  it("stops at what is refused, or goes past it and its stream, as one says", async () => {
    const refusing = (_: number, { stream, version }: Outbox.Message): Fate =>
      stream === "Account-account-1" && version === 2 ? { accepts: false, status: 422 } : taken
    const at = await broker(refusing)
    const filename = path.join(folder(), "bank.db")
    await Effect.gen(function* () {
      yield* deposits(12)
      const outbox = Outbox.make({ name: "outbox", url: at.url, events: AccountEvent })
      const retry = Schedule.recurs(1)
      const why = yield* Effect.flip(Projection.run(outbox, { retry }))
      expect(why.message).toMatch(/the broker answered 422 to message/)
      yield* Effect.forkScoped(Projection.run(outbox, { retry, onFailure: "park" }))
      yield* Projection.waitFor(outbox, 12, { timeout: "30 seconds" })
      const { parked } = yield* Projection.status(outbox)
      expect(parked.map(({ position }) => position)).toEqual([5, 8, 11])
      const events = yield* log
      const gone = events.filter(({ stream, version }) => stream !== "Account-account-1" || version < 2)
      expect(byStream(received(at.accepted))).toEqual(byStream(gone))
    }).pipe(Effect.scoped, Effect.provide(live(filename)), Effect.runPromise)
  })

  it.each([
    ["sends again", "sends", Outbox.Sent.in(SqliteModel), 3],
    ["loses", "remembers", remembering, 2],
  ])("%s what was on its way when it ended, where it first %s", async (_, __, sent, expected) => {
    const filename = path.join(folder(), "bank.db")
    const at = await broker((n) => (n === 1 ? { accepts: false, ends: "silence" } : taken))
    await Effect.gen(function* () {
      for (const n of [1, 2, 3]) yield* accounts.execute("ada", n)
      const outbox = Outbox.make({ name: "outbox", url: at.url, events: AccountEvent })
      const publish = Projection.run(outbox, { batch: 1 })
      yield* Effect.race(publish, Effect.repeat(Effect.sleep(10), { until: () => at.requests.length === 2 }))
      yield* Effect.forkScoped(publish)
      yield* Projection.waitFor(outbox, 3, { timeout: "30 seconds" })
    }).pipe(Effect.scoped, Effect.provide(live(filename, sent)), Effect.runPromise)
    await vi.waitFor(() => expect(at.accepted.some(({ version }) => version === 3)).toBe(true))
    expect(received(at.accepted).length).toBe(expected)
  })

  it("keeps its order where another one took over from one that was only held up, and goes on", async () => {
    const filename = path.join(folder(), "bank.db")
    const publishers: Array<ChildProcess> = []
    const start = (): void => {
      publishers.push(spawn(process.execPath, ["docs/examples/outbox/main.ts", filename, at.url], { stdio: "inherit" }))
    }
    closing.push(() => publishers.map((each) => each.kill("SIGKILL")))
    const at = await broker((n) => {
      if (n === 4) publishers[0]?.kill("SIGSTOP")
      return taken
    })
    const events = await Effect.gen(function* () {
      yield* deposits(20)
      start()
      yield* Effect.repeat(Effect.sleep(10), { until: () => at.requests.length > 4 })
      start()
      const outbox = Outbox.make({ name: "outbox", url: at.url, events: AccountEvent })
      yield* Projection.waitFor(outbox, 20, { timeout: "30 seconds" })
      const before = at.accepted.length
      publishers[0]?.kill("SIGCONT")
      // It goes on with what it had begun, and finds out then.
      yield* Effect.repeat(Effect.sleep(10), { until: () => at.accepted.length > before })
      yield* deposits(4)
      yield* Projection.waitFor(outbox, 24, { timeout: "30 seconds" })
      return yield* log
    }).pipe(Effect.provide(live(filename)), Effect.runPromise)
    agrees(at, events)
    expect(at.accepted.length).toBeGreaterThan(24)
  })

  it("loses nothing when it is killed between sending and remembering, again and again", async () => {
    const filename = path.join(folder(), "bank.db")
    let child: ChildProcess | undefined
    let kills = 0
    const at = await broker((n) => {
      // Accepted, and the publisher dies before it hears so.
      if (n % 7 === 4 && kills < 4) {
        kills++
        child?.kill("SIGKILL")
      }
      return taken
    })
    const publisher = (): void => {
      child = spawn(process.execPath, ["docs/examples/outbox/main.ts", filename, at.url], { stdio: "inherit" })
      child.once("exit", (_, signal) => (signal === "SIGKILL" && kills < 5 ? publisher() : undefined))
    }
    closing.push(() => {
      kills = 5
      child?.kill("SIGKILL")
    })
    const events = await Effect.gen(function* () {
      yield* deposits(20)
      publisher()
      const outbox = Outbox.make({ name: "outbox", url: at.url, events: AccountEvent })
      yield* Projection.waitFor(outbox, 20, { timeout: "50 seconds" })
      return yield* log
    }).pipe(Effect.provide(live(filename)), Effect.runPromise)
    expect(kills).toBe(4)
    agrees(at, events)
    expect(at.accepted.length).toBeGreaterThan(20)
  })
})
