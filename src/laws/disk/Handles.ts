/**
 * Open files and directories of a simulated disk.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as Medium from "./Medium.ts"
import { failed, type Steps } from "./Steps.ts"

const unknown = Option.none()
/** @category conversions @since 0.1.0 */
export const infoOf = (type: FileSystem.File.Type, size: number): FileSystem.File.Info => ({
  type,
  size: ByteSize.bytes(size),
  mode: 0o644,
  dev: 0n,
  mtime: unknown,
  atime: unknown,
  birthtime: unknown,
  ino: unknown,
  nlink: unknown,
  uid: unknown,
  gid: unknown,
  rdev: unknown,
  blksize: unknown,
  blocks: unknown,
})

const half = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, Math.floor(bytes.length / 2))

const syncing = (
  { change }: Steps,
  medium: Medium.Medium,
  path: string,
  subject: Medium.Inode | string,
): Effect.Effect<void, PlatformError> =>
  change({
    method: "sync",
    path,
    done: () => Medium.sync(medium, subject, true),
    fails: () => Medium.sync(medium, subject, false),
  })

/**
 * A directory is opened to be synced.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofDirectory = (steps: Steps, medium: Medium.Medium, path: string): FileSystem.File => {
  const refuse = Effect.fail(failed("BadResource", "read", path, "it is a directory"))
  const none = () => refuse
  return {
    [FileSystem.FileTypeId]: FileSystem.FileTypeId,
    stat: steps.look(() => infoOf("Directory", 0)),
    sync: syncing(steps, medium, path, path),
    seek: none,
    read: none,
    readAlloc: none,
    truncate: none,
    write: none,
    writeAll: none,
  }
}

/**
 * A file, read and written as its flag says.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofFile = (
  steps: Steps,
  medium: Medium.Medium,
  path: string,
  inode: Medium.Inode,
  flag: FileSystem.OpenFlag,
): FileSystem.File => {
  const { look, change } = steps

  const openedAt = medium.failures
  let position = 0
  const alive = (method: string): void => {
    if (medium.failures !== openedAt) throw failed("BadResource", method, path, "the power failed since")
  }
  const put = (bytes: Uint8Array): number => {
    alive("write")
    if (flag === "r") throw failed("BadResource", "write", path, "it was opened to be read")
    const at = flag.startsWith("a") ? inode.content.length : position
    Medium.write(medium, inode, at, bytes)
    if (!flag.startsWith("a")) position = at + bytes.length
    return bytes.length
  }
  const take = (size: number, at: bigint | undefined): Uint8Array => {
    alive("read")
    const from = at === undefined ? position : Number(at)
    const bytes = inode.content.slice(from, from + size)
    if (at === undefined) position += bytes.length
    return bytes
  }
  return {
    [FileSystem.FileTypeId]: FileSystem.FileTypeId,
    stat: look(() => infoOf("File", inode.content.length)),
    sync: Effect.andThen(
      look(() => alive("sync")),
      syncing(steps, medium, path, inode),
    ),
    seek: (offset, from) =>
      Effect.sync(() => {
        position = Number(offset) + (from === "current" ? position : 0)
        return BigInt(position)
      }),
    read: (buffer, options) =>
      look(() => {
        const bytes = take(buffer.length, options?.position)
        buffer.set(bytes)
        return bytes.length
      }),
    readAlloc: (size, options) =>
      look(() => {
        const bytes = take(size, options?.position)
        return bytes.length === 0 ? Option.none() : Option.some(bytes)
      }),
    truncate: (length = 0) =>
      change({
        method: "truncate",
        path,
        told: `truncate ${path} to ${length} bytes`,
        done: () => {
          alive("truncate")
          Medium.truncate(medium, inode, length)
        },
      }),
    write: (bytes) =>
      change({
        method: "write",
        path,
        told: `write ${bytes.length} bytes to ${path}`,
        done: () => put(bytes),
        halfway: () => put(half(bytes)),
      }),
    writeAll: (bytes) =>
      change({
        method: "write",
        path,
        told: `write ${bytes.length} bytes to ${path}`,
        done: () => void put(bytes),
        halfway: () => {
          put(half(bytes))
          throw failed("WriteZero", "writeAll", path, "an injected fault")
        },
      }),
  }
}
