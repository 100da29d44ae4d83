/**
 * Programs: lists of operations that are made smaller from the end, then by leaving out any operation, then operation by
 * operation. What follows a failure never matters, and an array of fast-check keeps it.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"

/**
 * @category model
 * @since 0.1.0
 */
export interface Bounds {
  readonly minLength?: number
  readonly maxLength: number
}

/**
 * An operation, and the arbitrary that made it: the same one makes it smaller.
 *
 * @category model
 * @since 0.1.0
 */
export interface Made<A> {
  readonly by: fc.Arbitrary<A>
  readonly operation: fc.Value<A>
  /** The dice that made it, for as long as it is what they made. */
  readonly dice?: Dice
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Dice {
  readonly random: fc.Random
  readonly bias: number | undefined
}

/**
 * How the operations of a program come about, one after another.
 *
 * @category model
 * @since 0.1.0
 */
export interface Growth<A> {
  readonly grow: (dice: Dice) => ReadonlyArray<Made<A>>
  /** The same after some were made smaller or left out, where the same dice now make something else of those behind. */
  readonly adapt: (made: ReadonlyArray<Made<A>>) => ReadonlyArray<Made<A>>
}

class Program<A> extends fc.Arbitrary<ReadonlyArray<A>> {
  readonly growth: Growth<A>
  readonly least: number
  /** How each operation of a program came about, to make it smaller. */
  readonly made = new WeakMap<ReadonlyArray<A>, ReadonlyArray<Made<A>>>()

  constructor(growth: Growth<A>, least: number) {
    super()
    this.growth = growth
    this.least = least
  }

  of(made: ReadonlyArray<Made<A>>): fc.Value<ReadonlyArray<A>> {
    const program = made.map(({ operation }) => operation.value)
    this.made.set(program, made)
    return new fc.Value(program, undefined)
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<ReadonlyArray<A>> {
    return this.of(this.growth.grow({ random, bias }))
  }

  override canShrinkWithoutContext(_: unknown): _ is ReadonlyArray<A> {
    return false
  }

  override shrink(program: ReadonlyArray<A>): fc.Stream<fc.Value<ReadonlyArray<A>>> {
    return fc.stream(this.smaller(this.made.get(program) ?? []))
  }

  *smaller(made: ReadonlyArray<Made<A>>): IterableIterator<fc.Value<ReadonlyArray<A>>> {
    const { length } = made
    for (let cut = length; cut >= 1; cut = Math.floor(cut / 2)) {
      if (length - cut >= this.least) yield this.of(made.slice(0, length - cut))
    }
    if (length > this.least) {
      for (let i = length - 2; i >= 0; i--) yield* this.both(made.toSpliced(i, 1))
    }
    for (const [i, { by, operation }] of made.entries()) {
      for (const less of by.shrink(operation.value_, operation.context)) {
        yield* this.both(made.with(i, { by, operation: less }))
      }
    }
  }

  /** As it is, and as it would be made now. */
  *both(made: ReadonlyArray<Made<A>>): IterableIterator<fc.Value<ReadonlyArray<A>>> {
    yield this.of(made)
    const adapted = this.growth.adapt(made)
    if (adapted.some((each, i) => each !== made[i])) yield this.of(adapted)
  }
}

/**
 * Programs that grow, of `least` operations at least.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const growing = <A>(growth: Growth<A>, least: number): fc.Arbitrary<ReadonlyArray<A>> =>
  new Program(growth, least)

/**
 * Lists of operations.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const program = <A>(by: fc.Arbitrary<A>, { minLength = 0, maxLength }: Bounds): fc.Arbitrary<ReadonlyArray<A>> =>
  growing(
    {
      grow: ({ random, bias }) => {
        const length = random.nextInt(minLength, maxLength)
        return Array.from({ length }, () => ({ by, operation: by.generate(random, bias) }))
      },
      adapt: (made) => made,
    },
    minLength,
  )
