-- Copies handed over to bodies outside, until their outcome comes back. The acts say the same, this is for lists.
CREATE TABLE handover (
    -- UUID text, which the outcome names
    reference TEXT PRIMARY KEY,
    docket BIGINT NOT NULL,
    -- id of the body
    body TEXT NOT NULL,
    agent TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    -- when the outcome is expected
    due_at BIGINT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX handover_waits ON handover (due_at) WHERE answered_at IS NULL;
CREATE INDEX handover_docket ON handover (docket);
-- The file that a body answered with, by the act that kept it.
CREATE TABLE handover_file (
    act TEXT PRIMARY KEY,
    docket BIGINT NOT NULL,
    name TEXT NOT NULL,
    bytes BYTEA NOT NULL
);
CREATE INDEX handover_file_docket ON handover_file (docket);
-- What older programs handed over is expected after 30 days.
INSERT INTO handover (reference, docket, body, agent, given_at, due_at, answered_at)
SELECT json_extract(body, '$.reference'), seq, json_extract(body, '$.body'), agent, at, at + 2592000000000,
    (SELECT MAX(answer.at) FROM act answer WHERE answer.seq = act.seq AND answer.kind = 'handover_outcome' AND json_extract(answer.body, '$.reference') = json_extract(act.body, '$.reference'))
FROM act
WHERE kind = 'handover' AND json_extract(body, '$.reference') IS NOT NULL AND json_extract(body, '$.body') IS NOT NULL
ON CONFLICT DO NOTHING
