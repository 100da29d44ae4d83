/** Batches and orchestrations of deciders that are wrong in one way each; one was published so. */
import { isLeft, right } from "fp-ts/lib/Either.js"
import * as Decider from "../../../src/core/domain/Decider.ts"
import type * as ProcessManager from "../../../src/core/domain/ProcessManager.ts"
import * as CombinatorLaws from "../../../src/laws/CombinatorLaws.ts"
import type { Case } from "./caught.ts"

type Broken = Required<NonNullable<CombinatorLaws.Subject["decider"]>>

/** Each command is decided on the state before the batch. */
export const batchStale: Broken["batch"] = (self) => ({
  ...self,
  decide: (commands, state) => {
    const decisions = commands.map((command) => self.decide(command, state))
    return decisions.find(isLeft) ?? right(decisions.flatMap((decision) => (isLeft(decision) ? [] : decision.right)))
  },
})

/** What was decided before a rejection is kept. */
export const batchInPart: Broken["batch"] = (self) => ({
  ...self,
  decide: (commands, state) => {
    for (let most = commands.length; most > 0; most--) {
      const decision = Decider.batch(self).decide(commands.slice(0, most), state)
      if (!isLeft(decision)) return decision
    }
    return right([])
  },
})

type Orchestrate = Broken["orchestrate"]

/** What a process manager asks for is decided on the state before the command (published so). */
export const orchestrateStale: Orchestrate =
  <EP, CP, P>(process: ProcessManager.ProcessManager<EP, CP, P>, fuel: number) =>
  <C, S, E extends EP, R>(self: Decider.Decider<C | CP, S, E, R>) => ({
    ...Decider.orchestrate(process, fuel)<C, S, E, R>(self),
    decide: (command: C | CP, state: Decider.Orchestrated<S, P>) => {
      const stale = { ...self, decide: (next: C | CP) => self.decide(next, state.decider) }
      return Decider.orchestrate(process, fuel)<C, S, E, R>(stale).decide(command, state)
    },
  })

/** One command is never asked for: the last. */
export const orchestrateOneTooFew: Orchestrate = (process, fuel) => Decider.orchestrate(process, Math.max(0, fuel - 1))

/** The process manager begins anew with each command. */
export const orchestrateForgets: Orchestrate = (process, fuel) => (self) => {
  const good = Decider.orchestrate(process, fuel)(self)
  return {
    ...good,
    decide: (command, state) => good.decide(command, { ...state, process: process.initial }),
  }
}

/** A rejection of what was asked for ends the asking, and is not told. */
export const orchestrateInPart: Orchestrate = (process, fuel) => (self) => {
  const good = Decider.orchestrate(process, fuel)(self)
  return {
    ...good,
    decide: (command, state) => {
      const decision = good.decide(command, state)
      return isLeft(decision) ? self.decide(command, state.decider) : decision
    },
  }
}

/** What was asked for last is done first. */
export const orchestrateDepthFirst: Orchestrate = (process, fuel) =>
  Decider.orchestrate({ ...process, react: (state, event) => process.react(state, event).toReversed() }, fuel)

/** One command is asked for that the fuel does not allow. */
export const orchestrateOneTooMany: Orchestrate = (process, fuel) => Decider.orchestrate(process, fuel + 1)

/** What was asked for is carried out though the process is over. */
export const orchestrateAfterTheEnd: Orchestrate = (process, fuel) =>
  Decider.orchestrate({ ...process, isTerminal: () => false }, fuel)

const broken = (decider: Partial<Broken>) => CombinatorLaws.suite({ decider })

export const cases: ReadonlyArray<Case> = [
  { law: "A9", flaw: "a batch decided on the state before it", suite: broken({ batch: batchStale }) },
  { law: "A9", flaw: "a batch carried out in part", suite: broken({ batch: batchInPart }) },
  {
    law: "A10",
    flaw: "what is asked for, decided on a stale state (published so)",
    suite: broken({ orchestrate: orchestrateStale }),
  },
  { law: "A10", flaw: "fuel for one command too few", suite: broken({ orchestrate: orchestrateOneTooFew }) },
  { law: "A10", flaw: "a process that forgets", suite: broken({ orchestrate: orchestrateForgets }) },
  { law: "A10", flaw: "an orchestration carried out in part", suite: broken({ orchestrate: orchestrateInPart }) },
  { law: "A10", flaw: "what was asked for last done first", suite: broken({ orchestrate: orchestrateDepthFirst }) },
  { law: "A10", flaw: "fuel for one command too many", suite: broken({ orchestrate: orchestrateOneTooMany }) },
  { law: "A10", flaw: "a process that is asked after its end", suite: broken({ orchestrate: orchestrateAfterTheEnd }) },
]
