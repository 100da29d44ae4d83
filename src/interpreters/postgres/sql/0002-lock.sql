-- Begins the commit-ordered section: until the transaction ends, nobody else is in it. The statements after this one see
-- all that was committed before. Acknowledged means flushed, whatever the database was set to.
CREATE FUNCTION everfold.lock() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE 'everfold appends under READ COMMITTED only: a snapshot taken before the lock would not see what came before it';
  END IF;
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  LOCK TABLE everfold.append_lock IN EXCLUSIVE MODE;
END $$;
