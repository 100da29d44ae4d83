-- Serves releases of version 1
-- Wakes those who wait in other processes. It carries no truth, so nothing waits until it is flushed.
CREATE FUNCTION everfold.wake(p_channel text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_notify(p_channel, '');
END $$;
