/**
 * What a predicate of texts, numbers or lists may be after: the formats that models use, and what its own source names.
 * A guess is no more than that: whoever asks keeps what the predicate accepts.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"
import * as Plain from "./Plain.ts"

/**
 * What the source of a predicate names.
 *
 * @category model
 * @since 0.1.0
 */
export interface Hints {
  readonly patterns: ReadonlyArray<RegExp>
  readonly numbers: ReadonlyArray<number>
  readonly texts: ReadonlyArray<string>
}

const literal = {
  pattern: /\/((?![*+?/])(?:[^\r\n[/\\]|\\.|\[(?:[^\r\n\]\\]|\\.)*\])+)\/([dgimsuvy]*)/g,
  text: /(["'`])((?:\\.|(?!\1)[^\\])*?)\1/g,
  number: /(?<![\w.])-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?/gi,
}

const patternOf = (source: string, flags: string): ReadonlyArray<RegExp> => {
  try {
    return [new RegExp(source, flags.replaceAll(/[gy]/g, ""))]
  } catch {
    return []
  }
}

const unique = <A>(items: Iterable<A>): ReadonlyArray<A> => [...new Set(items)].slice(0, 16)

/**
 * The patterns, numbers and texts in the source of functions, and the texts in names.
 *
 * @category constructors
 * @since 0.1.0
 */
export const hints = (functions: ReadonlyArray<unknown>, names: ReadonlyArray<string> = []): Hints => {
  const sources = functions.flatMap((f) => (typeof f === "function" ? [Function.prototype.toString.call(f)] : []))
  const all = sources.join("\n")
  return {
    patterns: [...all.matchAll(literal.pattern)].flatMap(([, source = "", flags = ""]) => patternOf(source, flags)),
    numbers: unique([...all.matchAll(literal.number)].map(([digits]) => Number(digits.replaceAll("_", "")))),
    texts: unique([...[all, ...names].join("\n").matchAll(literal.text)].map(([, , text = ""]) => text)),
  }
}

/** Which of them hold a number in between, the narrowest first: the ends that the source names, or are near. */
const ranges = (numbers: ReadonlyArray<number>): ReadonlyArray<readonly [min: number, max: number]> => {
  const ends = [...new Set(numbers.filter(Number.isFinite))].sort((a, b) => a - b)
  const between = ends.flatMap((min, i) => ends.slice(i + 1).map((max) => [min, max] as const))
  return [
    ...between,
    ...ends.map((end) => [end, end + 1000] as const),
    ...ends.map((end) => [end - 1000, end] as const),
  ]
}

const safe = (n: number): number => Math.min(Math.max(n, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)

const whole = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: safe(Math.ceil(min)), max: safe(Math.floor(max)) })

const real = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })

const fits = ([min, max]: readonly [number, number]): boolean => Math.ceil(min) <= Math.floor(max)

/**
 * Numbers, those that the source names first.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export function* numbers({ numbers: named }: Hints): Generator<fc.Arbitrary<number>> {
  for (const range of ranges(named)) {
    if (fits(range)) yield whole(...range)
    yield real(...range)
  }
  if (named.length > 0) yield fc.constantFrom(...named)
  yield whole(0, 2 ** 31 - 1)
  yield whole(1, 100)
  yield whole(-(2 ** 31), -1)
  yield real(0, 1)
  yield real(-90, 90)
  yield real(0, Number.MAX_VALUE)
  yield real(-Number.MAX_VALUE, 0)
  yield whole(1900, 2100)
  yield fc.maxSafeNat()
  yield fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }).map((date) => date.getTime())
  for (const unit of [2, 3, 5, 10, 12, 60, 100, 1000, ...named.filter((n) => Math.abs(n) > 0)]) {
    yield whole(-1000, 1000).map((n) => n * unit)
  }
  yield whole(-100_000, 100_000).map((n) => n / 100)
}

/**
 * Integers of any size, within these bounds or near one of them.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export function* bigints(bounds: ReadonlyArray<unknown>): Generator<fc.Arbitrary<bigint>> {
  yield fc.bigInt()
  const ends = bounds.filter((bound) => typeof bound === "bigint").sort((a, b) => (a < b ? -1 : 1))
  const [min] = ends
  const max = ends.at(-1)
  if (min === undefined || max === undefined) return
  if (min < max) yield fc.bigInt({ min, max })
  yield fc.bigInt({ min: max, max: max + 1000n })
  yield fc.bigInt({ min: min - 1000n, max: min })
}

const alphabets = ["0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789abcdef"]
const lengths = [...Array.from({ length: 20 }, (_, i) => i + 1), 22, 24, 26, 32, 34, 36, 40, 64]

const of = (alphabet: string, minLength: number, maxLength = minLength): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength })

const matching = (pattern: RegExp): ReadonlyArray<fc.Arbitrary<string>> => {
  try {
    return [fc.stringMatching(pattern)]
  } catch {
    // There are patterns that fast-check cannot read.
    return []
  }
}

/** Lengths in those ranges, and none that are long for nothing. */
const counts = (numbers: ReadonlyArray<number>): ReadonlyArray<readonly [min: number, max: number]> =>
  ranges(numbers.filter((n) => Number.isInteger(n) && n >= 0 && n <= 500)).map(([from, max]) => {
    const min = Math.max(0, from)
    return [min, Math.min(max, min + 20)]
  })

const pad = (n: number, width = 2): string => String(n).padStart(width, "0")

/** What models write as a text. */
const formats = (): ReadonlyArray<fc.Arbitrary<string>> => [
  fc.uuid(),
  Plain.date.map((date) => date.toISOString()),
  fc
    .date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })
    .map((d) => d.toISOString().slice(0, 10)),
  fc.emailAddress(),
  fc.webUrl(),
  fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map(String),
  fc.nat().map(String),
  fc.constantFrom("true", "false"),
  Plain.json.map((value) => JSON.stringify(value)),
  fc.bigInt().map(String),
  of("abcdefghijklmnopqrstuvwxyz", 1, 12),
  of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1, 12),
  of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 1, 12),
  of("0123456789abcdef", 1, 32),
  fc.ulid(),
  fc.base64String(),
  fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59)).map(([h, m, s]) => `${pad(h)}:${pad(m)}:${pad(s)}`),
  fc.tuple(fc.nat(23), fc.nat(59)).map(([h, m]) => `${pad(h)}:${pad(m)}`),
  fc.tuple(fc.integer({ min: 1970, max: 2100 }), fc.integer({ min: 1, max: 12 })).map(([y, m]) => `${y}-${pad(m)}`),
  fc.tuple(fc.nat(999_999), fc.nat(99)).map(([n, cents]) => `${n}.${pad(cents)}`),
  fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20)).map((parts) => parts.join(".")),
  of("0123456789", 7, 14).map((digits) => `+${digits}`),
  fc
    .array(of("abcdefghijklmnopqrstuvwxyz0123456789", 1, 6), { minLength: 1, maxLength: 4 })
    .map((all) => all.join("-")),
  fc.domain(),
  fc.ipV4(),
  fc.ipV6(),
  of("0123456789abcdef", 3, 6).map((digits) => `#${digits}`),
  fc.constantFrom("EUR", "USD", "GBP", "JPY", "CHF"),
  fc.constantFrom("DE", "US", "GB", "FR", "JP", "de", "en"),
]

/**
 * Texts, those that the source names first.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export function* texts({ patterns, numbers, texts: named }: Hints): Generator<fc.Arbitrary<string>> {
  for (const pattern of patterns) yield* matching(pattern)
  if (named.length > 0) yield fc.constantFrom(...named)
  for (const part of named) {
    yield Plain.text.map((rest) => part + rest)
    yield Plain.text.map((rest) => rest + part)
    yield fc.tuple(Plain.text, Plain.text).map(([before, after]) => before + part + after)
    yield fc.nat().map((n) => part + n)
    yield fc.uuid().map((id) => part + id)
  }
  for (const [minLength, maxLength] of counts(numbers)) yield fc.string({ minLength, maxLength })
  yield* formats()
  yield Plain.text.map((text) => text.trim())
  yield Plain.text.map((text) => text.toLowerCase())
  yield Plain.text.map((text) => text.toUpperCase())
  for (const length of lengths) {
    yield fc.string({ minLength: length, maxLength: length })
    for (const alphabet of alphabets) yield of(alphabet, length)
  }
  yield fc.string({ minLength: 65, maxLength: 500 })
}

/**
 * Lists of other lengths than usual, and of items that differ.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export function* lists<A>(item: fc.Arbitrary<A>, { numbers }: Hints): Generator<fc.Arbitrary<ReadonlyArray<A>>> {
  yield fc.array(item, { minLength: 1 })
  yield fc.uniqueArray(item, { selector: (item) => JSON.stringify(item) ?? String(item) })
  for (const [minLength, maxLength] of counts(numbers)) yield fc.array(item, { minLength, maxLength })
  for (const length of lengths) yield fc.array(item, { minLength: length, maxLength: length })
  yield fc.array(item, { minLength: 11, maxLength: 40 })
}
