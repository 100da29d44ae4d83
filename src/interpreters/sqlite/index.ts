/**
 * @since 0.1.0
 */
export * as Sqlite from "./Sqlite.ts"
export { SqliteModel } from "./SqliteModel.ts"
