-- The keys of units, each wrapped by the master key. A record is sealed only under a key that is durable here.
-- `master` names the master key that wraps the row, without giving it away.
CREATE TABLE unit_key (
    id BYTEA PRIMARY KEY,
    unit TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    master BYTEA NOT NULL
);
CREATE UNIQUE INDEX unit_key_unit ON unit_key (unit);
