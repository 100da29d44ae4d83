import * as ProcessManager from "../../src/core/domain/ProcessManager.ts"
import * as ProcessLaws from "../../src/laws/ProcessLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as processes from "./broken/processes.ts"

const { commands, courier, depot, events } = processes

laws(ProcessLaws.suite({ process: courier, events }))
laws(ProcessLaws.suite({ process: processes.dayCourier, events }))
laws(ProcessLaws.suite({ process: ProcessManager.product({ courier, day: processes.dayCourier }), events }))
laws(ProcessLaws.restart({ process: courier, decider: depot, commands }))
laws(ProcessLaws.restart({ process: processes.dayCourier, decider: depot, commands }))

catchesAll(processes.cases)
