-- What is long and read with its submission alone stands apart: a row of the docket is written again when
-- its series or its state changes, and read by the thousand when a component is clustered. INTEGER makes the
-- place in the ledger the place of the row (BIGINT keeps an index beside it).
CREATE TABLE finding (docket INTEGER PRIMARY KEY, assessment TEXT NOT NULL, sightings TEXT NOT NULL);
INSERT INTO finding (docket, assessment, sightings) SELECT seq, assessment, sightings FROM docket ORDER BY seq;
ALTER TABLE docket RENAME TO docket_before;
CREATE TABLE docket (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    desk TEXT NOT NULL,
    track TEXT NOT NULL,
    headline TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    rank BIGINT NOT NULL,
    urgent BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    unit TEXT NOT NULL,
    owner TEXT NOT NULL,
    deadline_at BIGINT NOT NULL,
    occurred_at BIGINT,
    amount_minor BIGINT,
    currency TEXT NOT NULL,
    place TEXT NOT NULL,
    unread BIGINT NOT NULL,
    series TEXT,
    revision BIGINT NOT NULL,
    -- 9 bytes a key: kind, then the key big-endian
    keys BYTEA NOT NULL
);
INSERT INTO docket (seq, id, desk, track, headline, received_at, state, rank, urgent, priority, unit, owner, deadline_at, occurred_at, amount_minor, currency, place, unread, series, revision, keys) SELECT seq, id, desk, track, headline, received_at, state, rank, urgent, priority, unit, owner, deadline_at, occurred_at, amount_minor, currency, place, unread, series, revision, keys FROM docket_before ORDER BY seq;
DROP TABLE docket_before;
CREATE UNIQUE INDEX docket_id ON docket (id);
CREATE INDEX docket_rank ON docket (state, rank, seq, desk, headline, unit);
CREATE INDEX docket_deadline ON docket (state, deadline_at, seq, desk, headline, unit);
CREATE INDEX docket_newest ON docket (state, seq, desk, headline, unit);
CREATE INDEX docket_desk ON docket (state, desk, headline, rank, seq, deadline_at, unit);
CREATE INDEX docket_unit ON docket (state, unit, rank, seq, deadline_at, desk, headline);
-- Most submissions have no owner, and no series when they come: they need no entry.
CREATE INDEX docket_owner ON docket (owner, rank) WHERE owner <> '';
CREATE INDEX docket_series ON docket (series, seq) WHERE series IS NOT NULL;
-- Keys are hashes: in the order of their number, a key is one row in one place.
ALTER TABLE key RENAME TO key_before;
CREATE TABLE key (id BIGINT PRIMARY KEY, kind BIGINT NOT NULL, members BIGINT NOT NULL, damped BIGINT NOT NULL, component BIGINT NOT NULL) WITHOUT ROWID;
INSERT INTO key (id, kind, members, damped, component) SELECT id, kind, members, damped, component FROM key_before ORDER BY id;
DROP TABLE key_before;
CREATE INDEX key_component ON key (component) WHERE component <> 0;
-- What waits to be clustered, the smallest first.
DROP INDEX component_dirty;
CREATE INDEX component_dirty ON component (keys, id) WHERE dirty <> 0;
