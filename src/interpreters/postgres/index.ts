/**
 * @since 0.1.0
 */
export * as Postgres from "./Postgres.ts"
export { PostgresModel, QueryFailed } from "./PostgresModel.ts"
