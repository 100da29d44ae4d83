/** Where a cluster is, and what its runners and clients are made of. */
import { layerClientProtocol, layerSocketServer } from "@effect/platform-node-shared/NodeClusterSocket"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as Runners from "effect/cluster/Runners"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SocketRunner from "effect/cluster/SocketRunner"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import { EventMapper } from "everfold"
import { Cluster } from "everfold/cluster"
import { Postgres } from "everfold/postgres"
import { PostgresModel } from "everfold/postgres/model"

const database = (url: string) => Layer.orDie(PgClient.layer({ url: Redacted.make(url), maxConnections: 4 }))

export const storeAt = (url: string) => Layer.merge(Postgres.layer({ url, schema: "everfold" }), EventMapper.plain)

export const modelAt = (url: string) => PostgresModel.layer({ url })

/** What `NodeClusterSocket.layer` is made of, but for the storage of messages: none is persisted. */
const shared = (url: string, config: Partial<ShardingConfig.ShardingConfig["Service"]>) =>
  Layer.mergeAll(
    MessageStorage.layerNoop,
    Layer.orDie(SqlRunnerStorage.layer).pipe(Layer.provide(database(url))),
    RpcSerialization.layerSchemaBinary(),
  ).pipe(Layer.provideMerge(ShardingConfig.layer(config)))

export const runnerAt = (url: string, port: number) => {
  const config = { ...Cluster.failover, runnerAddress: Option.some(RunnerAddress.make("127.0.0.1", port)) }
  const health = RunnerHealth.layerPing.pipe(Layer.provide(Runners.layerRpc), Layer.provide(layerClientProtocol))
  return SocketRunner.layer.pipe(
    Layer.provide([layerSocketServer, layerClientProtocol, health]),
    Layer.provide(shared(url, config)),
  )
}

export const clientAt = (url: string) =>
  SocketRunner.layerClientOnly.pipe(Layer.provide(layerClientProtocol), Layer.provide(shared(url, Cluster.failover)))
