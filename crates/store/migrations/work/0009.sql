-- Leave to look at what is not open to an agent otherwise, with the second person who agreed. The place is -1 where what
-- was asked for is not there: whoever asks is not told.
CREATE TABLE leave (
    id TEXT PRIMARY KEY,
    docket BIGINT NOT NULL,
    asked TEXT NOT NULL,
    agent TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    second TEXT NOT NULL,
    agreed_at BIGINT
);
CREATE INDEX leave_agent ON leave (agent, docket);
CREATE INDEX leave_asked_at ON leave (asked_at);
