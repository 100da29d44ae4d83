/**
 * The laws of the combinators: of deciders, views, policies and process managers, tried on generated ones.
 *
 * @since 0.1.0
 */
import * as Decider from "../core/domain/Decider.ts"
import * as Policy from "../core/domain/Policy.ts"
import * as ProcessManager from "../core/domain/ProcessManager.ts"
import * as View from "../core/domain/View.ts"
import * as Folds from "./algebra/Folds.ts"
import * as Mapping from "./algebra/Mapping.ts"
import * as Products from "./algebra/Products.ts"
import * as Running from "./algebra/Running.ts"
import type * as Law from "./Law.ts"

/**
 * Combinators to be tried in place of the library's.
 *
 * @example
 * ```ts
 * import { CombinatorLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * const mine: CombinatorLaws.Subject = { policy: { concat: (p, q) => (event) => p(event).concat(q(event)) } }
 * laws(CombinatorLaws.suite(mine), { only: "A12" })
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Subject {
  readonly decider?: Partial<
    Pick<
      typeof Decider,
      | "mapCommand"
      | "imapEvent"
      | "imapState"
      | "mapRejection"
      | "adapt"
      | "product"
      | "neutral"
      | "combine"
      | "many"
      | "batch"
      | "orchestrate"
    >
  >
  readonly view?: Partial<Folds.Views>
  readonly policy?: Partial<Folds.Policies>
  readonly process?: Partial<Folds.Processes>
}

/**
 * The laws of the combinators (A1–A13), by default the library's own. Deciders are generated as tables: every behaviour
 * that a few states, commands and events can have.
 *
 * @example
 * ```ts
 * import { CombinatorLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * laws(CombinatorLaws.suite())
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = ({ decider, view, policy, process }: Subject = {}): Law.Suite => {
  const of = { ...Decider, ...decider }
  return {
    name: "combinators",
    laws: [
      Mapping.mapCommand(of.mapCommand),
      Mapping.imapEvent(of.imapEvent),
      Mapping.imapState(of.imapState),
      Mapping.mapRejection(of.mapRejection),
      Mapping.adapt(of.adapt),
      Products.product(of.product, of.neutral),
      Products.combine(of.combine),
      Products.many(of.many),
      Running.batch(of.batch),
      Running.orchestrate(of.orchestrate),
      Folds.views({ ...View, ...view }),
      Folds.policies({ ...Policy, ...policy }),
      Folds.processes({ ...ProcessManager, ...process }),
    ],
  }
}
