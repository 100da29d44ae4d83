import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import * as Commit from "../../../src/core/event/Commit.ts"
import * as Changes from "../../../src/core/port/Changes.ts"
import { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import { CommitUnknown } from "../../../src/core/port/Errors.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { Snapshots } from "../../../src/core/port/Snapshots.ts"
import { EventMapper } from "../../../src/core/program/EventMapper.ts"
import * as Committer from "../../../src/interpreters/postgres/Committer.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import type { Fault } from "../../../src/laws/Faults.ts"
import type * as Law from "../../../src/laws/Law.ts"
import * as RepositoryLaws from "../../../src/laws/RepositoryLaws.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import { laws } from "../../../src/laws/vitest.ts"
import { suite } from "./committing.ts"
import { load } from "./flawed.ts"
import * as Simulated from "./simulated.ts"
import * as Wire from "./wire.ts"

/** A store on a simulated server, which is reached over such a wire. */
const layer = (send: () => Fault): StoreLaws.Subject["layer"] =>
  Layer.effectContext(
    Effect.gen(function* () {
      const { server, recorder } = Wire.make({ send, look: () => "None", slow: 3 })
      const changes = Changes.make(0)
      const { commit } = yield* Committer.make({ ...recorder, recorded: changes.tell })
      return Context.make(EventStore, { ...server.reads, commit, changes: changes.stream }).pipe(
        Context.add(Checkpoints, server.checkpoints),
        Context.add(Snapshots, server.snapshots),
      )
    }),
  )

/** In the small programs of laws there is seldom enough for a second statement. */
const eager = await load("Committer.ts", {
  file: "Jobs.ts",
  from: "const worthwhile = 16",
  to: "const worthwhile = 1",
})

const sound = layer(() => "None")

/** Every few statements are lost, before, while and after they are done. */
let statements = 0
const faults: ReadonlyArray<Fault> = [
  "None",
  "None",
  "LostAfter",
  "None",
  "LostBefore",
  "Unavailable",
  "None",
  "LostWhile",
]
const bad = layer(() => faults[statements++ % faults.length] ?? "None")

laws(suite(Committer.make))
laws({ ...suite(eager.make), name: "a committer that sends a second statement for a single commit" })
laws(StoreLaws.suite({ layer: sound }))
laws(StoreLaws.liveness({ layer: sound, runs: 1 }))
const repositories = (over: StoreLaws.Subject["layer"]) =>
  RepositoryLaws.suite({ layer: Layer.merge(over, EventMapper.plain), runs: 40 })
/** A command without events whose answer was lost counts as a repeat: of a wire that loses none, S17.2 tells otherwise. */
const isOfSoundWires = ({ name }: Law.Law): boolean => name === "S17.2"

laws({ name: "a repository", laws: repositories(sound).laws.filter(isOfSoundWires) })
laws({ name: "a repository on a bad wire", laws: repositories(bad).laws.filter((law) => !isOfSoundWires(law)) })

const next = Commits.ids()
const onto = (id: string, expected: Commit.ExpectedVersion = Commit.any): Commit.Commit =>
  Commits.commit(next, [{ stream: { category: "Order", id }, expected, events: [{ type: "Added", tags: [] }] }])

/** A committer over a simulated server, and what it was asked. */
const over = <A, E>(
  change: (recorder: Committer.Recorder) => Partial<Committer.Recorder>,
  use: (
    commit: Committer.Committer["commit"],
    asked: { readonly sent: ReadonlyArray<number>; readonly looks: () => number },
  ) => Effect.Effect<A, E>,
): Promise<A> => {
  const { recorder } = Simulated.make()
  const sent: Array<number> = []
  let looks = 0
  const counting: Committer.Recorder = {
    ...recorder,
    send: (commits) => {
      sent.push(commits.length)
      return recorder.send(commits)
    },
    look: (commit) => {
      looks++
      return recorder.look(commit)
    },
  }
  return Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(Committer.make({ ...counting, ...change(counting) }), ({ commit }) =>
        use(commit, { sent, looks: () => looks }),
      ),
    ),
  )
}

const asIs = () => ({})
const all = <A, E>(effects: ReadonlyArray<Effect.Effect<A, E>>) =>
  Effect.forEach(effects, (effect) => Effect.exit(effect), { concurrency: "unbounded" })

describe("a statement", () => {
  it("is sent for one commit, and for all that come together with it", async () => {
    await over(asIs, (commit, { sent }) =>
      Effect.gen(function* () {
        yield* commit(onto("a"))
        expect(sent).toEqual([1])
        yield* all(Array.from({ length: 64 }, (_, i) => commit(onto(`s${i}`))))
        // Two halves: while the server works on one, the other is made ready.
        expect(sent).toEqual([1, 32, 32])
      }),
    )
  })

  it("is sent for nothing that is invalid, or has nothing to be recorded", async () => {
    await over(asIs, (commit, { sent, looks }) =>
      Effect.gen(function* () {
        const invalid = yield* Effect.flip(commit({ hash: "sha256", writes: [] }))
        expect([invalid._tag, looks()]).toEqual(["InvalidInput", 0])
        const asserting = (expected: Commit.ExpectedVersion): Commit.Commit => ({
          hash: "sha256",
          writes: [{ stream: { category: "Order", id: "a" }, expected, events: [] }],
        })
        expect((yield* commit(asserting(Commit.noStream))).position).toBe(0)
        expect((yield* Effect.flip(commit(asserting(Commit.streamExists))))._tag).toBe("VersionConflict")
        expect([sent, looks()]).toEqual([[], 2])
      }),
    )
  })

  it("is sent for one of many of whom one can win, and the others are looked at", async () => {
    await over(asIs, (commit, { sent, looks }) =>
      Effect.gen(function* () {
        const exits = yield* all(Array.from({ length: 500 }, () => commit(onto("a", Commit.noStream))))
        expect(exits.filter(Exit.isSuccess).length).toBe(1)
        expect([sent, looks()]).toEqual([[1], 499])
      }),
    )
  })
})

describe("a recorder", () => {
  it("that refuses what its facts accept is found out", async () => {
    await over(
      () => ({
        send: (commits) => Effect.succeed(commits.map(() => undefined)),
        look: () => Effect.succeed(right({ events: [], committed: { repeated: false, position: 0, streams: [] } })),
      }),
      (commit) =>
        Effect.gen(function* () {
          const exit = yield* Effect.exit(commit(onto("a")))
          expect(Exit.isFailure(exit) && Cause.hasDies(exit.cause)).toBe(true)
        }),
    )
  })

  it("that has a defect leaves nobody waiting", async () => {
    await over(
      () => ({
        recorded: () => {
          throw new Error("a defect")
        },
      }),
      (commit) =>
        Effect.gen(function* () {
          const exits = yield* all([commit(onto("a")), commit(onto("a"))])
          expect(exits.map((exit) => Exit.isFailure(exit) && Cause.hasDies(exit.cause))).toEqual([true, true])
        }),
    )
  })
})

describe("whoever is interrupted", () => {
  /** A committer whose statements are out until they are lost. */
  const losing = <A, E>(use: (commit: Committer.Committer["commit"], lose: () => void) => Effect.Effect<A, E>) => {
    let lose = (): void => {}
    const send: Committer.Recorder["send"] = () =>
      Effect.callback((resume) => {
        lose = () => resume(Effect.fail(new CommitUnknown({ cause: "lost" })))
      })
    return over(
      () => ({ send }),
      (commit) => use(commit, () => lose()),
    )
  }

  it("waits for the statement that is out, and is told where its outcome is unknown", async () => {
    await losing((commit, lose) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(commit(onto("a")), { startImmediately: true })
        yield* Effect.sleep(5)
        fiber.interruptUnsafe()
        yield* Effect.sleep(5)
        expect(fiber.pollUnsafe()).toBe(undefined)
        lose()
        const exit = yield* Fiber.await(fiber)
        const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
        expect(Cause.hasInterrupts(cause)).toBe(true)
        expect(Option.getOrUndefined(Cause.findErrorOption(cause))?._tag).toBe("CommitUnknown")
      }),
    )
  })

  it("goes at once while it only waits", async () => {
    await losing((commit, lose) =>
      Effect.gen(function* () {
        const out = yield* Effect.forkChild(commit(onto("a")), { startImmediately: true })
        yield* Effect.sleep(5)
        const fiber = yield* Effect.forkChild(commit(onto("b")), { startImmediately: true })
        yield* Fiber.interrupt(fiber)
        const exit = fiber.pollUnsafe()
        expect(exit && Exit.isFailure(exit) && exit.cause.reasons.map(({ _tag }) => _tag)).toEqual(["Interrupt"])
        out.interruptUnsafe()
        lose()
      }),
    )
  })
})
