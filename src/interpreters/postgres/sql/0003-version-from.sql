-- The first version of a stream after p_version whose position is p_position or later; one past the last where there is
-- none. Versions and positions rise together, so it is found in about as many steps as its distance has digits.
CREATE FUNCTION everfold.version_from(p_stream text, p_version bigint, p_position bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  low bigint := p_version;
  high bigint;
  middle bigint;
  step bigint := 1;
BEGIN
  LOOP
    high := low + step;
    EXIT WHEN NOT EXISTS (
      SELECT FROM everfold.event WHERE stream = p_stream AND version = high AND position < p_position);
    low := high;
    step := step * 2;
  END LOOP;
  WHILE high - low > 1 LOOP
    middle := (low + high) / 2;
    IF EXISTS (SELECT FROM everfold.event WHERE stream = p_stream AND version = middle AND position < p_position) THEN
      low := middle;
    ELSE
      high := middle;
    END IF;
  END LOOP;
  RETURN high;
END $$;
