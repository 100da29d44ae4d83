import * as answering from "./broken/answering.ts"
import { catchesAll } from "./broken/caught.ts"
import * as committing from "./broken/committing.ts"
import * as consuming from "./broken/consuming.ts"
import * as designs from "./broken/designs.ts"
import * as leases from "./broken/leases.ts"
import * as querying from "./broken/querying.ts"
import * as reading from "./broken/reading.ts"

catchesAll(answering.cases)
catchesAll(committing.cases)
catchesAll(consuming.cases)
catchesAll(designs.cases)
catchesAll(leases.cases)
catchesAll(querying.cases)
catchesAll(reading.cases)
