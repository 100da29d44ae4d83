// A file of lines that one process at a time has open: it is read when it is opened, and then only grows.
import * as process from "node:process"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import { FileSystem } from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import { StoreUnavailable } from "everfold"
import * as Line from "./Line.ts"

/** Another process has the file open. */
export class FileInUse extends TaggedError("FileInUse")<{ readonly filename: string; readonly lock: string }> {
  override get message(): string {
    return `${this.filename} is in use by another process. If there is none any more, remove ${this.lock}.`
  }
}

/** The file holds something else. */
export class FileInvalid extends TaggedError("FileInvalid")<{
  readonly filename: string
  readonly line: number
  readonly reason: string
}> {
  override get message(): string {
    return `Line ${this.line} of ${this.filename} cannot be read: ${this.reason}. Restore it from a backup.`
  }
}

const unavailable = (what: string) => (cause: PlatformError) => new StoreUnavailable({ what, retryable: false, cause })

const newline = 0x0a

/** Opens the file; what a crash left of an unfinished last line is cut off. */
export const open = Effect.fnUntraced(function* (filename: string) {
  const fs = yield* FileSystem
  const lock = `${filename}.lock`
  yield* Effect.acquireRelease(
    fs
      .writeFile(lock, new TextEncoder().encode(String(process.pid)), { flag: "wx" })
      .pipe(
        Effect.mapError((error) =>
          error.reason._tag === "AlreadyExists"
            ? new FileInUse({ filename, lock })
            : unavailable(`locking ${filename}`)(error),
        ),
      ),
    () => Effect.orDie(fs.remove(lock)),
  )
  const { file, bytes } = yield* Effect.gen(function* () {
    const file = yield* fs.open(filename, { flag: "a+" })
    const bytes = yield* fs.readFile(filename)
    return { file, bytes }
  }).pipe(Effect.mapError(unavailable(`opening ${filename}`)))

  const end = bytes.lastIndexOf(newline) + 1
  if (end < bytes.length) yield* file.truncate(end).pipe(Effect.mapError(unavailable(`mending ${filename}`)))
  const lines: Array<Line.Line> = []
  const texts = new TextDecoder().decode(bytes.subarray(0, end)).split("\n").slice(0, -1)
  for (const [i, text] of texts.entries()) {
    lines.push(
      yield* Effect.try({
        try: () => Line.read(text),
        catch: (cause) => new FileInvalid({ filename, line: i + 1, reason: String(cause) }),
      }),
    )
  }

  /** Answers when the line is on the disk. */
  const append = (line: Line.Line): Effect.Effect<void, StoreUnavailable> =>
    file
      .writeAll(new TextEncoder().encode(`${Line.write(line)}\n`))
      .pipe(Effect.andThen(file.sync), Effect.mapError(unavailable(`writing ${filename}`)))

  return { lines, append }
})
