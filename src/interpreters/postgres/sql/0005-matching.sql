-- The positions in p_after < position <= p_upto of the events that a query means (a JSON list of items), the first p_most
-- of them, in ascending order.
CREATE FUNCTION everfold.matching(p_query jsonb, p_after bigint, p_upto bigint, p_most bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE ROWS 100
SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
  SELECT DISTINCT m.position FROM jsonb_array_elements(p_query) i
    CROSS JOIN LATERAL everfold.matching_item(i, p_after, p_upto, p_most) m(position)
    ORDER BY m.position LIMIT p_most
$$;
