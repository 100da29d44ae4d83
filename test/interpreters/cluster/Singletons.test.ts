/** In a cluster of this process alone. */
import * as TestRunner from "effect/cluster/TestRunner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "vitest"
import type { Job } from "../../../src/core/program/Job.ts"
import { Cluster } from "../../../src/interpreters/cluster/index.ts"
import { until } from "../../postgres/support.ts"

const built = (jobs: ReadonlyArray<Job<string, never>>, holds: () => boolean) =>
  Effect.runPromise(
    Effect.promise(() => until(holds)).pipe(
      Effect.provide(Cluster.singletons(jobs).pipe(Layer.provide(TestRunner.layer))),
    ),
  )

describe("a job in a cluster", () => {
  it("is run partition by partition, and interrupted when the runner stops", async () => {
    const running = new Set<number>()
    const run = ([partition = -1]: ReadonlyArray<number>) =>
      Effect.acquireUseRelease(
        Effect.sync(() => running.add(partition)),
        () => Effect.never,
        () => Effect.sync(() => running.delete(partition)),
      )
    expect(await built([{ name: "totals", partitions: 3, run }], () => running.size === 3)).toBe(true)
    expect(running.size).toBe(0)
  })

  it.each([
    ["fails", Effect.fail("no luck")],
    ["dies", Effect.die(new Error("a defect"))],
  ])("that %s is begun anew", async (_how, end) => {
    let begun = 0
    const run = () => Effect.suspend(() => (++begun < 2 ? end : Effect.never))
    expect(await built([{ name: "totals", partitions: 1, run }], () => begun === 2)).toBe(true)
  })
})
