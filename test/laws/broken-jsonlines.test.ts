import { catchesAll } from "./broken/caught.ts"
import { cases } from "./broken/jsonlines.ts"

catchesAll(cases)
