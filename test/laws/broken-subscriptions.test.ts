import { catchesAll } from "./broken/caught.ts"
import { cases } from "./broken/subscriptions.ts"

catchesAll(cases)
