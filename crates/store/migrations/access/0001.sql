-- How agents prove who they are, and their sessions. Moments are microseconds since 1970 UTC. No address and no agent
-- string of a browser is kept.
CREATE TABLE session (
    -- hash of what the browser holds
    token BYTEA PRIMARY KEY,
    -- names it on pages
    id TEXT NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    -- how it was made
    made_by TEXT NOT NULL,
    -- what the agent calls the device
    device TEXT NOT NULL,
    task TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX session_agent ON session (agent, started_at);

-- A password and the secret of its codes come together and go together.
CREATE TABLE password (
    agent TEXT PRIMARY KEY,
    -- PHC string of argon2id
    hash TEXT NOT NULL,
    -- sealed with the folder's key
    secret BYTEA NOT NULL,
    -- the last step of 30 s whose code was used
    last_step BIGINT NOT NULL,
    set_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- One-time codes for whoever lost the device that makes codes: hashes.
CREATE TABLE recovery (
    code BYTEA PRIMARY KEY,
    agent TEXT NOT NULL,
    used_at BIGINT
);
CREATE INDEX recovery_agent ON recovery (agent);

CREATE TABLE passkey (
    id BYTEA PRIMARY KEY,
    agent TEXT NOT NULL,
    name TEXT NOT NULL,
    -- public key and counter, JSON of webauthn-rs
    body TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkey_agent ON passkey (agent);

-- Who an identity provider says somebody is: each is one agent.
CREATE TABLE subject (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    agent TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX subject_agent ON subject (agent, issuer);

-- What goes from one request of a sign-in to the next: used once, and soon too old.
CREATE TABLE step (
    token BYTEA PRIMARY KEY,
    kind TEXT NOT NULL,
    -- sealed with the folder's key
    body BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX step_expiry ON step (expires_at);

-- Guesses at an account, there or not: a keyed hash names it.
CREATE TABLE guess (
    account BYTEA PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    open_at BIGINT NOT NULL
);
CREATE INDEX guess_age ON guess (last_at);

-- What happened to the access of an agent, for them and for an administrator.
CREATE TABLE event (
    agent TEXT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX event_agent ON event (agent, at)
