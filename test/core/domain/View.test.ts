import * as fc from "fast-check"
import { none, some } from "fp-ts/lib/Option.js"
import { describe, expect, it } from "vitest"
import * as View from "../../../src/core/domain/View.ts"

const sum = View.make(0, (total: number, n: number) => total + n)
const trail = View.make("", (text: string, n: number) => `${text}(${n})`)

describe("a view", () => {
  it("starts at its initial state and folds from the left", () => {
    expect(View.fold(trail)([])).toBe("")
    expect(View.fold(trail)([1, 2, 3])).toBe("(1)(2)(3)")
  })

  it("goes on from a state that is given, also a falsy one", () => {
    expect(View.fold(trail)([3], "(1)(2)")).toBe("(1)(2)(3)")
    const countdown = View.make(10, (n: number, by: number) => n - by)
    expect(View.fold(countdown)([1], 0)).toBe(-1)
  })

  it("goes on from null as from any other state", () => {
    const gone = View.make<string | null, string>("here", (state, event) => (event === "leave" ? null : state))
    expect(View.fold(gone)(["stay"], View.fold(gone)(["leave"]))).toBe(null)
  })

  it("goes on from undefined as from any other state", () => {
    const gone = View.make<string | undefined, string>("here", (state, event) =>
      event === "leave" ? undefined : state,
    )
    expect(View.fold(gone)(["leave", "stay"])).toBe(undefined)
    expect(View.fold(gone)(["stay"], View.fold(gone)(["leave"]))).toBe(undefined)
  })

  it("folds any iterable, once", () => {
    function* numbers() {
      yield 1
      yield 2
    }
    expect(View.fold(sum)(numbers())).toBe(3)
    expect(View.fold(sum)(new Set([4, 4, 5]))).toBe(9)
  })

  it("folds a long history without growing the stack", () => {
    expect(View.fold(sum)(Array.from({ length: 200_000 }, () => 1))).toBe(200_000)
  })

  it("folds a history cut anywhere as it folds the whole", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (xs, ys) => {
        expect(View.fold(trail)(ys, View.fold(trail)(xs))).toBe(View.fold(trail)([...xs, ...ys]))
      }),
    )
  })
})

describe("contramap", () => {
  it("translates each event before it is folded", () => {
    const lengths = View.contramap((text: string) => text.length)(sum)
    expect(lengths.initial).toBe(0)
    expect(View.fold(lengths)(["a", "bb", "ccc"])).toBe(6)
  })

  it("of two functions one after the other is that of their composition", () => {
    const double = (n: number) => n * 2
    const parse = (text: string) => Number(text)
    const twice = View.contramap(parse)(View.contramap(double)(trail))
    const once = View.contramap((text: string) => double(parse(text)))(trail)
    expect(View.fold(twice)(["1", "20"])).toBe("(2)(40)")
    expect(View.fold(once)(["1", "20"])).toBe("(2)(40)")
  })
})

describe("product", () => {
  it("folds both views in one pass: the banana split", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (events) => {
        expect(View.fold(View.product({ sum, trail }))(events)).toEqual({
          sum: View.fold(sum)(events),
          trail: View.fold(trail)(events),
        })
      }),
    )
  })
})

describe("other views", () => {
  it("see nothing where they are the unit", () => {
    expect(View.fold(View.unit)([1, 2])).toEqual({})
    expect(View.fold(View.product({}))([1, 2])).toEqual({})
  })

  it("are folded side by side, however many they are", () => {
    const power = (n: number) => View.make(0, (total: number, event: number) => total + event ** n)
    const five = View.product({ a: power(1), b: power(2), c: power(3), d: power(4), e: power(5) })
    expect(View.fold(five)([1, 2])).toEqual({ a: 3, b: 5, c: 9, d: 17, e: 33 })
  })

  it("show their states in another form", () => {
    const shown = View.imap(String, Number)(sum)
    expect(shown.initial).toBe("0")
    expect(View.fold(shown)([1, 2])).toBe("3")
  })

  it("leave out what they do not know, and do not even copy then", () => {
    const evens = View.adapt((n: number) => (n % 2 === 0 ? some(n) : none))(View.product({ sum }))
    const before = evens.initial
    expect(evens.evolve(before, 3)).toBe(before)
    expect(View.fold(evens)([1, 2, 3, 4])).toEqual({ sum: 6 })
  })

  it("have an fp-ts instance", () => {
    const lengths = View.Contravariant.contramap(sum, (text: string) => text.length)
    expect(View.fold(lengths)(["a", "bb"])).toBe(3)
  })
})
