import { catchesAll } from "./broken/caught.ts"
import * as committing from "./broken/committing.ts"
import * as consuming from "./broken/consuming.ts"
import * as designs from "./broken/designs.ts"
import * as querying from "./broken/querying.ts"
import * as reading from "./broken/reading.ts"

catchesAll(committing.cases)
catchesAll(consuming.cases)
catchesAll(designs.cases)
catchesAll(querying.cases)
catchesAll(reading.cases)
