-- The positions in p_after < position <= p_upto of the events that an item of a query means, the first p_most of them,
-- in ascending order. An item is {"category", "stream": {"category", "id"}, "types", "tags"}, all optional.
--
-- Every constraint is a list of positions that an index answers and that can be entered anywhere. What several hold is
-- found by leaping: each is asked for its next position from where the one before it stands, until all agree. So the
-- rarest constraint sets the pace.
CREATE FUNCTION everfold.matching_item(p_item jsonb, p_after bigint, p_upto bigint, p_most bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 100 AS $$
DECLARE
  v_category text := coalesce(p_item #>> '{stream,category}', p_item ->> 'category');
  v_tags text[] := ARRAY(SELECT DISTINCT jsonb_array_elements_text(p_item -> 'tags'));
  v_types text[] := ARRAY(SELECT jsonb_array_elements_text(p_item -> 'types'));
  v_kinds integer[];                            -- none: any will do
  v_stream text;
  v_version bigint := 0;
  v_at bigint := p_after + 1;
  v_start bigint;
  v_tag text;
  v_left bigint := p_most;
BEGIN
  IF p_item ? 'stream' THEN
    IF v_category <> p_item ->> 'category' THEN RETURN; END IF;
    v_stream := concat(v_category, '-', p_item #>> '{stream,id}');
  END IF;
  -- A stream has its category: of the kinds, only the types are left to say.
  IF p_item ? 'types' OR (p_item ? 'category' AND v_stream IS NULL) THEN
    v_kinds := ARRAY(SELECT kind FROM everfold.kind
      WHERE (v_category IS NULL OR category = v_category) AND (NOT p_item ? 'types' OR type = ANY (v_types)));
    IF cardinality(v_kinds) = 0 THEN RETURN; END IF;
  END IF;

  IF v_stream IS NULL AND v_tags = '{}' AND v_kinds IS NULL THEN
    RETURN QUERY SELECT position FROM everfold.event
      WHERE position > p_after AND position <= p_upto ORDER BY position LIMIT p_most;
  ELSIF v_stream IS NULL AND v_tags = '{}' THEN
    RETURN QUERY SELECT m.position FROM unnest(v_kinds) k CROSS JOIN LATERAL (
        SELECT position FROM everfold.event WHERE kind = k AND position > p_after AND position <= p_upto
        ORDER BY kind, position LIMIT p_most) m
      ORDER BY m.position LIMIT p_most;
  ELSIF v_stream IS NULL AND v_kinds IS NULL AND cardinality(v_tags) = 1 THEN
    RETURN QUERY SELECT position FROM everfold.tag
      WHERE tag = v_tags[1] AND position > p_after AND position <= p_upto ORDER BY tag, position LIMIT p_most;
  ELSE
    WHILE v_left > 0 LOOP
      LOOP
        v_start := v_at;
        FOREACH v_tag IN ARRAY v_tags LOOP
          SELECT position INTO v_at FROM everfold.tag WHERE tag = v_tag AND position >= v_at
            ORDER BY tag, position LIMIT 1;
          IF NOT FOUND OR v_at > p_upto THEN RETURN; END IF;
        END LOOP;
        IF v_stream IS NOT NULL THEN
          v_version := everfold.version_from(v_stream, v_version, v_at) - 1;
          SELECT position INTO v_at FROM everfold.event WHERE stream = v_stream AND version = v_version + 1;
          IF NOT FOUND OR v_at > p_upto THEN RETURN; END IF;
        END IF;
        IF v_kinds IS NOT NULL THEN
          SELECT min(m.position) INTO v_at FROM unnest(v_kinds) k CROSS JOIN LATERAL (
            SELECT position FROM everfold.event WHERE kind = k AND position >= v_at ORDER BY kind, position LIMIT 1) m;
          IF v_at IS NULL OR v_at > p_upto THEN RETURN; END IF;
        END IF;
        EXIT WHEN v_at = v_start;
      END LOOP;
      RETURN NEXT v_at;
      v_at := v_at + 1;
      v_left := v_left - 1;
    END LOOP;
  END IF;
END $$;
