/**
 * A store in a PostgreSQL database, for any number of processes on any number of machines.
 *
 * @since 0.1.0
 */
export { grants, type Roles } from "./Grants.ts"
export { migrate, plan } from "./Migrations.ts"
export type { Options, Plan } from "./Migrator.ts"
