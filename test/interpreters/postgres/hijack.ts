/**
 * A schema that comes before PostgreSQL's own in a search path, full of what our SQL could be led astray by: functions and
 * operators that fit its arguments better than PostgreSQL's polymorphic ones, and types and tables of the same names.
 * Whatever of it is called, raises.
 */
import { query } from "./raw.ts"

const types = ["text", "bigint", "integer", "uuid", "bytea", "boolean", "jsonb"]

/** Better matches of the functions that take anything, in any number. */
const anything = [
  "concat(text, text)",
  "concat(text, text, text)",
  "jsonb_build_array(bigint, text)",
  "jsonb_build_array(uuid, text, bigint, text)",
  "jsonb_build_array(text, bigint, jsonb, jsonb)",
  "jsonb_object_agg(text, jsonb)",
  "jsonb_object_agg(bigint, jsonb)",
  "jsonb_object_agg(text, text)",
]

/** An untyped literal beside an operator is first taken for a value of the other side's type. */
const literals = ["->", "->>", "#>>", "#>", "?", "@>"]

const traps = (schema: string): string => `
DO $do$
DECLARE
  v_type text;
  v_trap text := format('LANGUAGE plpgsql AS %L', 'BEGIN RAISE ''led astray''; END');
  v_one record;
BEGIN
  FOREACH v_type IN ARRAY '{${types.join(",")}}'::text[] LOOP
    FOR v_one IN
      SELECT DISTINCT p.proname, a.arguments FROM pg_proc p CROSS JOIN LATERAL (
        SELECT string_agg(CASE t
            WHEN 'anyarray'::regtype THEN v_type || '[]' WHEN 'anycompatiblearray'::regtype THEN v_type || '[]'
            WHEN 'anyelement'::regtype THEN v_type WHEN 'anycompatible'::regtype THEN v_type
            WHEN 'anynonarray'::regtype THEN v_type WHEN 'anycompatiblenonarray'::regtype THEN v_type
            ELSE t::regtype::text END, ', ' ORDER BY o) AS arguments,
          bool_or(t IN ('anyarray'::regtype, 'anycompatiblearray'::regtype, 'anyelement'::regtype, 'anycompatible'::regtype,
            'anynonarray'::regtype, 'anycompatiblenonarray'::regtype)) AS polymorphic,
          bool_or(t IN (SELECT oid FROM pg_type WHERE typtype = 'p' AND typname NOT LIKE 'any%')) AS odd
        FROM unnest(p.proargtypes) WITH ORDINALITY u(t, o)) a
      WHERE p.pronamespace = 'pg_catalog'::regnamespace AND a.polymorphic AND NOT a.odd AND p.provariadic = 0
        AND a.arguments !~ 'any'
    LOOP
      EXECUTE format('CREATE FUNCTION ${schema}.%I(%s) RETURNS SETOF %s %s', v_one.proname, v_one.arguments, v_type, v_trap);
    END LOOP;
    EXECUTE format('CREATE FUNCTION ${schema}.trap(%1$s[], %1$s[]) RETURNS %1$s[] %2$s', v_type, v_trap);
    EXECUTE format('CREATE FUNCTION ${schema}.trap(%1$s[], %1$s) RETURNS %1$s[] %2$s', v_type, v_trap);
    EXECUTE format('CREATE OPERATOR ${schema}.|| (LEFTARG = %1$s[], RIGHTARG = %1$s[], FUNCTION = ${schema}.trap)', v_type);
    EXECUTE format('CREATE OPERATOR ${schema}.|| (LEFTARG = %1$s[], RIGHTARG = %1$s, FUNCTION = ${schema}.trap)', v_type);
    EXECUTE format('CREATE OPERATOR ${schema}.= (LEFTARG = %1$s[], RIGHTARG = %1$s[], FUNCTION = ${schema}.trap)', v_type);
  END LOOP;
  CREATE FUNCTION ${schema}.trap(jsonb, jsonb) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN RAISE ''led astray''; END';
${literals.map((name) => `  CREATE OPERATOR ${schema}.${name} (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = ${schema}.trap);`).join("\n")}
${anything.map((name) => `  EXECUTE 'CREATE FUNCTION ${schema}.${name} RETURNS text ' || v_trap;`).join("\n")}
END $do$;
CREATE DOMAIN ${schema}.text AS integer;
CREATE DOMAIN ${schema}.jsonb AS integer;
CREATE DOMAIN ${schema}.uuid AS integer;
CREATE DOMAIN ${schema}.bytea AS integer;
`

/** Temporary tables come before all others of a search path, and are types, too. */
export const hiding = ["event", "kind", "tag", "log", "text", "bytea", "uuid", "jsonb"]
  .map((name) => `CREATE TEMPORARY TABLE ${name} ()`)
  .join(";")

/** Makes such a schema, for everybody. */
export const hijack = async (schema: string): Promise<void> => {
  await query(`CREATE SCHEMA ${schema}; GRANT USAGE ON SCHEMA ${schema} TO PUBLIC; ${traps(schema)}`)
}
