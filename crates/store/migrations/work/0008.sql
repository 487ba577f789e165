-- What keeps a submission from some of those who could see it, and shows it to others. Most have no row in any of
-- these: whoever is of the unit that has it sees it, nobody else does.
CREATE TABLE guard (docket INTEGER PRIMARY KEY, sealed BIGINT NOT NULL, markings TEXT NOT NULL);
CREATE TABLE conflict (docket BIGINT NOT NULL, agent TEXT NOT NULL, act TEXT NOT NULL, PRIMARY KEY (docket, agent)) WITHOUT ROWID;
CREATE INDEX conflict_agent ON conflict (agent);
CREATE TABLE joined (docket BIGINT NOT NULL, unit TEXT NOT NULL, parts TEXT NOT NULL, PRIMARY KEY (docket, unit)) WITHOUT ROWID;
CREATE INDEX joined_unit ON joined (unit);
-- What an agent is cleared for, empty for nothing.
ALTER TABLE agent ADD COLUMN clearance TEXT NOT NULL DEFAULT '';
-- Why the agent of a session looks beyond their own: asked once a task, empty between two.
ALTER TABLE session ADD COLUMN task TEXT NOT NULL DEFAULT '';
-- How many submissions of a series each unit has: an agent's list of series is a range of the index.
CREATE TABLE share (series TEXT NOT NULL, unit TEXT NOT NULL, members BIGINT NOT NULL, PRIMARY KEY (series, unit)) WITHOUT ROWID;
CREATE INDEX share_size ON share (unit, members, series);
DROP INDEX docket_series;
CREATE INDEX docket_series ON docket (series, seq, unit) WHERE series IS NOT NULL;
INSERT INTO share (series, unit, members) SELECT series, unit, COUNT(*) FROM docket WHERE series IS NOT NULL GROUP BY series, unit;
