-- What an agent says of a hit, beside what the program found and never over it: it stays when the program
-- finds anew. The hit spoken of is empty where one is added, what it is instead where it is none.
CREATE TABLE correction (
    act TEXT PRIMARY KEY,
    docket BIGINT NOT NULL,
    of_kind TEXT NOT NULL,
    of_value TEXT NOT NULL,
    to_kind TEXT NOT NULL,
    to_value TEXT NOT NULL,
    undone BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX correction_docket ON correction (docket, act);
-- Submissions to be harmonised again: a text came, an agent spoke of a hit, the program finds more than it
-- did. The stamp grows with each reason, so that a reason which comes meanwhile is not lost.
CREATE TABLE again (docket INTEGER PRIMARY KEY, stamp BIGINT NOT NULL);
