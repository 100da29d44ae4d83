// One process at a time. A lock that is only a file stays behind when its process is killed, and a person has to come. So
// the operating system holds this one, by way of SQLite, which knows how on every platform and comes with Node: when the
// process ends, however it ends, the lock is free.
import { DatabaseSync } from "node:sqlite"
import * as Context from "effect/Context"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import { StoreUnavailable } from "everfold"

/** Somebody has the file open: another process, or this one. */
export class FileInUse extends TaggedError("FileInUse")<{ readonly filename: string }> {
  override get message(): string {
    return `${this.filename} is open already, in another process or in this one. Close it there first.`
  }
}

const busy = 5

const acquire = (filename: string): DatabaseSync => {
  const lock = new DatabaseSync(`${filename}.lock`)
  try {
    lock.exec("BEGIN EXCLUSIVE")
    return lock
  } catch (error) {
    lock.close()
    throw error
  }
}

/** How a file is kept to one process. */
export const Lock = Context.Reference<{
  readonly take: (filename: string) => Effect.Effect<void, FileInUse | StoreUnavailable, Scope>
}>("everfold/examples/jsonlines/Lock", {
  defaultValue: () => ({
    take: (filename) =>
      Effect.acquireRelease(
        Effect.try({
          try: () => acquire(filename),
          catch: (cause) =>
            cause instanceof Error && "errcode" in cause && cause.errcode === busy
              ? new FileInUse({ filename })
              : new StoreUnavailable({ what: `locking ${filename}`, retryable: false, cause }),
        }),
        (lock) => Effect.sync(() => lock.close()),
      ),
  }),
})

/** Keeps nobody out: for a disk that is simulated, which one process has to itself. */
export const none = Layer.succeed(Lock, { take: () => Effect.void })
