import * as Layer from "effect/Layer"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as RepositoryLaws from "../../src/laws/RepositoryLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catches } from "./broken/caught.ts"
import { checkThenAct, emptyCommandsForgotten, repeatsAppended } from "./broken/committing.ts"
import { staleReplica } from "./broken/reading.ts"
import * as repositories from "./broken/repositories.ts"
import { sqlite, sqliteTwice } from "./subjects.ts"

const layer = Layer.merge(Memory.layer, EventMapper.plain)

laws(RepositoryLaws.suite({ layer }))
laws(RepositoryLaws.suite({ layer: Layer.merge(sqlite, EventMapper.plain), runs: 20 }))
laws(RepositoryLaws.suite({ layer: Layer.merge(sqliteTwice, EventMapper.plain), runs: 10 }))

const repository = (make: typeof repositories.loadsOnce) => RepositoryLaws.suite({ layer, repository: make })
catches("S11", "a store that checks, then acts", RepositoryLaws.suite({ layer: repositories.on(checkThenAct) }))
catches(
  "S11",
  "a store that reads from a stale replica",
  RepositoryLaws.suite({ layer: repositories.on(staleReplica) }),
)
catches("S11", "a cached load that is not refreshed", repository(repositories.loadsOnce))
catches("S11", "a refusal from a stale cache", repository(repositories.refusesFromCache))
catches(
  "S11",
  "a transaction that does not assert what it only read",
  RepositoryLaws.suite({ layer: repositories.readsUnasserted }),
)

catches("S13.2", "command ids that each process remembers for itself", repository(repositories.idsPerProcess))
catches("S13.2", "a repeat that is answered with how things stand now", repository(repositories.repeatsAnswerNow))
catches(
  "S13.2",
  "a store that forgets commands without events",
  RepositoryLaws.suite({ layer: repositories.on(emptyCommandsForgotten) }),
)
catches(
  "S11",
  "a store that appends what it has already",
  RepositoryLaws.suite({ layer: repositories.on(repeatsAppended) }),
)
catches("S19.2", "a fault that takes its company along", repository(repositories.failsTogether))
catches("SN3", "a cached load that is not refreshed", repository(repositories.loadsOnce))
catches(
  "SN3",
  "a store that reads from a stale replica",
  RepositoryLaws.suite({ layer: repositories.on(staleReplica) }),
)
