-- What guests of a story are known by, each once: keyed digests, and gone with the guest.
CREATE TABLE guest (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    digest BYTEA NOT NULL,
    -- Their identifier in the story, as in person.
    id TEXT NOT NULL,
    PRIMARY KEY (kind, subject, digest)
);

-- Photos of what is lent and of its condition. The bytes lie among the exhibits, by their hash.
CREATE TABLE photo (
    id TEXT PRIMARY KEY,
    pool TEXT NOT NULL,
    -- What it shows: a resource of the pool, or a booking at its hand-over or return.
    moment TEXT NOT NULL,
    subject TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    name TEXT NOT NULL,
    -- What is seen on it, in words.
    seen_fr TEXT NOT NULL,
    seen_en TEXT NOT NULL,
    -- Microseconds since 1970 UTC, and the agent.
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    -- Once it was taken away, bytes and all.
    gone_at BIGINT,
    gone_by TEXT
);
CREATE INDEX photo_subject ON photo (pool, subject);
CREATE INDEX photo_bytes ON photo (sha256);
