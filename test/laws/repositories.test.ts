import * as Layer from "effect/Layer"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as RepositoryLaws from "../../src/laws/RepositoryLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as repositories from "./broken/repositories.ts"
import { sqlite, sqliteTwice } from "./subjects.ts"

const layer = Layer.merge(Memory.layer, EventMapper.plain)

laws(RepositoryLaws.suite({ layer }))
laws(RepositoryLaws.suite({ layer: Layer.merge(sqlite, EventMapper.plain), runs: 20 }))
laws(RepositoryLaws.suite({ layer: Layer.merge(sqliteTwice, EventMapper.plain), runs: 10 }))

catchesAll(repositories.cases)
