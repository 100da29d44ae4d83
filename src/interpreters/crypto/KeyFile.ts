/**
 * A file that holds keys: read only where nobody but its owner can read or replace it, and written whole.
 *
 * @since 0.1.0
 */
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { dirname } from "node:path"

/** A ring of keys is small; what is larger is another file. */
const maxBytes = 1024 * 1024

const windows = process.platform === "win32"

const has = (code: string, error: unknown): boolean => error instanceof Error && "code" in error && error.code === code

/** Why a file is not to be trusted with keys. */
const fault = (stat: fs.Stats): string | undefined => {
  if (!stat.isFile()) return "it is not a file"
  if (stat.size > maxBytes) return "it is larger than 1 MiB"
  if (windows) return undefined
  if ((stat.mode & 0o077) !== 0) return "others than its owner may read or write it; run chmod 600 on it"
  // Whoever owns it can replace it, by keys that they know.
  const self = process.geteuid?.()
  return stat.uid === 0 || stat.uid === self
    ? undefined
    : `it belongs to user ${stat.uid}, and this process runs as user ${self}; run chown on it`
}

/**
 * The text of a file, looked at and read through one descriptor, so that it cannot be replaced between. Throws where it
 * cannot be read or must not be trusted.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = (filename: string): string => {
  // Without O_NONBLOCK (which Windows has not), opening a pipe waits for a writer.
  const file = fs.openSync(filename, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
  try {
    const reason = fault(fs.fstatSync(file))
    if (reason !== undefined) throw new Error(reason)
    return fs.readFileSync(file, "utf8")
  } finally {
    fs.closeSync(file)
  }
}

/** A new name in a folder is kept only once the folder is flushed; Windows does not know how. */
const flushFolder = (filename: string): void => {
  if (windows) return
  const folder = fs.openSync(dirname(filename), fs.constants.O_RDONLY)
  try {
    fs.fsyncSync(folder)
  } finally {
    fs.closeSync(folder)
  }
}

/** Writes a text whole under a name of its own, for its owner only, and hands that over to be given its name. */
const drafted = (filename: string, text: string, place: (draft: string) => void): void => {
  const draft = `${filename}.${randomBytes(6).toString("hex")}`
  try {
    fs.writeFileSync(draft, text, { mode: 0o600, flag: "wx", flush: true })
    place(draft)
    flushFolder(filename)
  } finally {
    fs.rmSync(draft, { force: true })
  }
}

/**
 * The text of a file; where there is none yet, it is made. Of two first runs at once one makes it, and neither reads
 * half.
 *
 * @category reading
 * @since 0.1.0
 */
export const readOrMake = (filename: string, make: () => string): string => {
  try {
    return read(filename)
  } catch (error) {
    if (!has("ENOENT", error)) throw error
  }
  drafted(filename, make(), (draft) => {
    try {
      fs.linkSync(draft, filename)
    } catch (taken) {
      if (!has("EEXIST", taken)) throw taken
    }
  })
  return read(filename)
}

/**
 * Puts a text in place of a file's, at once: whoever reads finds the old one or the new one. A link stays a link.
 *
 * @category writing
 * @since 0.1.0
 */
export const replace = (filename: string, text: string): void => {
  const target = fs.realpathSync(filename)
  drafted(target, text, (draft) => fs.renameSync(draft, target))
}
