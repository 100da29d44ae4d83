/**
 * Read models in PostgreSQL: apart from the store, for their types are those of the driver.
 *
 * @since 0.1.0
 */
export { PostgresModel, type Query, QueryFailed, type Settings } from "./PostgresModel.ts"
