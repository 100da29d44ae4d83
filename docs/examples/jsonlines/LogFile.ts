// A file of lines that one process at a time has open: it is read when it is opened, and then only grows.
import { dirname } from "node:path"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import { type File, FileSystem } from "effect/FileSystem"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import { CommitUnknown, StoreUnavailable } from "everfold"
import { isLeft } from "fp-ts/lib/Either.js"
import * as Line from "./Line.ts"
import { Lock } from "./Lock.ts"

/** The file holds something else, or is damaged before its last line. It was left as it is. */
export class FileInvalid extends TaggedError("FileInvalid")<{
  readonly filename: string
  readonly line: number
  readonly reason: string
}> {
  override get message(): string {
    return `Line ${this.line} of ${this.filename} cannot be read: ${this.reason}. Restore it from a backup.`
  }
}

const header = Buffer.from('{"format":"everfold/jsonlines","version":1}\n')
const newline = 0x0a
const chunkSize = 1024 * 1024

/** Of a file that was never finished, a crash leaves a part of the header, perhaps with zeros in place of bytes. */
const isUnfinished = (bytes: Uint8Array): boolean =>
  bytes.length <= header.length && bytes.every((byte, i) => byte === header[i] || byte === 0)

/** The bytes at the beginning of a file: less than `size` where it has no more. */
const beginning = Effect.fnUntraced(function* (file: File, size: number) {
  const bytes = new Uint8Array(size)
  let length = 0
  for (let more = 1; more > 0 && length < size; length += more) {
    more = yield* file.read(bytes.subarray(length), { position: BigInt(length) })
  }
  return bytes.subarray(0, length)
})

/** Hands over each line after the header, and answers the end of the last that is whole. */
const readLines = Effect.fnUntraced(function* (file: File, filename: string, add: (line: Line.Line) => void) {
  const start = yield* beginning(file, header.length + 1)
  if (!header.equals(start.subarray(0, header.length))) {
    if (!isUnfinished(start)) {
      return yield* new FileInvalid({ filename, line: 1, reason: "it does not begin a store of this kind" })
    }
    yield* file.truncate(0)
    yield* file.writeAll(header)
    return { end: Line.none, size: header.length }
  }
  yield* file.seek(BigInt(header.length), "start")
  let end = Line.none
  let size = header.length
  let rest: Uint8Array = new Uint8Array(0)
  /** Why a whole line is none. At the end of the file a crash may have left it; before, it is damage. */
  let fault: string | undefined
  for (;;) {
    const chunk = yield* file.readAlloc(chunkSize)
    if (fault !== undefined && (Option.isSome(chunk) || rest.length > 0)) {
      return yield* new FileInvalid({ filename, line: end.count + 2, reason: fault })
    }
    if (Option.isNone(chunk)) break
    rest = rest.length === 0 ? chunk.value : Buffer.concat([rest, chunk.value])
    let from = 0
    for (let to = rest.indexOf(newline, from); to >= 0; to = rest.indexOf(newline, from)) {
      const read = Line.read(end, rest.subarray(from, to))
      if (isLeft(read)) {
        fault = read.left
        from = to + 1
        break
      }
      add(read.right.line)
      end = read.right.end
      size += to + 1 - from
      from = to + 1
    }
    rest = rest.subarray(from)
  }
  yield* file.truncate(size)
  return { end, size }
})

/**
 * Opens the file and hands over its lines. What a crash left of an unfinished last line is cut off. What is read then is
 * on the disk, also where the process that wrote it did not live to see to that.
 */
export const open = Effect.fnUntraced(
  function* (filename: string, add: (line: Line.Line) => void) {
    const fs = yield* FileSystem
    const lock = yield* Lock
    const file = yield* fs.open(filename, { flag: "a+" })
    yield* lock.take(yield* fs.realPath(filename))
    const read = yield* readLines(file, filename, add)
    yield* file.sync
    yield* Effect.scoped(Effect.flatMap(fs.open(dirname(filename)), (folder) => folder.sync))
    return { append: appending(file, filename, read) }
  },
  (opened, filename) =>
    Effect.catchTag(opened, "PlatformError", (cause) =>
      Effect.fail(new StoreUnavailable({ what: `opening ${filename}`, retryable: false, cause })),
    ),
)

/** Writes a line after the lines that were read, and answers when it is on the disk. */
const appending = (file: File, filename: string, { end, size }: { end: Line.End; size: number }) => {
  const what = `writing ${filename}`
  /** Once nobody knows what the file holds, only opening it anew tells. */
  let doubt: PlatformError | undefined
  /** A part of the line may be there, where a disk has no room for the rest; or all of it, and not for long. */
  const takeBack = (cause: PlatformError) =>
    Effect.matchEffect(Effect.andThen(file.truncate(size), file.sync), {
      onSuccess: () => Effect.fail(new StoreUnavailable({ what, retryable: true, cause })),
      onFailure: () => {
        doubt = cause
        return Effect.fail(new CommitUnknown({ cause }))
      },
    })
  return Effect.fnUntraced(function* (line: Line.Line) {
    if (doubt !== undefined) return yield* new StoreUnavailable({ what, retryable: false, cause: doubt })
    const written = Line.write(end, line)
    const bytes = Buffer.concat([written.bytes, Buffer.of(newline)])
    yield* Effect.catch(Effect.andThen(file.writeAll(bytes), file.sync), takeBack)
    end = written.end
    size += bytes.length
  })
}
