// Effect's FileSystem over node:fs: the few operations that the store asks for. With @effect/platform-node installed,
// `NodeFileSystem.layer` of that package does instead.
import * as fs from "node:fs/promises"
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { badArgument, type PlatformError, type SystemErrorTag, systemError } from "effect/PlatformError"

const tags: { readonly [code: string]: SystemErrorTag } = {
  ENOENT: "NotFound",
  EEXIST: "AlreadyExists",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  EISDIR: "BadResource",
  ENOTDIR: "BadResource",
  EBUSY: "Busy",
}

const failure = (method: string, pathOrDescriptor: string | number, cause: unknown): PlatformError => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  const description = cause instanceof Error ? cause.message : String(cause)
  const _tag = tags[code] ?? "Unknown"
  return systemError({ _tag, module: "FileSystem", method, pathOrDescriptor, description, cause })
}

const attempt = <A>(method: string, path: string | number, run: () => Promise<A>): Effect.Effect<A, PlatformError> =>
  Effect.tryPromise({ try: run, catch: (cause) => failure(method, path, cause) })

const infoOf = (handle: fs.FileHandle): Promise<FileSystem.File.Info> =>
  handle.stat({ bigint: true }).then((stat) => ({
    type: stat.isFile() ? "File" : stat.isDirectory() ? "Directory" : "Unknown",
    mtime: Option.some(stat.mtime),
    atime: Option.some(stat.atime),
    birthtime: Option.some(stat.birthtime),
    dev: stat.dev,
    ino: Option.some(stat.ino),
    mode: Number(stat.mode),
    nlink: Option.some(stat.nlink),
    uid: Option.some(Number(stat.uid)),
    gid: Option.some(Number(stat.gid)),
    rdev: Option.some(stat.rdev),
    size: ByteSize.bytes(stat.size),
    blksize: Option.some(ByteSize.bytes(stat.blksize)),
    blocks: Option.some(stat.blocks),
  }))

/** An open file. It appends where it was opened to append, and otherwise writes at its cursor. */
const fileOf = (handle: fs.FileHandle, appends: boolean): FileSystem.File => {
  const on = <A>(method: string, run: () => Promise<A>) => attempt(method, handle.fd, run)
  let cursor = 0
  const read = (buffer: Uint8Array, position: bigint | undefined) =>
    on("read", async () => {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position ?? cursor)
      if (position === undefined) cursor += bytesRead
      return bytesRead
    })
  const write = (buffer: Uint8Array) =>
    on("write", async () => {
      const { bytesWritten } = await handle.write(buffer, 0, buffer.length, appends ? null : cursor)
      if (!appends) cursor += bytesWritten
      return bytesWritten
    })
  const writeAll = (buffer: Uint8Array): Effect.Effect<void, PlatformError> =>
    Effect.flatMap(write(buffer), (written) =>
      written < buffer.length ? writeAll(buffer.subarray(written)) : Effect.void,
    )
  return {
    [FileSystem.FileTypeId]: FileSystem.FileTypeId,
    stat: on("stat", () => infoOf(handle)),
    seek: (offset, from) =>
      Effect.suspend(() => {
        const to = Number(offset) + (from === "start" ? 0 : cursor)
        if (to < 0) return Effect.fail(badArgument({ module: "FileSystem", method: "seek" }))
        cursor = to
        return Effect.succeed(BigInt(to))
      }),
    sync: on("sync", () => handle.sync()),
    read: (buffer, options) => read(buffer, options?.position),
    readAlloc: (size, options) => {
      const buffer = new Uint8Array(size)
      return Effect.map(read(buffer, options?.position), (bytes) =>
        bytes === 0 ? Option.none() : Option.some(buffer.subarray(0, bytes)),
      )
    },
    truncate: (length = 0) =>
      on("truncate", async () => {
        await handle.truncate(length)
        cursor = Math.min(cursor, length)
      }),
    write,
    writeAll,
  }
}

/** Effect's FileSystem in Node, as far as a store needs it: what is not here is not found. */
export const layer: Layer.Layer<FileSystem.FileSystem> = FileSystem.layerNoop({
  open: (path, { flag = "r", mode } = {}) =>
    Effect.acquireRelease(
      attempt("open", path, () => fs.open(path, flag, mode)),
      (handle) => Effect.promise(() => handle.close()),
    ).pipe(Effect.map((handle) => fileOf(handle, flag.startsWith("a")))),
  realPath: (path) => attempt("realPath", path, () => fs.realpath(path)),
})
