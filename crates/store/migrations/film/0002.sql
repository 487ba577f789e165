-- What happens to projects, experts, immersions, encounters and lines of the budget, event by event, never changed.
CREATE TABLE journal (
    seq BIGINT PRIMARY KEY,
    -- Which kind of story, and which one of the kind.
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- From 0: two who act at once cannot both be the next.
    place BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    -- JSON, as casework lays it down.
    change TEXT NOT NULL,
    UNIQUE (kind, subject, place)
);

-- People outside the service whom a story is about: sealed, and erased in their time.
CREATE TABLE person (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    id TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (kind, subject, id)
);

-- How far the intake was read for requests.
CREATE TABLE reached (
    what TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
);
