-- Signs of misuse are entries of the record too, so that one that was raised is not lost. Their unit is that of which they
-- are a sign, empty for the whole body.
CREATE INDEX entry_sign ON entry (unit, place) WHERE kind = 'sign';
-- Up to which entry signs were looked for.
CREATE TABLE watched (name TEXT PRIMARY KEY, place BIGINT NOT NULL);
-- The newest sign that somebody has seen.
CREATE TABLE seen (agent TEXT PRIMARY KEY, place BIGINT NOT NULL);
-- Searches for dates and reasons.
CREATE INDEX entry_kind ON entry (kind, place);
