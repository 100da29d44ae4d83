/** A process that serves the log of a SQLite file, in sections of so many. */
import * as Layer from "effect/Layer"
import { NotificationLog } from "everfold"
import { Sqlite } from "everfold/sqlite"
import * as Child from "../postgres/child.ts"
import { serve } from "./serve.ts"

const [, , filename = "", sectionSize = "20"] = process.argv
const store = Sqlite.layer({ filename })
const { url } = await serve(NotificationLog.layer(Number(sectionSize)).pipe(Layer.provide(store)))
Child.answer(() => url)
