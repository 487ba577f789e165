-- What the public body makes of it: everything here but agents and decisions can be made again
-- from the intake.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE docket (
    seq BIGINT PRIMARY KEY,
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
    -- criteria met, proposals with reasons, sightings: JSON, read only with the submission's page
    assessment TEXT NOT NULL,
    sightings TEXT NOT NULL,
    -- 9 bytes a key: kind, then the key big-endian
    keys BYTEA NOT NULL
);
CREATE UNIQUE INDEX docket_id ON docket (id);
CREATE INDEX docket_rank ON docket (state, rank);
CREATE INDEX docket_desk ON docket (state, desk, headline, rank);
CREATE INDEX docket_unit ON docket (state, unit, rank);
CREATE INDEX docket_owner ON docket (owner, rank);
CREATE INDEX docket_deadline ON docket (state, deadline_at);
CREATE INDEX docket_series ON docket (series, seq);
CREATE TABLE tally (
    desk TEXT NOT NULL,
    headline TEXT NOT NULL,
    state TEXT NOT NULL,
    unit TEXT NOT NULL,
    members BIGINT NOT NULL,
    PRIMARY KEY (desk, headline, state, unit)
);
-- key → members, never pairs. A key gets a row of its own when a second member comes.
CREATE TABLE member (key BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (key, seq)) WITHOUT ROWID;
-- component 0: the key gives no evidence (capped, or on a warning list) and joins nothing
CREATE TABLE key (id BIGINT PRIMARY KEY, kind BIGINT NOT NULL, members BIGINT NOT NULL, damped BIGINT NOT NULL, component BIGINT NOT NULL);
CREATE INDEX key_component ON key (component) WHERE component <> 0;
CREATE TABLE component (id BIGINT PRIMARY KEY, keys BIGINT NOT NULL, dirty BIGINT NOT NULL);
CREATE INDEX component_dirty ON component (id) WHERE dirty <> 0;
CREATE TABLE series (
    id TEXT PRIMARY KEY,
    component BIGINT NOT NULL,
    state TEXT NOT NULL,
    merged_into TEXT,
    members BIGINT NOT NULL,
    cohesion BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX series_component ON series (component);
CREATE INDEX series_members ON series (state, members);
CREATE TABLE reason (series TEXT NOT NULL, a BIGINT NOT NULL, b BIGINT NOT NULL, millibits BIGINT NOT NULL, keys TEXT NOT NULL, PRIMARY KEY (series, a, b));
CREATE TABLE link_decision (id TEXT PRIMARY KEY, kind TEXT NOT NULL, a BIGINT NOT NULL, b BIGINT NOT NULL, act TEXT NOT NULL, undone BIGINT NOT NULL);
CREATE INDEX link_decision_a ON link_decision (a);
CREATE INDEX link_decision_b ON link_decision (b);
CREATE INDEX link_decision_act ON link_decision (act);
-- must-links and cannot-links that a later act contradicts: they come back when it is undone
CREATE TABLE set_aside (act TEXT NOT NULL, decision TEXT NOT NULL, PRIMARY KEY (act, decision));
-- Every decision of a person: who, when, why, and enough to undo it.
CREATE TABLE act (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    agent TEXT NOT NULL,
    seq BIGINT,
    series TEXT,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    undone_by TEXT
);
CREATE INDEX act_seq ON act (seq, at);
CREATE INDEX act_series ON act (series, at);
CREATE VIRTUAL TABLE words USING fts5(text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0', detail='column');
CREATE TABLE agent (id TEXT PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, role TEXT NOT NULL, disabled BIGINT NOT NULL);
CREATE TABLE invitation (token BYTEA PRIMARY KEY, agent TEXT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT);
CREATE TABLE session (token BYTEA PRIMARY KEY, agent TEXT NOT NULL, started_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, ended_at BIGINT);
CREATE TABLE api_token (token BYTEA PRIMARY KEY, name TEXT NOT NULL, created_at BIGINT NOT NULL, revoked_at BIGINT);
CREATE TABLE presence (seq BIGINT NOT NULL, agent TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (seq, agent));
