-- Submissions that passed to another unit, whose identity is to be sealed under that unit's key.
CREATE TABLE passed (docket INTEGER PRIMARY KEY);
-- What a leave is for: empty to look, erase to erase.
ALTER TABLE leave ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
-- What keeps a submission beyond its time. One without an end holds until it is let go.
CREATE TABLE hold (
    id TEXT PRIMARY KEY,
    docket BIGINT NOT NULL,
    at BIGINT NOT NULL,
    agent TEXT NOT NULL,
    reason TEXT NOT NULL,
    until_at BIGINT,
    ended_at BIGINT,
    ended_by TEXT NOT NULL
);
CREATE INDEX hold_docket ON hold (docket);
CREATE INDEX hold_open ON hold (at) WHERE ended_at IS NULL;
-- What the rules of retention said of each submission when they were asked last. Asked again before anything is done.
CREATE TABLE due (docket INTEGER PRIMARY KEY, at BIGINT NOT NULL, does TEXT NOT NULL, rule TEXT NOT NULL);
CREATE INDEX due_at ON due (at);
-- Erasures that were begun and are not finished.
CREATE TABLE erasing (
    docket INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    does TEXT NOT NULL,
    rule TEXT NOT NULL,
    because TEXT NOT NULL,
    act TEXT NOT NULL,
    agent TEXT NOT NULL,
    second TEXT NOT NULL
);
-- Submissions whose keys and words are gone for good.
CREATE TABLE unmatched (docket INTEGER PRIMARY KEY);
-- What was erased, when and why. Each entry holds the hash of the one before it with its own fields.
CREATE TABLE proof (
    place INTEGER PRIMARY KEY,
    docket BIGINT NOT NULL,
    id TEXT NOT NULL,
    desk TEXT NOT NULL,
    headline TEXT NOT NULL,
    unit TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    does TEXT NOT NULL,
    rule TEXT NOT NULL,
    because TEXT NOT NULL,
    act TEXT NOT NULL,
    agent TEXT NOT NULL,
    second TEXT NOT NULL,
    files BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX proof_docket ON proof (docket);
CREATE INDEX proof_unit ON proof (unit, place);
