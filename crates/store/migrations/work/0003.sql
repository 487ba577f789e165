-- The queue is walked in its order. What it is filtered by stands in the index, so that a row is read
-- only when it is shown.
DROP INDEX docket_rank;
CREATE INDEX docket_rank ON docket (state, rank, seq, desk, headline, unit);
DROP INDEX docket_deadline;
CREATE INDEX docket_deadline ON docket (state, deadline_at, seq, desk, headline, unit);
CREATE INDEX docket_newest ON docket (state, seq, desk, headline, unit);
DROP INDEX docket_desk;
CREATE INDEX docket_desk ON docket (state, desk, headline, rank, seq, deadline_at, unit);
DROP INDEX docket_unit;
CREATE INDEX docket_unit ON docket (state, unit, rank, seq, deadline_at, desk, headline);
