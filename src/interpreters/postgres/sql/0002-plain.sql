-- A body as people read it; none where it is sealed or compressed, or where jsonb refuses what JSON allows: \u0000, lone
-- surrogates, numbers and depths beyond its limits.
CREATE FUNCTION everfold.plain(p_encoding text, p_body bytea) RETURNS jsonb LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
  IF p_encoding <> 'json' THEN RETURN NULL; END IF;
  RETURN convert_from(p_body, 'UTF8')::jsonb;
EXCEPTION
  WHEN data_exception OR program_limit_exceeded THEN RETURN NULL;
END $$;
