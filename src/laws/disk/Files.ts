/**
 * Effect's `FileSystem` on a simulated disk.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import { infoOf, ofDirectory, ofFile } from "./Handles.ts"
import * as Medium from "./Medium.ts"
import * as Steps from "./Steps.ts"

const unsupported = (method: string) => (path: string | object | undefined) =>
  Effect.fail(Steps.failed("Unknown", method, String(path), "a simulated disk has files and directories only"))

/**
 * The file system of a medium, whose changes meet the faults that `next` tells.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (medium: Medium.Medium, next: () => Steps.Fault): FileSystem.FileSystem => {
  const steps = Steps.make(next)
  const { look } = steps
  const changing = <A>(step: () => Steps.Change<A>): Effect.Effect<A, PlatformError> =>
    Effect.suspend(() => steps.change(step()))

  const isDirectory = (path: string): boolean => medium.directories.has(path)
  const file = (method: string, path: string): Medium.Inode => {
    const inode = medium.names.get(path)
    if (inode !== undefined) return inode
    throw Steps.failed(isDirectory(path) ? "BadResource" : "NotFound", method, path)
  }
  const within = (path: string, all: boolean): ReadonlyArray<string> => {
    const inside = path === "/" ? "/" : `${path}/`
    return [...medium.directories, ...medium.names.keys()]
      .filter((name) => name !== "/" && name.startsWith(inside) && (all || Medium.parent(name) === path))
      .map((name) => name.slice(inside.length))
      .sort()
  }
  const directory = (method: string, path: string): string => {
    if (isDirectory(path)) return path
    throw Steps.failed(medium.names.has(path) ? "BadResource" : "NotFound", method, path)
  }

  /** The file of that name, made, emptied or refused as the flag says. */
  const opened = (path: string, flag: FileSystem.OpenFlag): Medium.Inode => {
    const found = medium.names.get(path)
    if (found === undefined && flag.startsWith("r")) return file("open", path)
    if (isDirectory(path)) throw Steps.failed("BadResource", "open", path)
    if (found === undefined) {
      directory("open", Medium.parent(path))
      return Medium.create(medium, path)
    }
    if (flag.includes("x")) throw Steps.failed("AlreadyExists", "open", path)
    if (flag.startsWith("w")) Medium.truncate(medium, found, 0)
    return found
  }

  const open = (path: string, flag: FileSystem.OpenFlag): Effect.Effect<FileSystem.File, PlatformError, Scope> => {
    if (flag === "r" && isDirectory(path)) return look(() => ofDirectory(steps, medium, path))
    const done = () => ofFile(steps, medium, path, opened(path, flag), flag)
    return flag.startsWith("r")
      ? look(done)
      : changing(() => ({ method: "open", path, told: `open ${path} (${flag})`, done }))
  }

  return FileSystem.make({
    access: (path) => look(() => void (isDirectory(Medium.normal(path)) || file("access", Medium.normal(path)))),
    stat: (path) => look(() => statOf(Medium.normal(path))),
    lstat: (path) => look(() => statOf(Medium.normal(path))),
    realPath: (path) => Effect.succeed(Medium.normal(path)),
    open: (path, { flag = "r" } = {}) => Effect.suspend(() => open(Medium.normal(path), flag)),
    readFile: (path) => look(() => file("readFile", Medium.normal(path)).content.slice()),
    writeFile: (path, bytes, { flag = "w" } = {}) =>
      Effect.scoped(
        Effect.suspend(() => open(Medium.normal(path), flag)).pipe(Effect.flatMap((handle) => handle.writeAll(bytes))),
      ),
    truncate: (path, length) =>
      Effect.scoped(
        Effect.suspend(() => open(Medium.normal(path), "r+")).pipe(Effect.flatMap((handle) => handle.truncate(length))),
      ),
    makeDirectory: (path, { recursive = false } = {}) =>
      changing(() => {
        const name = Medium.normal(path)
        return { method: "makeDirectory", path: name, done: () => makeDirectory(name, recursive) }
      }),
    readDirectory: (path, { recursive = false } = {}) =>
      look(() => [...within(directory("readDirectory", Medium.normal(path)), recursive)]),
    readDirectoryEntries: (path) =>
      look(() => {
        const of = directory("readDirectoryEntries", Medium.normal(path))
        return within(of, false).map((name) => ({
          name,
          type: isDirectory(Medium.normal(`${of}/${name}`)) ? "Directory" : "File",
        }))
      }),
    rename: (from, to) =>
      changing(() => {
        const [old, name] = [Medium.normal(from), Medium.normal(to)]
        return {
          method: "rename",
          path: old,
          told: `rename ${old} to ${name}`,
          done: () => {
            directory("rename", Medium.parent(name))
            Medium.rename(medium, old, name, file("rename", old))
          },
        }
      }),
    remove: (path, { recursive = false, force = false } = {}) =>
      changing(() => {
        const name = Medium.normal(path)
        return { method: "remove", path: name, done: () => remove(name, recursive, force) }
      }),
    chmod: unsupported("chmod"),
    chown: unsupported("chown"),
    copy: unsupported("copy"),
    copyFile: unsupported("copyFile"),
    link: unsupported("link"),
    makeTempDirectory: unsupported("makeTempDirectory"),
    makeTempDirectoryScoped: unsupported("makeTempDirectoryScoped"),
    makeTempFile: unsupported("makeTempFile"),
    makeTempFileScoped: unsupported("makeTempFileScoped"),
    readLink: unsupported("readLink"),
    symlink: unsupported("symlink"),
    utimes: unsupported("utimes"),
    watch: (path) => Stream.fromEffect(unsupported("watch")(path)),
  })

  function statOf(path: string): FileSystem.File.Info {
    return isDirectory(path) ? infoOf("Directory", 0) : infoOf("File", file("stat", path).content.length)
  }

  function makeDirectory(path: string, recursive: boolean): void {
    if (medium.names.has(path) || (isDirectory(path) && !recursive)) {
      throw Steps.failed("AlreadyExists", "makeDirectory", path)
    }
    const above = Medium.parent(path)
    if (!isDirectory(above)) {
      if (!recursive) throw Steps.failed("NotFound", "makeDirectory", above)
      makeDirectory(above, true)
    }
    medium.directories.add(path)
  }

  function remove(path: string, recursive: boolean, force: boolean): void {
    if (medium.names.has(path)) {
      Medium.remove(medium, [path])
      return
    }
    if (!isDirectory(path)) {
      if (force) return
      throw Steps.failed("NotFound", "remove", path)
    }
    if (!recursive) throw Steps.failed("BadResource", "remove", path, "it is a directory")
    const inside = within(path, true).map((name) => Medium.normal(`${path}/${name}`))
    Medium.remove(
      medium,
      inside.filter((name) => !isDirectory(name)),
    )
    for (const name of [path, ...inside]) if (name !== "/") medium.directories.delete(name)
  }
}
