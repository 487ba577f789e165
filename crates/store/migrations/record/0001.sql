-- Who looked at what, and why. Written before anything is shown, never changed. Each entry holds the hash of the one before
-- it with its own fields, so that none can be taken out, changed or put in between without all after it being made anew.
CREATE TABLE entry (
    place INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    agent TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- the submission, none when it is about something else
    docket BIGINT,
    -- what else it is about: a series, a file, the words of a search
    object TEXT NOT NULL,
    -- how near it was to the agent, or why it was denied
    because TEXT NOT NULL,
    reason TEXT NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX entry_docket ON entry (docket, place) WHERE docket IS NOT NULL;
CREATE INDEX entry_agent ON entry (agent, place);
CREATE INDEX entry_at ON entry (at);
-- Submissions that nobody has a reason to open. Kept here, where who works with submissions does not read.
CREATE TABLE honey (docket INTEGER PRIMARY KEY);
