/**
 * A store in a PostgreSQL database, for any number of processes on any number of machines.
 *
 * @since 0.1.0
 */
export { migrate, type Options, type Plan, plan } from "./Migrations.ts"
