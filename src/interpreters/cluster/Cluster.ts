/**
 * Everfold on Effect Cluster: jobs as singletons that move, aggregates as entities. The cluster routes and hands over;
 * that everything counts once is the store's and the leases' matter, also where two runners believe that one thing is
 * theirs.
 *
 * Runners are Effect's own: `NodeClusterSocket.layer` of `@effect/platform-node`, with PostgreSQL through
 * `@effect/sql-pg`. docs/cluster.md has a whole one.
 *
 * @since 0.1.0
 */
import type { ShardingConfig } from "effect/cluster/ShardingConfig"

/**
 * Settings of a cluster that does without a lost runner soon: after about two seconds where it stopped in order, after
 * about five where it was killed. By its own settings that takes up to a minute and a half.
 *
 * Runners are asked for their health every two seconds and look for changes twice a second; the lock of a shard is
 * renewed every second and ends after five. It costs each runner a few small queries a second. A runner that is busy or
 * paused for five seconds loses its shards. `shardsPerGroup` has to be the same in all runners and clients, or they look for
 * the same aggregate in different places: it is set, so that it cannot differ by chance.
 *
 * @example
 * ```ts
 * import { Cluster } from "everfold/cluster"
 *
 * // For NodeClusterSocket.layer, with the address of each runner besides.
 * const shardingConfig = { ...Cluster.failover, runnerShardWeight: 2 }
 * console.log(shardingConfig.shardLockExpiration) // 5 seconds
 * ```
 * @category settings
 * @since 0.1.0
 */
export const failover = {
  shardsPerGroup: 64,
  refreshAssignmentsInterval: "500 millis",
  runnerHealthCheckInterval: "2 seconds",
  shardLockRefreshInterval: "1 second",
  shardLockExpiration: "5 seconds",
  simulateRemoteSerialization: false,
} as const satisfies Partial<ShardingConfig["Service"]>

export { type AggregateEntity, CommandUnanswered, entity } from "./AggregateEntity.ts"
export { singletons } from "./Singletons.ts"
export type { Answer, Codecs } from "./Wire.ts"
