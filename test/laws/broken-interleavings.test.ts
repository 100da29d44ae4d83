import { catchesAll } from "./broken/caught.ts"
import { cases } from "./broken/interleavings.ts"

catchesAll(cases)
