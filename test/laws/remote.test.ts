/** A log that is read from elsewhere, by the laws of any log. */
import * as NotificationLaws from "../../src/laws/NotificationLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { listening, remote } from "../interpreters/http/servers.ts"

laws(NotificationLaws.suite({ layer: remote((handler) => listening(handler)), runs: 20 }))
