/**
 * What must hold, as values: laws of deciders, codecs, snapshots, stores, layers, and a way to try them. `everfold/laws/vitest`
 * makes tests of them.
 *
 * @since 0.1.0
 */
export * as Arbitrary from "./Arbitrary.ts"
export * as ChainLaws from "./ChainLaws.ts"
export * as CodecLaws from "./CodecLaws.ts"
export * as CombinatorLaws from "./CombinatorLaws.ts"
export * as DeciderLaws from "./DeciderLaws.ts"
export * as Difference from "./Difference.ts"
export * as Faults from "./Faults.ts"
export * as History from "./History.ts"
export * as Interleaving from "./Interleaving.ts"
export * as Law from "./Law.ts"
export * as LayerLaws from "./LayerLaws.ts"
export * as NotificationLaws from "./NotificationLaws.ts"
export * as PrismLaws from "./PrismLaws.ts"
export * as ProcessLaws from "./ProcessLaws.ts"
export * as ProjectionLaws from "./ProjectionLaws.ts"
export * as RepositoryLaws from "./RepositoryLaws.ts"
export * as SimulatedDisk from "./SimulatedDisk.ts"
export * as SnapshotLaws from "./SnapshotLaws.ts"
export * as Spec from "./Spec.ts"
export * as StoreLaws from "./StoreLaws.ts"
export * as SubscriptionLaws from "./SubscriptionLaws.ts"
export * as SystemLaws from "./SystemLaws.ts"
