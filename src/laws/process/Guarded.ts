/**
 * A process manager as the laws try it: one that changes its state in place, or forgets to answer, is told where.
 *
 * @since 0.1.0
 */
import type { ProcessManager } from "../../core/domain/ProcessManager.ts"
import { Mistake } from "../Difference.ts"
import { freeze } from "../domain/Purity.ts"
import { show } from "../Show.ts"

const listed = <C>(who: string, answer: ReadonlyArray<C>): ReadonlyArray<C> => {
  if (Array.isArray(answer)) return answer
  throw new Mistake({ says: `${who} answered ${show(answer)}, which is no list. Is there a case without a return?` })
}

/**
 * The same process manager, whose states and events are frozen: one that is changed in place fails where that is done, and
 * not in a later run that begins where an earlier one ended.
 *
 * @category combinators
 * @since 0.1.0
 */
export const guarded = <E, C, S>(process: ProcessManager<E, C, S>): ProcessManager<E, C, S> => {
  freeze(process.initial)
  return {
    ...process,
    evolve: (before, event) => {
      freeze(event)
      const after = process.evolve(before, event)
      freeze(after)
      return after
    },
    react: (state, event) => listed("react", process.react(state, event)),
    pending: (state) => listed("pending", process.pending(state)),
  }
}
