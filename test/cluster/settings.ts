/** Where a cluster is, and what its runners and clients are made of. */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { EventMapper } from "everfold"
import { Cluster } from "everfold/cluster"
import { Postgres } from "everfold/postgres"
import { PostgresModel } from "everfold/postgres/model"

export const storeAt = (url: string) => Layer.merge(Postgres.layer({ url, schema: "everfold" }), EventMapper.plain)

export const modelAt = (url: string) => PostgresModel.layer({ url })

/** Runners find each other in the database. No message is persisted, so none has to be stored. */
const members = (url: string) =>
  Layer.merge(MessageStorage.layerNoop, Layer.orDie(SqlRunnerStorage.layer)).pipe(
    Layer.provide(ShardingConfig.layer(Cluster.failover)),
    Layer.provide(Layer.orDie(PgClient.layer({ url: Redacted.make(url), maxConnections: 4 }))),
  )

export const runnerAt = (url: string, port: number) =>
  NodeClusterSocket.layer({
    storage: "byo",
    runnerHealth: "ping",
    shardingConfig: { ...Cluster.failover, runnerAddress: Option.some(RunnerAddress.make("127.0.0.1", port)) },
  }).pipe(Layer.provide(members(url)))

export const clientAt = (url: string) =>
  NodeClusterSocket.layer({ storage: "byo", clientOnly: true, shardingConfig: Cluster.failover }).pipe(
    Layer.provide(members(url)),
  )
