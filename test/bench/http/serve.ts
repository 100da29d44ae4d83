/** Serves a notification log on a free port of this machine. */
import { once } from "node:events"
import { createServer } from "node:http"
import * as Layer from "effect/Layer"
import type { NotificationLog } from "everfold"
import { Access, NotificationLogServer } from "everfold/http"

export const serve = async (log: Layer.Layer<NotificationLog, unknown>) => {
  const { handler, dispose } = NotificationLogServer.webHandler(Layer.merge(log, Access.open))
  const server = createServer(NotificationLogServer.nodeListener(handler)).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (typeof address !== "object" || address === null) throw new Error("There is no port.")
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await dispose()
    },
  }
}
