-- A kind's and a unit's rows are sorted by any order from their index alone.
DROP INDEX docket_desk;
CREATE INDEX docket_desk ON docket (state, desk, headline, rank, seq, deadline_at, unit);
DROP INDEX docket_unit;
CREATE INDEX docket_unit ON docket (state, unit, rank, seq, deadline_at, desk, headline);
