-- What people sent. Insert only, drafts apart. One writer. `seq` is the ledger's leaf index.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE submission (
    seq BIGINT PRIMARY KEY,
    id TEXT NOT NULL,
    desk TEXT NOT NULL,
    desk_version BIGINT NOT NULL,
    track TEXT NOT NULL,
    lang TEXT NOT NULL,
    channel TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    -- first 8 bytes of the hash of the tracking code, and of the idempotency key
    code BIGINT NOT NULL,
    idempotency BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    nonce BYTEA NOT NULL,
    body BYTEA NOT NULL,
    facts TEXT NOT NULL
);
CREATE UNIQUE INDEX submission_id ON submission (id);
CREATE UNIQUE INDEX submission_code ON submission (code);
CREATE UNIQUE INDEX submission_idempotency ON submission (idempotency);
CREATE TABLE identity (seq BIGINT PRIMARY KEY, sealed BYTEA NOT NULL);
-- What came later from the person: a message, more facts, a withdrawal. Each is a leaf too.
CREATE TABLE supplement (
    seq BIGINT PRIMARY KEY,
    submission BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    idempotency BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    nonce BYTEA NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX supplement_idempotency ON supplement (idempotency);
CREATE INDEX supplement_submission ON supplement (submission, seq);
CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    sha256 BYTEA NOT NULL,
    size BIGINT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE TABLE exhibit (
    upload TEXT NOT NULL,
    submission BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (submission, upload)
);
CREATE TABLE leaf (seq BIGINT PRIMARY KEY, entry BYTEA NOT NULL);
CREATE TABLE tile (
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    width BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (level, place)
);
CREATE TABLE draft (
    code BIGINT PRIMARY KEY,
    desk TEXT NOT NULL,
    desk_version BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX draft_expires ON draft (expires_at);
