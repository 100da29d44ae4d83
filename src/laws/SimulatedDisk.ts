/**
 * A disk in memory, for the laws of stores that keep files: Effect's `FileSystem`, on which whatever was not synced is
 * lost, torn or kept as generated when the power fails.
 *
 * What lasts is what a careful program may rely on anywhere: the bytes of a file, once the file was synced, and its name
 * (that it was created, renamed or removed), once its directory was opened to be read and synced. Directories are there
 * as soon as they are made. What a sync that failed was to keep may be lost, also where a later one succeeds.
 *
 * There are files and directories; there are no links, owners, modes, times, temporary files or watchers.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Files from "./disk/Files.ts"
import * as Medium from "./disk/Medium.ts"
import type { Fault } from "./disk/Steps.ts"

export type { Fate } from "./disk/Medium.ts"
export type { Fault } from "./disk/Steps.ts"

/**
 * Every fault, mostly none.
 *
 * @example
 * ```ts
 * import { SimulatedDisk } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const found = new Set(fc.sample(SimulatedDisk.fault, { numRuns: 200, seed: 1 }))
 * console.log([...found].sort()) // [ 'Fails', 'Halfway', 'None', 'Slow' ]
 * ```
 * @category arbitraries
 * @since 0.1.0
 */
export const fault: fc.Arbitrary<Fault> = fc.oneof(
  { withCrossShrink: true },
  { weight: 6, arbitrary: fc.constant<Fault>("None") },
  { weight: 4, arbitrary: fc.constantFrom<Array<Fault>>("Slow", "Fails", "Halfway") },
)

const kept: Medium.Fate = { _tag: "Kept" }
const lost: Medium.Fate = { _tag: "Lost" }
const zeroed: Medium.Fate = { _tag: "Zeroed" }

/**
 * Every fate, most often that of all or nothing.
 *
 * @example
 * ```ts
 * import { SimulatedDisk } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const found = new Set(fc.sample(SimulatedDisk.fate, { numRuns: 200, seed: 1 }).map(({ _tag }) => _tag))
 * console.log([...found].sort()) // [ 'Kept', 'Lost', 'Torn', 'Zeroed' ]
 * ```
 * @category arbitraries
 * @since 0.1.0
 */
export const fate: fc.Arbitrary<Medium.Fate> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.constant(kept) },
  { weight: 3, arbitrary: fc.constant(lost) },
  { weight: 2, arbitrary: fc.nat(400).map((bytes): Medium.Fate => ({ _tag: "Torn", bytes })) },
  { weight: 1, arbitrary: fc.constant(zeroed) },
)

/**
 * A disk, which outlives the processes that use it.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as FileSystem from "effect/FileSystem"
 * import { SimulatedDisk } from "everfold/laws"
 *
 * // A new process finds what the one before it wrote, until the power fails.
 * const written = (disk: SimulatedDisk.SimulatedDisk) =>
 *   FileSystem.FileSystem.use((files) => files.readFileString("/log")).pipe(
 *     Effect.orElseSucceed(() => "no such file"),
 *     Effect.provide(disk.layer),
 *   )
 * console.log(await Effect.runPromise(written(SimulatedDisk.make()))) // no such file
 * ```
 * @category model
 * @since 0.1.0
 */
export interface SimulatedDisk {
  /** What a process sees of it: for the layer of a store, in place of the platform's. */
  readonly layer: Layer.Layer<FileSystem.FileSystem>
  /** What a process sees whose changes and syncs meet these faults, one after another, and then none. */
  readonly faulty: (faults: ReadonlyArray<Fault>) => Layer.Layer<FileSystem.FileSystem>
  /**
   * The power fails: whatever was asked and not synced meets its fate, in the order in which it was asked, and is kept
   * where there are no more fates. Without any, it is the process that was killed. What was opened before fails.
   */
  readonly crash: (fates: ReadonlyArray<Medium.Fate>) => Effect.Effect<void>
  /** Every file as processes see it, by its path. */
  readonly files: Effect.Effect<ReadonlyMap<string, Uint8Array>>
  /** How many things are not synced, each of which would meet a fate. */
  readonly unsynced: Effect.Effect<number>
}

/**
 * A new and empty disk.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as FileSystem from "effect/FileSystem"
 * import { SimulatedDisk } from "everfold/laws"
 *
 * const disk = SimulatedDisk.make()
 * const program = Effect.gen(function* () {
 *   const files = yield* FileSystem.FileSystem
 *   yield* files.writeFileString("/log", "synced\n")
 *   for (const path of ["/log", "/"]) yield* Effect.scoped(Effect.flatMap(files.open(path), (file) => file.sync))
 *   yield* files.writeFileString("/log", "not synced\n", { flag: "a" })
 *   yield* disk.crash([{ _tag: "Torn", bytes: 3 }])
 *   return yield* files.readFileString("/log")
 * })
 * console.log(JSON.stringify(await Effect.runPromise(program.pipe(Effect.provide(disk.layer))))) // "synced\nnot"
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = (): SimulatedDisk => {
  const medium = Medium.empty()
  const faulty = (faults: ReadonlyArray<Fault>): Layer.Layer<FileSystem.FileSystem> =>
    Layer.sync(FileSystem.FileSystem, () => {
      let changes = 0
      return Files.make(medium, () => faults[changes++] ?? "None")
    })
  return {
    layer: faulty([]),
    faulty,
    crash: (fates) => Effect.sync(() => Medium.fail(medium, fates)),
    files: Effect.sync(() => new Map([...medium.names].map(([path, { content }]) => [path, content]))),
    unsynced: Effect.sync(() => medium.pending.length),
  }
}
