/**
 * What a simulated disk holds: what is on it for good, and what was asked of it since, which a power failure may take.
 *
 * @since 0.1.0
 */

/**
 * What becomes of one thing that was not synced when the power fails:
 *
 * - `Kept`: it is there
 * - `Lost`: it never happened
 * - `Torn`: of a write, only so many bytes are there
 * - `Zeroed`: of a write, the length is there, and zeros in place of its bytes
 *
 * Whatever is no write is there unless it is lost, torn or zeroed.
 *
 * @example
 * ```ts
 * import { type SimulatedDisk } from "everfold/laws"
 *
 * const halfALine: SimulatedDisk.Fate = { _tag: "Torn", bytes: 20 }
 * ```
 * @category model
 * @since 0.1.0
 */
export type Fate =
  | { readonly _tag: "Kept" }
  | { readonly _tag: "Lost" }
  | { readonly _tag: "Torn"; readonly bytes: number }
  | { readonly _tag: "Zeroed" }

/**
 * A file, by whichever names it has.
 *
 * @category model
 * @since 0.1.0
 */
export interface Inode {
  /** As processes see it. */
  content: Uint8Array
  /** As it is on the disk for good. */
  durable: Uint8Array
}

type Change =
  | { readonly _tag: "Write"; readonly inode: Inode; readonly at: number; readonly bytes: Uint8Array }
  | { readonly _tag: "Truncate"; readonly inode: Inode; readonly length: number }
  /** Some names are gone, and one may be there instead. */
  | { readonly _tag: "Name"; readonly gone: ReadonlyArray<string>; readonly there?: readonly [string, Inode] }

interface Pending {
  readonly change: Change
  /** A sync of it failed: it is taken for done from now on, and never is. */
  isForgotten: boolean
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Medium {
  readonly directories: Set<string>
  readonly names: Map<string, Inode>
  readonly durableNames: Map<string, Inode>
  readonly pending: Array<Pending>
  /** How often the power failed: what was opened before is not open any more. */
  failures: number
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const empty = (): Medium => ({
  directories: new Set(["/"]),
  names: new Map(),
  durableNames: new Map(),
  pending: [],
  failures: 0,
})

/** @category paths @since 0.1.0 */
export const normal = (path: string): string =>
  `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`

/** @category paths @since 0.1.0 */
export const parent = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/"

const written = (content: Uint8Array, at: number, bytes: Uint8Array): Uint8Array => {
  const longer = new Uint8Array(Math.max(content.length, at + bytes.length))
  longer.set(content)
  longer.set(bytes, at)
  return longer
}

const cut = (content: Uint8Array, length: number): Uint8Array => {
  const other = new Uint8Array(length)
  other.set(content.subarray(0, length))
  return other
}

/** The change as it is on the disk after all. */
const settle = (medium: Medium, change: Change): void => {
  switch (change._tag) {
    case "Write":
      change.inode.durable = written(change.inode.durable, change.at, change.bytes)
      return
    case "Truncate":
      change.inode.durable = cut(change.inode.durable, change.length)
      return
    case "Name":
      for (const name of change.gone) medium.durableNames.delete(name)
      if (change.there !== undefined) medium.durableNames.set(...change.there)
  }
}

const ask = (medium: Medium, change: Change): void => void medium.pending.push({ change, isForgotten: false })

/** @category changing @since 0.1.0 */
export const create = (medium: Medium, path: string): Inode => {
  const inode = { content: new Uint8Array(0), durable: new Uint8Array(0) }
  medium.names.set(path, inode)
  ask(medium, { _tag: "Name", gone: [], there: [path, inode] })
  return inode
}

/** @category changing @since 0.1.0 */
export const write = (medium: Medium, inode: Inode, at: number, bytes: Uint8Array): void => {
  const own = bytes.slice()
  inode.content = written(inode.content, at, own)
  ask(medium, { _tag: "Write", inode, at, bytes: own })
}

/** @category changing @since 0.1.0 */
export const truncate = (medium: Medium, inode: Inode, length: number): void => {
  inode.content = cut(inode.content, length)
  ask(medium, { _tag: "Truncate", inode, length })
}

/** @category changing @since 0.1.0 */
export const rename = (medium: Medium, from: string, to: string, inode: Inode): void => {
  medium.names.delete(from)
  medium.names.set(to, inode)
  ask(medium, { _tag: "Name", gone: [from], there: [to, inode] })
}

/** @category changing @since 0.1.0 */
export const remove = (medium: Medium, paths: ReadonlyArray<string>): void => {
  for (const path of paths) medium.names.delete(path)
  ask(medium, { _tag: "Name", gone: paths })
}

const isOf = (subject: Inode | string, change: Change): boolean =>
  change._tag === "Name"
    ? [...change.gone, ...(change.there === undefined ? [] : [change.there[0]])].some(
        (name) => parent(name) === subject,
      )
    : change.inode === subject

/**
 * Puts on the disk for good what was asked of a file, or of the names in a directory; or fails to, and forgets it.
 *
 * @category changing
 * @since 0.1.0
 */
export const sync = (medium: Medium, subject: Inode | string, succeeds: boolean): void => {
  if (!succeeds) {
    for (const pending of medium.pending) pending.isForgotten ||= isOf(subject, pending.change)
    return
  }
  const asked = medium.pending.filter(({ change }) => isOf(subject, change))
  // What was forgotten does not come after what was asked later, and is on the disk for good.
  const due = asked.slice(0, asked.findLastIndex(({ isForgotten }) => !isForgotten) + 1)
  for (const { change, isForgotten } of due) if (!isForgotten) settle(medium, change)
  const rest = medium.pending.filter((pending) => !due.includes(pending))
  medium.pending.splice(0, medium.pending.length, ...rest)
}

const suffer = (change: Change, fate: Fate): Change | undefined => {
  if (fate._tag === "Kept") return change
  if (change._tag !== "Write" || fate._tag === "Lost") return undefined
  const { bytes } = change
  return fate._tag === "Torn"
    ? { ...change, bytes: bytes.subarray(0, fate.bytes % Math.max(1, bytes.length)) }
    : { ...change, bytes: new Uint8Array(bytes.length) }
}

/**
 * The power fails: what was asked since the last sync meets its fate, in the order in which it was asked; `Kept`, where
 * there are no more fates.
 *
 * @category changing
 * @since 0.1.0
 */
export const fail = (medium: Medium, fates: ReadonlyArray<Fate>): void => {
  for (const [i, { change }] of medium.pending.entries()) {
    const left = suffer(change, fates[i] ?? { _tag: "Kept" })
    if (left !== undefined) settle(medium, left)
  }
  medium.pending.length = 0
  medium.names.clear()
  for (const [path, inode] of medium.durableNames) {
    inode.content = inode.durable
    medium.names.set(path, inode)
  }
  medium.failures++
}
