-- seq becomes the number of the row itself, which SQLite does for INTEGER and not for BIGINT: a commit then
-- writes one page of each of these tables and not a second one of an index.
CREATE TABLE leaf_by_number (seq INTEGER PRIMARY KEY, entry BYTEA NOT NULL);
INSERT INTO leaf_by_number (seq, entry) SELECT seq, entry FROM leaf ORDER BY seq;
DROP TABLE leaf;
ALTER TABLE leaf_by_number RENAME TO leaf;
CREATE TABLE identity_by_number (seq INTEGER PRIMARY KEY, sealed BYTEA NOT NULL);
INSERT INTO identity_by_number (seq, sealed) SELECT seq, sealed FROM identity ORDER BY seq;
DROP TABLE identity;
ALTER TABLE identity_by_number RENAME TO identity;
