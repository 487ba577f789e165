-- What somebody asks for that takes effect when a second person agrees: access to the workbench, new rules. Kept with who
-- asked, who answered and why, whatever the answer.
CREATE TABLE request (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- the unit whose head may agree, empty where none may
    unit TEXT NOT NULL,
    -- who or what it is about
    about TEXT NOT NULL,
    body TEXT NOT NULL,
    agent TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    second TEXT NOT NULL,
    answered_at BIGINT,
    -- agreed or refused, empty while it waits
    answer TEXT NOT NULL
);
CREATE INDEX request_asked_at ON request (kind, asked_at);
CREATE INDEX request_about ON request (kind, about);
