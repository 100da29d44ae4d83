/**
 * @since 0.1.0
 */
export * as AesGcm from "./AesGcm.ts"
export * as KeyRing from "./KeyRing.ts"
