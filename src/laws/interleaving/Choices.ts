/**
 * Lists of choices: generated to meet many interleavings, and made smaller to the few choices that matter.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"
import type { Choice } from "./Turns.ts"

/** More than there are. */
export const all = 99

/** Mostly one, so that whoever is put off comes back in the middle of what the next one does; or nearly for good. */
const behind = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 4 }), fc.constant(all))

/** Choices that follow one another at such distances. */
const following = (distance: fc.Arbitrary<number>, length: fc.ArrayConstraints): fc.Arbitrary<ReadonlyArray<Choice>> =>
  fc.array(fc.tuple(distance, behind), { ...length, size: "max" }).map((list) => {
    let at = 0
    return list.map(([distance, behind]) => {
      at += distance
      return { at, behind }
    })
  })

/**
 * What finds a flaw that shows in one interleaving of many is not known beforehand, so it is tried in several ways: many
 * choices close together, choices here and there, and none, for the order of what happens shows more where less happens
 * at once. Each finds what another one misses, or finds late.
 */
const generated = fc.oneof(
  { weight: 2, arbitrary: fc.constant<ReadonlyArray<Choice>>([]) },
  { weight: 4, arbitrary: following(fc.nat(6), { minLength: 10, maxLength: 60 }) },
  { weight: 3, arbitrary: following(fc.oneof(fc.nat(3), fc.nat(15), fc.nat(63)), { maxLength: 60 }) },
)

/** So few that each range of them is left out once. */
const few = 6

/** So many steps are tried for the one choice that may do instead of several. */
const elsewhere = 60

/** With fewer choices, then with choices that put off less, and earlier. */
function* smaller(choices: ReadonlyArray<Choice>): IterableIterator<ReadonlyArray<Choice>> {
  const { length } = choices
  for (let cut = length; cut >= 1; cut = cut > few ? Math.floor(cut / 2) : cut - 1) {
    // Two that belong together may lie apart only where there are few.
    for (let from = length - cut; from >= 0; from -= length > few ? cut : 1) yield choices.toSpliced(from, cut)
  }
  for (const [i, { at, behind }] of choices.entries()) {
    if (behind > 1) yield choices.with(i, { at, behind: 1 })
    if (behind > 2) yield choices.with(i, { at, behind: Math.min(behind - 1, 4) })
    const least = choices[i - 1]?.at ?? 0
    for (let by = at - least; by >= 1; by = Math.floor(by / 2)) yield choices.with(i, { at: at - by, behind })
  }
  // What took several where they were found may take one elsewhere.
  if (length <= 1) return
  for (let at = 0; at < elsewhere; at++) yield* [[{ at, behind: 1 }], [{ at, behind: all }]]
}

class Choices extends fc.Arbitrary<ReadonlyArray<Choice>> {
  override generate(random: fc.Random, bias: number | undefined): fc.Value<ReadonlyArray<Choice>> {
    return new fc.Value(generated.generate(random, bias).value, undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is ReadonlyArray<Choice> {
    return Array.isArray(value)
  }

  override shrink(choices: ReadonlyArray<Choice>): fc.Stream<fc.Value<ReadonlyArray<Choice>>> {
    return fc.stream(smaller(choices)).map((less) => new fc.Value(less, undefined))
  }
}

/**
 * @category arbitraries
 * @since 0.1.0
 */
export const choices: fc.Arbitrary<ReadonlyArray<Choice>> = new Choices()
