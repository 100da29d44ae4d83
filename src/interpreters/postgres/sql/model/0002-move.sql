-- Serves releases of version 1
-- The end of a projection's transaction: it fails, and the transaction with it, where another instance has taken over or
-- the checkpoint is elsewhere. So the statement that commits can be sent at once, behind this one.
CREATE FUNCTION everfold.move_1(
  p_consumer text, p_upstream text, p_partition bigint, p_epoch bigint, p_from bigint, p_to bigint
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  held bigint;
  stands bigint;
BEGIN
  SELECT epoch INTO held FROM everfold.lease
    WHERE consumer = p_consumer AND upstream = p_upstream AND partition = p_partition FOR SHARE;
  IF held IS DISTINCT FROM p_epoch THEN
    RAISE EXCEPTION 'another instance has taken over' USING ERRCODE = 'EF001', DETAIL = coalesce(held, 0);
  END IF;
  IF p_to >= p_from THEN
    UPDATE everfold.checkpoint SET position = p_to
      WHERE consumer = p_consumer AND upstream = p_upstream AND partition = p_partition AND position = p_from;
    IF FOUND THEN RETURN; END IF;
  END IF;
  SELECT position INTO stands FROM everfold.checkpoint
    WHERE consumer = p_consumer AND upstream = p_upstream AND partition = p_partition;
  RAISE EXCEPTION 'the checkpoint is elsewhere' USING ERRCODE = 'EF002', DETAIL = coalesce(stands, 0);
END $$;
