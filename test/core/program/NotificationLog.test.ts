import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { EventStore, NotificationLog } from "../../../src/core/index.ts"
import { behind, inMemory, through } from "./support.ts"

const recorded = (n: number) =>
  Effect.flatMap(EventStore, (store) =>
    Effect.forEach(
      Array.from({ length: n }),
      (_, i) => behind(store, `s${i % 3}`, Math.floor(Math.random() * 2 ** 40)),
      {
        discard: true,
      },
    ),
  )
const section = (id: string) => Effect.flatMap(NotificationLog, (log) => log.section(id))
const shown = (id: string) =>
  Effect.map(section(id), ({ items, ...rest }) => ({ ...rest, items: items.map(({ position }) => position) }))
const log = <A, E>(n: number, size: number, effect: Effect.Effect<A, E, NotificationLog | EventStore>) =>
  inMemory(Effect.andThen(recorded(n), Effect.provide(effect, NotificationLog.layer(size))))

describe("the notification log", () => {
  it("has sections of fixed bounds, each with its neighbours", async () => {
    const sections = await log(7, 3, Effect.all([shown("1,3"), shown("4,6"), shown("7,9"), shown("10,12")]))
    expect(sections).toEqual([
      { id: "1,3", items: [1, 2, 3], archived: true, previous: undefined, next: "4,6" },
      { id: "4,6", items: [4, 5, 6], archived: true, previous: "1,3", next: "7,9" },
      { id: "7,9", items: [7], archived: false, previous: "4,6", next: undefined },
      { id: "10,12", items: [], archived: false, previous: "7,9", next: undefined },
    ])
  })

  it.each([
    [0, "1,3", []],
    [2, "1,3", [1, 2]],
    [3, "4,6", []],
    [4, "4,6", [4]],
  ])("has a current section that the next event goes to: of %d events %s", async (n, id, items) => {
    expect(await log(n, 3, shown("current"))).toMatchObject({ id, items, archived: false, next: undefined })
  })

  it("has 20 positions a section where it is not told", async () => {
    const size = await inMemory(
      Effect.provide(
        Effect.map(NotificationLog, ({ sectionSize }) => sectionSize),
        NotificationLog.layer(),
      ),
    )
    expect(size).toBe(20)
  })

  it.each([
    "",
    "1",
    "0,2",
    "1,2",
    "2,4",
    "1,4",
    "4,3",
    "-2,0",
    "01,3",
    "1,03",
    " 1,3",
    "1,3 ",
    "1,3\n",
    "1, 3",
    "1.0,3",
    "a,b",
    "1,3,5",
    "Current",
    "9007199254740991,9007199254740993",
    "9999999999999999,10000000000000001",
  ])("has no section %j", async (id) => {
    expect(await log(1, 3, Effect.flip(section(id)))).toMatchObject({ _tag: "InvalidInput" })
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])("is not built in sections of %d", async (size) => {
    const built = Effect.provide(NotificationLog, NotificationLog.layer(size))
    expect(await inMemory(Effect.flip(built))).toMatchObject({ _tag: "InvalidInput" })
  })

  it("never changes an archived section", async () => {
    const [before, after] = await log(
      6,
      3,
      Effect.gen(function* () {
        const before = yield* section("1,3")
        yield* recorded(20)
        return [before, yield* section("1,3")]
      }),
    )
    expect(after).toEqual(before)
  })

  it("never shows the current section as archived, also where others write meanwhile", async () => {
    const racing = through((store) =>
      EventStore.of({ ...store, head: Effect.tap(store.head, () => behind(store, "racer", 5)) }),
    )
    const current = await inMemory(
      Effect.gen(function* () {
        yield* recorded(2)
        return yield* Effect.provide(shown("current"), NotificationLog.layer(3)).pipe(racing)
      }),
    )
    expect(current.archived).toBe(false)
  })

  it.each([0, 1, 2, 3, 6, 7, 50])("is read as all events after %d, in order", async (after) => {
    const positions = await log(
      7,
      3,
      Effect.map(Stream.runCollect(NotificationLog.read(after)), (events) => events.map(({ position }) => position)),
    )
    expect(positions).toEqual([1, 2, 3, 4, 5, 6, 7].filter((position) => position > after))
  })

  it.each([Number.NaN, -1, -25, 0.5])("is read from the beginning after %d, which is no position", async (after) => {
    expect((await log(7, 3, Stream.runCollect(NotificationLog.read(after)))).length).toBe(7)
  })

  it("is read from the beginning where it is not told, in sections of one too", async () => {
    const positions = await log(
      4,
      1,
      Effect.map(Stream.runCollect(NotificationLog.read()), (events) => events.map(({ position }) => position)),
    )
    expect(positions).toEqual([1, 2, 3, 4])
  })
})
