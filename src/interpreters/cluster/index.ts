/**
 * Everfold on Effect Cluster.
 *
 * @since 0.1.0
 */
export * as Cluster from "./Cluster.ts"
