import * as fc from "fast-check"
import * as Prism from "../../src/core/domain/Prism.ts"
import * as PrismLaws from "../../src/laws/PrismLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as prisms from "./broken/prisms.ts"

const { disc, dot, shapes } = prisms

laws(PrismLaws.suite({ prism: Prism.id<prisms.Shape>(), wholes: shapes, parts: shapes }))
laws(
  PrismLaws.suite({ prism: Prism.tagged<prisms.Shape>()("Dot", "Disc"), wholes: shapes, parts: fc.oneof(dot, disc) }),
)
laws(PrismLaws.suite({ prism: prisms.radius, wholes: shapes, parts: fc.nat() }))

catchesAll(prisms.cases)
