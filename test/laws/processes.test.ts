import { describe } from "vitest"
import * as ProcessManager from "../../src/core/domain/ProcessManager.ts"
import * as ProcessLaws from "../../src/laws/ProcessLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catches } from "./broken/caught.ts"
import * as processes from "./broken/processes.ts"

const { commands, courier, depot, events } = processes

laws(ProcessLaws.suite({ process: courier, events }))
laws(ProcessLaws.suite({ process: processes.dayCourier, events }))
laws(ProcessLaws.suite({ process: ProcessManager.product({ courier, day: processes.dayCourier }), events }))
laws(ProcessLaws.restart({ process: courier, decider: depot, commands }))

describe("broken", () => {
  const broken = <S>(process: ProcessManager.ProcessManager<processes.Event, processes.Command, S>) =>
    ProcessLaws.suite({ process, events })
  catches("PM1", "a courier that forgets what it asked for", broken(processes.forgets))
  catches("PM2", "a courier that owes what nobody asked for", broken(processes.bornOwing))
  catches("PM2", "a courier that does otherwise after a restart", broken(processes.skipsPacking))
  catches("PM3", "a courier that goes home with parcels", broken(processes.leavesEarly))
  catches("PM3", "a courier that comes back", broken(processes.comesBack))

  const restarted = (process: typeof courier) => ProcessLaws.restart({ process, decider: depot, commands })
  catches("PM4", "a courier that forgets at a restart", restarted(processes.forgets))
  catches("PM4", "a courier that remembers one thing at a time", restarted(processes.oneAtATime))
  catches("PM4", "a courier for whom nothing is ever done", restarted(processes.neverDone))
})
