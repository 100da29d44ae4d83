-- Begins an epoch of a consumer: takes its lease until p_until, unless another one lasts beyond p_now. Inside the
-- commit-ordered section, so that no commit of the epoch before can follow. Answers how far the consumer had come, and the
-- epoch; nothing where another lease lasts.
CREATE FUNCTION everfold.acquire_1(
  p_consumer text, p_upstream text, p_partition bigint, p_now double precision, p_until double precision,
  OUT reached bigint, OUT begun bigint
) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- Those who wait for a lease to end ask often, and keep no commit waiting.
  IF EXISTS (SELECT FROM everfold.lease l
    WHERE l.consumer = p_consumer AND l.upstream = p_upstream AND l.partition = p_partition AND l.until > p_now) THEN
    RETURN;
  END IF;
  PERFORM everfold.lock();
  INSERT INTO everfold.lease AS l (consumer, upstream, partition, epoch, until)
    VALUES (p_consumer, p_upstream, p_partition, 1, p_until)
    ON CONFLICT ON CONSTRAINT lease_pkey DO UPDATE SET epoch = l.epoch + 1, until = excluded.until WHERE l.until <= p_now
    RETURNING l.epoch INTO begun;
  IF begun IS NOT NULL THEN
    reached := coalesce((SELECT c.position FROM everfold.checkpoint c
      WHERE c.consumer = p_consumer AND c.upstream = p_upstream AND c.partition = p_partition), 0);
  END IF;
END $$;
