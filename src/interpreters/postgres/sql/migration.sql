-- What was applied to a schema, each file of this folder once. Made before the first of them.
CREATE TABLE everfold.migration (
  version     integer PRIMARY KEY,
  name        text NOT NULL,
  digest      text NOT NULL,                    -- SHA-256 of the file, in hexadecimal
  serves      integer NOT NULL,                 -- releases whose last version is this or a later one go on working
  release     text NOT NULL,                    -- of everfold, that applied it
  applied_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
