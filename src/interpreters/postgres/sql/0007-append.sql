-- Records a batch of commits: one call, one transaction, one flush. Each commit is recorded whole, or refused and leaves
-- nothing; why, `facts_1` lets the client find out. All are judged by the store as it was before the batch, so a batch
-- has a stream once, an event id and a command id once, a consumer's checkpoint once, and no condition that an event of
-- an earlier commit matches: the client sees to that.
--
-- w_: writes, a commit's one after another; w_expected: none for any version, -1 for some, else the exact one
-- e_: events, a write's one after another; e_write and e_kind count from 1; e_tags: array literals, none where no tags
-- n_: the kinds of the events; k_: checkpoints; q_: conditions
-- c_: commands; c_events, c_streams: array literals; c_last: how many events the batch has up to the command's commit
--
-- Answers the position before the batch, which commits were refused, and the new head of each write's stream: its head
-- before the batch, until then.
CREATE FUNCTION everfold.append_1(
  p_hash text,
  w_commit integer[], w_stream text[], w_expected bigint[],
  e_write integer[], e_kind integer[], e_id uuid[], e_schema_version bigint[], e_recorded_at bigint[],
  e_correlation_id text[], e_cause_id uuid[], e_cause_stream text[], e_cause_position bigint[],
  e_encoding text[], e_tags text[], e_digest bytea[], e_body bytea[],
  n_category text[], n_type text[],
  c_commit integer[], c_id text[], c_events text[], c_streams text[], c_last integer[],
  k_commit integer[], k_consumer text[], k_upstream text[], k_partition bigint[], k_epoch bigint[], k_from bigint[],
  k_to bigint[],
  q_commit integer[], q_query text[], q_after bigint[],
  OUT base bigint, OUT refused integer[], OUT versions bigint[], OUT links text
) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET bytea_output = hex
AS $$
DECLARE
  v_single boolean := array_length(e_id, 1) = 1 AND array_length(w_stream, 1) = 1;
  v_conflicts integer[];
  v_link bytea[];                               -- of each write's stream, as versions
  v_kind integer[];
  v_position bigint[] := '{}';                  -- of each event: none where its commit is refused, and then no more counts
  v_versions bigint[] := '{}';
  v_links bytea[] := '{}';
  v_heads bigint[] := '{}';                     -- of each event: the store's last position after it, or after its refusal
  v_last bigint;
  v_write integer := 0;
  v_recorded boolean;
  v_hash text;
  i integer := 0;
  v_digest bytea;
  v_number bigint;
  v_chain bytea;
BEGIN
  PERFORM everfold.lock();

  -- One statement, because beginning one costs more than all that it finds; and for one event in one stream another one
  -- that asks the same, because going through arrays costs as much again.
  IF v_single THEN
    SELECT coalesce((SELECT max(position) FROM everfold.event), 0),
           (SELECT algorithm FROM everfold.hash),
           ARRAY[(SELECT kind FROM everfold.kind WHERE type = n_type[1] AND category = n_category[1])],
           CASE WHEN EXISTS (SELECT FROM everfold.event WHERE id = e_id[1]) THEN w_commit ELSE '{}' END,
           CASE WHEN w_expected[1] IS NULL OR w_expected[1] = coalesce(h.version, 0)
                     OR (w_expected[1] = -1 AND h.version IS NOT NULL) THEN '{}' ELSE w_commit END,
           ARRAY[coalesce(h.version, 0)], ARRAY[coalesce(h.link, decode(repeat('00', 32), 'hex'))]
      INTO base, v_hash, v_kind, refused, v_conflicts, versions, v_link
      FROM (SELECT) one LEFT JOIN LATERAL (
        SELECT version, link FROM everfold.event e WHERE e.stream = w_stream[1]
          ORDER BY e.stream DESC, e.version DESC LIMIT 1
      ) h ON true;
  ELSE
    SELECT coalesce((SELECT max(position) FROM everfold.event), 0),
           (SELECT algorithm FROM everfold.hash),
           ARRAY(SELECT (SELECT kind FROM everfold.kind WHERE type = n.type AND category = n.category)
             FROM unnest(n_category, n_type) WITH ORDINALITY n(category, type, o) ORDER BY n.o),
           ARRAY(SELECT w_commit[e.w] FROM unnest(e_id, e_write) e(id, w)
             CROSS JOIN LATERAL (SELECT FROM everfold.event WHERE id = e.id LIMIT 1) known),
           array_agg(w.c) FILTER (WHERE NOT w.meets),
           array_agg(w.version), array_agg(w.link)
      INTO base, v_hash, v_kind, refused, v_conflicts, versions, v_link
      FROM (
        SELECT coalesce(h.version, 0) AS version, coalesce(h.link, decode(repeat('00', 32), 'hex')) AS link, u.c,
               u.expected IS NULL OR u.expected = coalesce(h.version, 0) OR (u.expected = -1 AND coalesce(h.version, 0) > 0) AS meets
        FROM unnest(w_commit, w_stream, w_expected) WITH ORDINALITY u(c, stream, expected, o)
        LEFT JOIN LATERAL (
          SELECT version, link FROM everfold.event e WHERE e.stream = u.stream ORDER BY e.stream DESC, e.version DESC LIMIT 1
        ) h ON true
        ORDER BY u.o) w;
  END IF;
  refused := refused || v_conflicts;

  IF v_hash <> p_hash THEN
    refused := ARRAY(SELECT DISTINCT unnest(w_commit || c_commit || k_commit));
    RETURN;
  END IF;
  IF c_commit IS NOT NULL THEN
    refused := refused || ARRAY(
      SELECT c.c FROM unnest(c_commit, c_id) c(c, id)
        CROSS JOIN LATERAL (SELECT FROM everfold.command WHERE id = c.id LIMIT 1) known);
  END IF;
  IF k_commit IS NOT NULL THEN
    refused := refused || ARRAY(
      SELECT k.c FROM unnest(k_commit, k_consumer, k_upstream, k_partition, k_epoch, k_from, k_to)
          k(c, consumer, upstream, partition, epoch, "from", "to")
        LEFT JOIN LATERAL (SELECT l.epoch FROM everfold.lease l
          WHERE l.consumer = k.consumer AND l.upstream = k.upstream AND l.partition = k.partition LIMIT 1) l ON true
        LEFT JOIN LATERAL (SELECT p.position FROM everfold.checkpoint p
          WHERE p.consumer = k.consumer AND p.upstream = k.upstream AND p.partition = k.partition LIMIT 1) p ON true
        WHERE k.epoch <> coalesce(l.epoch, 0) OR k."from" <> coalesce(p.position, 0) OR k."to" < k."from");
  END IF;
  IF q_commit IS NOT NULL THEN
    refused := refused || ARRAY(
      SELECT q.c FROM unnest(q_commit, q_query, q_after) q(c, query, after)
        WHERE q.after < base AND EXISTS (SELECT FROM everfold.matching(q.query::jsonb, q.after, base, 1)));
  END IF;

  v_last := base;
  FOREACH v_digest IN ARRAY e_digest LOOP
    i := i + 1;
    IF e_write[i] <> v_write THEN
      IF v_write > 0 AND v_recorded THEN versions[v_write] := v_number; v_link[v_write] := v_chain; END IF;
      v_write := e_write[i];
      v_recorded := w_commit[v_write] <> ALL (refused);
      v_number := versions[v_write];
      v_chain := v_link[v_write];
    END IF;
    IF v_recorded THEN v_last := v_last + 1; END IF;
    IF c_commit IS NOT NULL THEN v_heads[i] := v_last; END IF;
    IF v_recorded THEN
      v_number := v_number + 1;
      v_chain := sha256(v_chain || int8send(v_number) || v_digest);
    END IF;
    v_position[i] := CASE WHEN v_recorded THEN v_last END;
    v_versions[i] := v_number;
    v_links[i] := v_chain;
  END LOOP;
  IF v_write > 0 AND v_recorded THEN versions[v_write] := v_number; v_link[v_write] := v_chain; END IF;

  IF v_last > base THEN
    IF v_hash IS NULL THEN INSERT INTO everfold.hash (algorithm) VALUES (p_hash); END IF;
    IF array_position(v_kind, NULL) IS NOT NULL THEN v_kind := everfold.kinds(n_category, n_type); END IF;
    IF v_single THEN
      INSERT INTO everfold.event (position, stream, version, recorded_at, schema_version, cause_position, kind, id, cause_id,
          cause_stream, correlation_id, encoding, tags, digest, link, body)
        VALUES (v_last, w_stream[1], v_number, e_recorded_at[1], e_schema_version[1], e_cause_position[1], v_kind[1], e_id[1],
          e_cause_id[1], e_cause_stream[1], e_correlation_id[1], e_encoding[1], e_tags[1]::text[], e_digest[1], v_chain,
          e_body[1]);
    ELSE
      INSERT INTO everfold.event (position, stream, version, recorded_at, schema_version, cause_position, kind, id, cause_id,
          cause_stream, correlation_id, encoding, tags, digest, link, body)
        SELECT e.position, w_stream[e.w], e.version, e.recorded_at, e.schema_version, e.cause_position, v_kind[e.kind], e.id,
               e.cause_id, e.cause_stream, e.correlation_id, e.encoding, e.tags::text[], e.digest, e.link, e.body
        FROM (SELECT unnest(v_position) AS position, unnest(e_write) AS w, unnest(v_versions) AS version, unnest(e_recorded_at) AS recorded_at,
          unnest(e_schema_version) AS schema_version, unnest(e_cause_position) AS cause_position, unnest(e_kind) AS kind, unnest(e_id) AS id, unnest(e_cause_id) AS cause_id,
          unnest(e_cause_stream) AS cause_stream, unnest(e_correlation_id) AS correlation_id, unnest(e_encoding) AS encoding, unnest(e_tags) AS tags, unnest(e_digest) AS digest,
          unnest(v_links) AS link, unnest(e_body) AS body) e
        WHERE e.position IS NOT NULL;
    END IF;
    IF e_tags IS NOT NULL THEN
      INSERT INTO everfold.tag (tag, position)
        SELECT unnest(e.tags::text[]), e.position FROM unnest(e_tags, v_position) e(tags, position)
        WHERE e.position IS NOT NULL;
    END IF;
  END IF;
  IF c_commit IS NOT NULL THEN
    INSERT INTO everfold.command (id, position, events, streams)
      SELECT c.id, coalesce(v_heads[c.last], base), c.events::uuid[], c.streams::text[]
      FROM unnest(c_commit, c_id, c_events, c_streams, c_last) c(c, id, events, streams, last)
      WHERE c.c <> ALL (refused);
  END IF;
  IF k_commit IS NOT NULL THEN
    INSERT INTO everfold.checkpoint AS p (consumer, upstream, partition, position)
      SELECT k.consumer, k.upstream, k.partition, k."to"
      FROM unnest(k_commit, k_consumer, k_upstream, k_partition, k_to) k(c, consumer, upstream, partition, "to")
      WHERE k.c <> ALL (refused)
      ON CONFLICT (consumer, upstream, partition) DO UPDATE SET position = excluded.position;
  END IF;
  links := array_to_string(v_link, '');
END $$;
