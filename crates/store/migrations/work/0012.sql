-- The record of joint work on a submission: acts in their order, which is the lock of whoever adds one. Never changed.
CREATE TABLE joint (docket BIGINT NOT NULL, place BIGINT NOT NULL, act TEXT NOT NULL, PRIMARY KEY (docket, place)) WITHOUT ROWID;
-- What the record comes to, for lists. The place is -1 where what was asked for by its number is not there: whoever asks
-- is not told.
CREATE TABLE referral (
    id TEXT PRIMARY KEY,
    docket BIGINT NOT NULL,
    form TEXT NOT NULL,
    unit TEXT NOT NULL,
    lead TEXT NOT NULL,
    standing TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    held_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    outcome TEXT NOT NULL,
    number TEXT NOT NULL,
    dropped BIGINT NOT NULL
);
CREATE INDEX referral_unit ON referral (unit, standing, due_at);
CREATE INDEX referral_lead ON referral (lead, standing, due_at);
CREATE INDEX referral_docket ON referral (docket);
