/**
 * @since 0.1.0
 */
export * as Deflate from "./Deflate.ts"
export * as Zstd from "./Zstd.ts"
