-- A body as people read it; none where it is sealed or compressed, or where jsonb refuses what JSON allows: \u0000, lone
-- surrogates, and numbers, depths and lengths beyond its limits (where a list is too long, that is an internal error).
CREATE FUNCTION everfold.plain(p_encoding text, p_body bytea) RETURNS jsonb LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_encoding <> 'json' THEN RETURN NULL; END IF;
  RETURN convert_from(p_body, 'UTF8')::jsonb;
EXCEPTION
  WHEN data_exception OR program_limit_exceeded OR internal_error THEN RETURN NULL;
END $$;
