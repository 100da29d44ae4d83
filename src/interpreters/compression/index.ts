/**
 * @since 0.1.0
 */
export * as Compressions from "./Compressions.ts"
export * as Deflate from "./Deflate.ts"
export * as Zstd from "./Zstd.ts"
