import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Decider from "../../src/core/domain/Decider.ts"
import * as Aggregate from "../../src/core/event/Aggregate.ts"
import { type Commanded, traces } from "../../src/laws/arbitrary/Traces.ts"
import * as DeciderLaws from "../../src/laws/DeciderLaws.ts"
import * as Law from "../../src/laws/Law.ts"
import * as SnapshotLaws from "../../src/laws/SnapshotLaws.ts"
import { account, anyCommand, commands } from "./broken/account.ts"
import * as models from "./broken/models.ts"

/** A door with a lock: each turn of the key says what the next one has to be. */
const lock = Decider.make({
  initial: 7919,
  decide: (key: number, next: number) => (key === next ? Decider.accept(key) : Decider.reject("wrong key")),
  evolve: (_: number, key: number): number => (key * 48_271) % 2_147_483_647,
})
const keys = (next: number) => fc.oneof(fc.nat(), fc.constant(next))

const sample = <C, S, E, R>(commanded: Commanded<C, S, E, R>, numRuns = 200) =>
  fc.sample(traces(commanded), { numRuns, seed: 5 })

const eventsOf = <C, S, E, R>(decider: Decider.Decider<C, S, E, R>, given: ReadonlyArray<C>): ReadonlyArray<E> => {
  const events: Array<E> = []
  for (const command of given) {
    const decision = decider.decide(command, Decider.fold(decider)(events))
    if (decision._tag === "Right") events.push(...decision.right)
  }
  return events
}

/** The smallest trace of these commands whose events are as they should not be. */
const smallest = <C, S, E, R>(
  commanded: Commanded<C, S, E, R>,
  fails: (events: ReadonlyArray<E>, given: ReadonlyArray<C>) => boolean,
) => {
  const property = fc.property(traces(commanded), (given) => !fails(eventsOf(commanded.decider, given), given))
  const { counterexample, counterexamplePath } = fc.check(property, { seed: 5, numRuns: 1000 })
  return { trace: counterexample?.[0], path: counterexamplePath, property }
}

describe("traces", () => {
  it("go deep, where commands depend on the state that was reached", () => {
    const depths = sample({ decider: lock, commands: keys }).map((given) => eventsOf(lock, given).length)
    expect(depths.filter((depth) => depth >= 8).length).toBeGreaterThan(60)
    expect(Math.max(...depths)).toBe(12)
    // Nothing leads there by chance.
    const blind = sample({ decider: lock, commands: fc.nat() }).map((given) => eventsOf(lock, given).length)
    expect(Math.max(...blind)).toBe(0)
  })

  it("go deep also where commands come as they come, many of which are refused", () => {
    const rare = { decider: lock, commands: fc.nat(9) }
    const decider = { ...lock, initial: 3, evolve: (next: number) => (next + 1) % 10 }
    const depths = sample({ ...rare, decider }).map((given) => eventsOf(decider, given).length)
    expect(depths.filter((depth) => depth >= 3).length).toBeGreaterThan(100)
  })

  it("come to an end of the story now and then, and not at once", () => {
    const stories = sample({ decider: account, commands }).map((given) => eventsOf(account, given))
    const over = stories.filter((events) => events.some(({ _tag }) => _tag === "Closed"))
    expect(over.length).toBeGreaterThan(40)
    expect(over.filter((events) => events.length > 4).length).toBeGreaterThan(20)
    // A few commands more are tried.
    for (const given of sample({ decider: account, commands })) {
      const end = given.findIndex((_, i) => eventsOf(account, given.slice(0, i + 1)).at(-1)?._tag === "Closed")
      if (end >= 0) expect(given.length - end).toBeLessThanOrEqual(4)
    }
  })

  it("hold refusals too", () => {
    const refused = sample({ decider: account, commands: anyCommand }).filter((given) =>
      given.some((command, i) => {
        const events = eventsOf(account, given.slice(0, i))
        return account.decide(command, Decider.fold(account)(events))._tag === "Left"
      }),
    )
    expect(refused.length).toBeGreaterThan(60)
  })

  it("shrink from the end, by leaving out any command, and command by command", () => {
    const found = smallest({ decider: account, commands: anyCommand }, (events) => {
      const deposit = events.findIndex((event) => event._tag === "Deposited" && event.amount >= 10)
      return deposit > 0 && events.slice(deposit).some(({ _tag }) => _tag === "Renamed")
    })
    expect(found.trace).toEqual([
      { _tag: "Open", owner: expect.any(String) },
      { _tag: "Deposit", amount: 10 },
      { _tag: "Rename", owner: expect.any(String) },
    ])
  })

  it("shrink to what the same dice make of a smaller state", () => {
    const all = (sum: number) => (sum > 0 ? fc.constantFrom(-sum, 1) : fc.integer({ min: 1, max: 100 }))
    const decider = Decider.make({
      initial: 0,
      decide: (by: number, sum: number) => (sum + by < 0 ? Decider.reject("too little") : Decider.accept(by)),
      evolve: (sum: number, by: number): number => sum + by,
    })
    const found = smallest({ decider, commands: all }, (events) => events.some((by) => by < 0))
    expect(found.trace).toEqual([1, -1])
  })

  it("are replayed by seed and path", () => {
    const { trace, path, property } = smallest({ decider: lock, commands: keys }, (events) => events.length >= 3)
    expect(trace?.length).toBe(3)
    const again = fc.check(property, { seed: 5, ...(typeof path === "string" && { path }) })
    expect(again.counterexample).toEqual([trace])
    expect(again.numShrinks).toBe(0)
  })

  it("are as long as they may be, and no shorter than they must", () => {
    const bounded = fc.sample(traces({ decider: account, commands }, { minLength: 2, maxLength: 3 }), {
      numRuns: 50,
      seed: 1,
    })
    expect(new Set(bounded.map(({ length }) => length))).toEqual(new Set([2, 3]))
    const never = fc.property(traces({ decider: account, commands }, { minLength: 2, maxLength: 3 }), () => false)
    expect(fc.check(never, { seed: 1 }).counterexample?.[0]).toHaveLength(2)
  })
})

describe("a model that breaks does not break what makes traces:", () => {
  const check = async <C, S, E, R>(subject: DeciderLaws.Subject<C, S, E, R>, law: string) => {
    const found = DeciderLaws.suite(subject).laws.find(({ name }) => name === law)
    return found && (await Effect.runPromise(Law.check(found, { seed: 3 })))
  }
  const counting = {
    initial: { times: 0 },
    decide: (by: number) => Decider.accept(by),
    evolve: ({ times }: { times: number }, _: number) => ({ times: times + 1 }),
  }
  const nothing = <A>(): A => JSON.parse("{}").nothing
  const commands = ({ times }: { times: number }) => fc.integer({ min: times, max: times + 5 })

  it.each<[string, Partial<Decider.Decider<number, { times: number }, number>>]>([
    [
      "one that throws",
      {
        evolve: () => {
          throw new Error("no")
        },
      },
    ],
    ["one that answers nothing", { decide: nothing, evolve: nothing }],
    ["one that decides no list", { decide: () => JSON.parse('{ "_tag": "Right", "right": 5 }') }],
    [
      "one that has no end",
      {
        isTerminal: () => {
          throw new Error("no")
        },
      },
    ],
  ])("%s", async (_, flaw) => {
    const decider = { ...Decider.make(counting), ...flaw }
    expect(await check({ decider, commands }, "D3")).toMatchObject({ _tag: "Counterexample", value: { events: [] } })
    for (const law of ["D1", "D2", "D6"])
      expect(await check({ decider, commands }, law)).toMatchObject({ _tag: "Holds" })
  })

  it("one that changes what it was given, and would begin each run where the last one ended", async () => {
    const initial = { times: 0 }
    const decider = Decider.make({
      ...counting,
      initial,
      evolve: (state: { times: number }) => {
        state.times++
        return state
      },
    })
    expect(await check({ decider, commands }, "D2")).toMatchObject({
      _tag: "Counterexample",
      value: [expect.any(Number)],
    })
    expect(initial).toEqual({ times: 0 })
  })

  it("also in what cannot be frozen", async () => {
    const decider = Decider.make({
      initial: new Map<string, number>(),
      decide: (by: number, _: Map<string, number>) => Decider.accept(by),
      evolve: (state: Map<string, number>, by: number) => state.set("sum", (state.get("sum") ?? 0) + by),
    })
    const subject = { decider, commands: (state: Map<string, number>) => fc.constant(state.size) }
    expect(await check(subject, "D2")).toMatchObject({ _tag: "Counterexample", value: [0] })
    // It begins at the beginning all the same.
    expect(new Set(fc.sample(traces(subject), { numRuns: 50, seed: 1 }).map(([first = 0]) => first))).toEqual(
      new Set([0]),
    )
  })

  it("nor the law of its snapshots, which has to come upon an event", async () => {
    const snapshots = (decider: typeof models.lamp, commands = models.commands) => {
      const aggregate = Aggregate.make({ ...models.Lamps, decider })
      const [law] = SnapshotLaws.suite({ aggregate, commands }).laws
      return law && Effect.runPromise(Law.check(law, { seed: 3, runs: 20 }))
    }
    expect(await snapshots(models.throwsWhenFull)).toMatchObject({ _tag: "Holds" })
    expect(await snapshots(models.lamp, fc.constant({ _tag: "Switch", times: -1 }))).toMatchObject({
      _tag: "Unreached",
      missing: ["event after a snapshot"],
    })
  })

  it("a state that is undefined at first may be so again", async () => {
    const decider = Decider.make({
      initial: undefined,
      decide: (by: number, _: number | undefined) => Decider.accept(by),
      evolve: (_: number | undefined, by: number): number | undefined => (by === 0 ? undefined : by),
    })
    for (const law of ["D1", "D2", "D3"])
      expect(await check({ decider, commands: fc.nat(2) }, law)).toMatchObject({ _tag: "Holds" })
  })

  it("a state that is compared by identity, or keeps its own secret, stays what it is", async () => {
    class Secret {
      readonly #sum: number
      constructor(sum: number) {
        this.#sum = sum
      }
      plus(by: number): Secret {
        return new Secret(this.#sum + by)
      }
    }
    const none = new Secret(0)
    const decider = Decider.make({
      initial: none,
      decide: (by: number, state: Secret) =>
        state === none && by === 0 ? Decider.reject("nothing") : Decider.accept(by),
      evolve: (state: Secret, by: number): Secret => state.plus(by),
    })
    for (const law of ["D1", "D2", "D3"])
      expect(await check({ decider, commands: fc.nat(3) }, law)).toMatchObject({ _tag: "Holds" })
  })
})
