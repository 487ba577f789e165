-- The queue is walked in its order. What it is filtered by stands in the index, so that a row is read
-- only when it is shown.
DROP INDEX docket_rank;
CREATE INDEX docket_rank ON docket (state, rank, seq, desk, headline, unit);
DROP INDEX docket_deadline;
CREATE INDEX docket_deadline ON docket (state, deadline_at, seq, desk, headline, unit);
CREATE INDEX docket_newest ON docket (state, seq, desk, headline, unit);
