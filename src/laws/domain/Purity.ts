/**
 * What it takes to see that a function is not pure: arguments that cannot be changed, copies to compare with, a clock
 * and dice that can be moved.
 *
 * @since 0.1.0
 */

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

/**
 * Freezes plain data, deeply; leaves instances of classes alone.
 *
 * @category freezing
 * @since 0.1.0
 */
export const freeze = (value: unknown): void => {
  if (typeof value !== "object" || value === null || !isPlain(value) || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const property of Object.values(value)) freeze(property)
}

const clone = (value: unknown, copies: Map<object, unknown>): unknown => {
  if (typeof value !== "object" || value === null) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  if (value instanceof Date) return new Date(value)
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (value instanceof Map) {
    const copied = new Map<unknown, unknown>()
    copies.set(value, copied)
    for (const [key, item] of value) copied.set(key, clone(item, copies))
    return copied
  }
  if (value instanceof Set) return new Set(value)
  if (Array.isArray(value)) {
    const copied: Array<unknown> = []
    copies.set(value, copied)
    for (const item of value) copied.push(clone(item, copies))
    return copied
  }
  const copied: object = Object.create(Object.getPrototypeOf(value))
  copies.set(value, copied)
  for (const [key, property] of Object.entries(value)) {
    Object.defineProperty(copied, key, {
      value: clone(property, copies),
      configurable: true,
      enumerable: true,
      writable: true,
    })
  }
  return copied
}

/**
 * A structural copy, whatever is frozen in the original.
 *
 * @category copying
 * @since 0.1.0
 */
export function copy<A>(value: A): A
export function copy(value: unknown): unknown {
  return clone(value, new Map())
}

/**
 * What a function can depend on without being given it. Nothing else of them counts: `0` and `1` are two of each.
 *
 * @category model
 * @since 0.1.0
 */
export interface World {
  readonly clock: 0 | 1
  readonly dice: 0 | 1
}

/** The same in every run, so that a run can be repeated. */
const noon = Date.UTC(2026, 0, 1, 12)

/**
 * Calls a synchronous function in a world.
 *
 * @category running
 * @since 0.1.0
 */
export const shifted = <A>({ clock, dice }: World, f: () => A): A => {
  const { Date: date, Math: math } = globalThis
  const random = math.random
  const now = noon + clock * 86_400_000 * 400
  let thrown = 0
  globalThis.Date = new Proxy(date, {
    construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now] : args),
    apply: () => new date(now).toString(),
    get: (target, key) => (key === "now" ? () => now : Reflect.get(target, key)),
  })
  math.random = () => (dice === 0 ? 0.25 : 0.75) + thrown++ / 1_000_000
  try {
    return f()
  } finally {
    globalThis.Date = date
    math.random = random
  }
}
