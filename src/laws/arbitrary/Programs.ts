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

class Program<A> extends fc.Arbitrary<ReadonlyArray<A>> {
  readonly operation: fc.Arbitrary<A>
  readonly least: number
  readonly most: number
  /** How each operation of a program came about, to make it smaller. */
  readonly made = new WeakMap<ReadonlyArray<A>, ReadonlyArray<fc.Value<A>>>()

  constructor(operation: fc.Arbitrary<A>, { minLength = 0, maxLength }: Bounds) {
    super()
    this.operation = operation
    this.least = minLength
    this.most = maxLength
  }

  of(operations: ReadonlyArray<fc.Value<A>>): fc.Value<ReadonlyArray<A>> {
    const program = operations.map((operation) => operation.value)
    this.made.set(program, operations)
    return new fc.Value(program, undefined)
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<ReadonlyArray<A>> {
    const length = random.nextInt(this.least, this.most)
    return this.of(Array.from({ length }, () => this.operation.generate(random, bias)))
  }

  override canShrinkWithoutContext(_: unknown): _ is ReadonlyArray<A> {
    return false
  }

  override shrink(program: ReadonlyArray<A>): fc.Stream<fc.Value<ReadonlyArray<A>>> {
    return fc.stream(this.smaller(this.made.get(program) ?? []))
  }

  *smaller(operations: ReadonlyArray<fc.Value<A>>): IterableIterator<fc.Value<ReadonlyArray<A>>> {
    const { length } = operations
    for (let cut = length; cut >= 1; cut = Math.floor(cut / 2)) {
      if (length - cut >= this.least) yield this.of(operations.slice(0, length - cut))
    }
    if (length > this.least) {
      for (let i = length - 2; i >= 0; i--) yield this.of(operations.toSpliced(i, 1))
    }
    for (const [i, operation] of operations.entries()) {
      for (const less of this.operation.shrink(operation.value_, operation.context)) {
        yield this.of(operations.with(i, less))
      }
    }
  }
}

/**
 * Lists of operations.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const program = <A>(operation: fc.Arbitrary<A>, bounds: Bounds): fc.Arbitrary<ReadonlyArray<A>> =>
  new Program(operation, bounds)
