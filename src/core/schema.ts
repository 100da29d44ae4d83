/**
 * Codecs from Effect's schemas. An entry point of its own: `effect/Schema` takes longer to load than all the rest.
 *
 * @since 0.1.0
 */
export * as SchemaType from "./event/SchemaType.ts"
