/**
 * @since 0.1.0
 */
export * as Memory from "./Memory.ts"
export * as MemoryModel from "./MemoryModel.ts"
