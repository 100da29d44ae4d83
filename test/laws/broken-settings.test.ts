import { catchesAll } from "./broken/caught.ts"
import * as rotations from "./broken/rotations.ts"
import * as settings from "./broken/settings.ts"

catchesAll(settings.cases)
catchesAll(rotations.cases)
