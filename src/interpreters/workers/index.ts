/**
 * Worker processes on this machine, started, watched and restarted.
 *
 * @since 0.1.0
 */
export * as Workers from "./Workers.ts"
