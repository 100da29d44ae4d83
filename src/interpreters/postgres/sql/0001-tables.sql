-- The tables of a store. Events, kinds, tags and commands are only ever inserted; nothing is kept twice: a stream is
-- its events, and its version and link are those of the last. Texts are compared byte by byte.

-- Holds nothing: whoever appends locks it, so that commits become visible in the order of their positions.
CREATE TABLE everfold.append_lock ();

-- The algorithm of the events' digests, from the first event on.
CREATE TABLE everfold.hash (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  algorithm  text NOT NULL
);

-- Each pair of category and type once, so that one index of small integers answers queries for a category, for a type,
-- and for both.
CREATE TABLE everfold.kind (
  kind      integer PRIMARY KEY,
  category  text COLLATE "C" NOT NULL,
  type      text COLLATE "C" NOT NULL,
  UNIQUE (type, category)
);

CREATE TABLE everfold.event (
  position        bigint PRIMARY KEY,
  version         bigint NOT NULL,
  recorded_at     bigint NOT NULL,              -- milliseconds since 1970
  schema_version  bigint NOT NULL,
  cause_position  bigint,
  kind            integer NOT NULL,
  stream          text COLLATE "C" NOT NULL,   -- category-id
  id              uuid NOT NULL UNIQUE,
  cause_id        uuid,
  cause_stream    text,
  correlation_id  text NOT NULL,
  encoding        text NOT NULL,
  tags            text[],                       -- none where there are none
  digest          bytea NOT NULL,
  link            bytea NOT NULL,
  body            bytea NOT NULL,
  UNIQUE (stream, version)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

CREATE INDEX event_kind ON everfold.event (kind, position);

CREATE TABLE everfold.tag (
  tag       text COLLATE "C" NOT NULL,
  position  bigint NOT NULL,
  PRIMARY KEY (tag, position)
);

CREATE TABLE everfold.command (
  id        text COLLATE "C" PRIMARY KEY,
  position  bigint NOT NULL,                    -- of its commit's last event
  events    uuid[] NOT NULL,
  streams   text[] NOT NULL                     -- what its commit wrote or asserted
);

-- Moves with commits only, inside the commit-ordered section.
CREATE TABLE everfold.checkpoint (
  consumer   text COLLATE "C" NOT NULL,
  upstream   text COLLATE "C" NOT NULL,
  partition  bigint NOT NULL,
  position   bigint NOT NULL,
  PRIMARY KEY (consumer, upstream, partition)
) WITH (fillfactor = 50);

-- An epoch begins inside the commit-ordered section, so no commit of the one before can follow it. A lease is renewed
-- outside: it touches no row that a commit waits for.
CREATE TABLE everfold.lease (
  consumer   text COLLATE "C" NOT NULL,
  upstream   text COLLATE "C" NOT NULL,
  partition  bigint NOT NULL,
  epoch      bigint NOT NULL,
  until      double precision NOT NULL,         -- milliseconds since 1970, by the clock of whoever asked
  PRIMARY KEY (consumer, upstream, partition)
) WITH (fillfactor = 50);

CREATE TABLE everfold.snapshot (
  stream         text COLLATE "C" PRIMARY KEY,
  version        bigint NOT NULL,
  codec_version  bigint NOT NULL,
  model_version  bigint NOT NULL,
  link           bytea NOT NULL,
  encoding       text NOT NULL,
  digest         bytea NOT NULL,
  body           bytea NOT NULL
) WITH (fillfactor = 70);
