/**
 * A law is a value: a name, an equation, and a property that can be tried. It knows no test runner.
 *
 * ```
 * Law    = { name, title, equation, property, runs, must }
 * Result = Holds | Unreached | Counterexample
 * ```
 *
 * @since 0.1.0
 */
export { type CheckOptions, check, checkAll, type Progress } from "./law/Check.ts"
export { type Definition, type Law, make, type Seen, type Suite } from "./law/Model.ts"
export type { Counterexample, Explored, Holds, Result, Unreached } from "./law/Result.ts"
