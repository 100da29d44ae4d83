-- How far projections have come that write to this database, and what they could not handle.

-- Moves inside the transaction that writes what the projection makes of the events.
CREATE TABLE everfold.checkpoint (
  consumer   text COLLATE "C" NOT NULL,
  upstream   text COLLATE "C" NOT NULL,
  partition  bigint NOT NULL,
  position   bigint NOT NULL,
  PRIMARY KEY (consumer, upstream, partition)
) WITH (fillfactor = 50);

-- Apart from it, so that a lease is renewed, and taken over, while a transaction is under way.
CREATE TABLE everfold.lease (
  consumer   text COLLATE "C" NOT NULL,
  upstream   text COLLATE "C" NOT NULL,
  partition  bigint NOT NULL,
  epoch      bigint NOT NULL,
  until      double precision NOT NULL,         -- milliseconds since 1970, by the clock of whoever asked
  PRIMARY KEY (consumer, upstream, partition)
) WITH (fillfactor = 50);

CREATE TABLE everfold.parked (
  consumer   text COLLATE "C" NOT NULL,
  upstream   text COLLATE "C" NOT NULL,
  partition  bigint NOT NULL,
  position   bigint NOT NULL,
  stream     text NOT NULL,
  reason     text NOT NULL,
  at         bigint NOT NULL,                   -- milliseconds since 1970
  PRIMARY KEY (consumer, upstream, partition, position)
);

-- The version of each projection that is to be read.
CREATE TABLE everfold.active (
  name     text COLLATE "C" PRIMARY KEY,
  version  bigint NOT NULL
);
