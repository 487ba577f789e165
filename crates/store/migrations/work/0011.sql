-- In which parts of a submission its keys stand, of those that other units take part in alone: a unit that is shown some
-- parts finds it by what stands in these. Without a row a key stands in none. Parts are numbered by the program.
CREATE TABLE key_part (docket BIGINT NOT NULL, key BIGINT NOT NULL, part BIGINT NOT NULL, PRIMARY KEY (docket, key, part)) WITHOUT ROWID;
-- What ties a submission to its series is asked for from both ends.
CREATE INDEX reason_b ON reason (b);
INSERT INTO again (docket, stamp) SELECT DISTINCT docket, 1 FROM joined WHERE true ON CONFLICT (docket) DO UPDATE SET stamp = again.stamp + 1;
