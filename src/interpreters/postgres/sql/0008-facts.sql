-- All that the decision of one commit asks of the store, as it is at one moment, and nothing of it is locked.
--
-- p_events, p_commands: the ids of the commit; w_: the streams that it writes or asserts; k_: its checkpoint; q_: its
-- condition.
--
-- heads: {"stream": [version, link]} of the streams w_ now; past: the same at earlier positions, as far as a repeat is
-- answered from them: {"position": {"stream": [version, link]}}; matched: the first position that the condition matches.
CREATE FUNCTION everfold.facts_1(
  p_events uuid[], p_commands text[], w_stream text[],
  k_consumer text, k_upstream text, k_partition bigint, q_query text, q_after bigint,
  OUT hash text, OUT head bigint, OUT heads jsonb, OUT events jsonb, OUT commands jsonb, OUT past jsonb,
  OUT checkpoint bigint, OUT epoch bigint, OUT matched bigint
) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
  v_positions bigint[];
  v_streams text[] := w_stream;
BEGIN
  SELECT (SELECT algorithm FROM everfold.hash), coalesce((SELECT max(position) FROM everfold.event), 0),
         jsonb_object_agg(u.stream, jsonb_build_array(h.version, encode(h.link, 'hex'))) FILTER (WHERE h.version > 0)
    INTO hash, head, heads
    FROM unnest(w_stream) u(stream)
    LEFT JOIN LATERAL (
      SELECT version, link FROM everfold.event e WHERE e.stream = u.stream ORDER BY e.stream DESC, e.version DESC LIMIT 1
    ) h ON true;
  IF p_events IS NOT NULL THEN
    SELECT jsonb_agg(jsonb_build_array(u.id, e.stream, e.position, encode(e.digest, 'hex'))),
           array_agg(e.position ORDER BY u.o DESC)
      INTO events, v_positions
      FROM unnest(p_events) WITH ORDINALITY u(id, o)
      CROSS JOIN LATERAL (SELECT position, stream, digest FROM everfold.event WHERE id = u.id LIMIT 1) e;
    v_positions := v_positions[1:1];
  END IF;
  IF p_commands IS NOT NULL THEN
    SELECT jsonb_agg(jsonb_build_array(c.id, c.position, to_jsonb(c.events), to_jsonb(c.streams))),
           v_positions || array_agg(c.position),
           v_streams || ARRAY(SELECT unnest(k.streams) FROM everfold.command k WHERE k.id = ANY (p_commands))
      INTO commands, v_positions, v_streams
      FROM everfold.command c WHERE c.id = ANY (p_commands);
  END IF;
  IF v_positions IS NOT NULL THEN
    past := (
      SELECT jsonb_object_agg(p.position, (
        SELECT jsonb_object_agg(u.stream, jsonb_build_array(e.version, encode(e.link, 'hex')))
        FROM (SELECT DISTINCT unnest(v_streams)) u(stream)
        CROSS JOIN LATERAL (
          SELECT version, link FROM everfold.event
          WHERE stream = u.stream AND version = everfold.version_from(u.stream, 0, p.position + 1) - 1 LIMIT 1) e))
      FROM (SELECT DISTINCT unnest(v_positions)) p(position));
  END IF;
  IF k_consumer IS NOT NULL THEN
    checkpoint := coalesce((SELECT c.position FROM everfold.checkpoint c
      WHERE c.consumer = k_consumer AND c.upstream = k_upstream AND c.partition = k_partition), 0);
    epoch := coalesce((SELECT l.epoch FROM everfold.lease l
      WHERE l.consumer = k_consumer AND l.upstream = k_upstream AND l.partition = k_partition), 0);
  END IF;
  IF q_query IS NOT NULL THEN
    matched := (SELECT m FROM everfold.matching(q_query::jsonb, q_after, head, 1) m);
  END IF;
END $$;
