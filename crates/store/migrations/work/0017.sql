-- Reasons are read by their series alone, and were kept in three trees for it: one is enough.
ALTER TABLE reason RENAME TO reason_before;
CREATE TABLE reason (
    series TEXT NOT NULL,
    a BIGINT NOT NULL,
    b BIGINT NOT NULL,
    millibits BIGINT NOT NULL,
    keys TEXT NOT NULL,
    PRIMARY KEY (series, a, b)
) WITHOUT ROWID;
INSERT INTO reason (series, a, b, millibits, keys) SELECT series, a, b, millibits, keys FROM reason_before ORDER BY series, a, b;
DROP TABLE reason_before;
