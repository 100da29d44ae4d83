-- For people with psql: events with their names spelled out, and their bodies where they are plain.
CREATE VIEW everfold.log AS
  SELECT e.position, e.stream, e.version, k.type, e.schema_version, e.id, coalesce(e.tags, '{}') AS tags,
         CASE WHEN e.recorded_at >= -210866803200000 -- the beginning of the time that PostgreSQL knows
           THEN to_timestamp(e.recorded_at / 1000.0) END AS recorded_at,
         e.correlation_id, e.cause_id, e.cause_stream, e.cause_position, e.encoding,
         everfold.plain(e.encoding, e.body) AS body, encode(e.link, 'hex') AS link
  FROM everfold.event e JOIN everfold.kind k USING (kind);
