// A cluster's runners find each other in the database that the stores are in. No message is persisted.
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Cluster } from "everfold/cluster"

export const runnerAt = (url: string, port: number) => {
  const settings = { ...Cluster.failover, runnerAddress: Option.some(RunnerAddress.make("127.0.0.1", port)) }
  const members = Layer.merge(MessageStorage.layerNoop, SqlRunnerStorage.layer).pipe(
    Layer.provide(ShardingConfig.layer(settings)),
    Layer.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 4 })),
  )
  const cluster = NodeClusterSocket.layer({ storage: "byo", runnerHealth: "ping", shardingConfig: settings })
  return Layer.provide(cluster, members)
}
