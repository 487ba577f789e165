-- What each unit's part of a series comes to: a list of series is read from here, and not from its submissions.
ALTER TABLE share ADD COLUMN amount_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE share ADD COLUMN first_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE share ADD COLUMN last_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE share ADD COLUMN cohesion BIGINT NOT NULL DEFAULT 0;
DELETE FROM share;
INSERT INTO share (series, unit, members, amount_minor, first_at, last_at, cohesion) SELECT series, unit, COUNT(*), SUM(CASE currency WHEN 'EUR' THEN COALESCE(amount_minor, 0) ELSE 0 END), COALESCE(MIN(occurred_at), MIN(received_at), 0), COALESCE(MAX(occurred_at), MAX(received_at), 0), COALESCE((SELECT CAST(AVG(r.millibits) AS BIGINT) FROM reason r JOIN docket a ON a.seq = r.a JOIN docket b ON b.seq = r.b WHERE r.series = docket.series AND a.unit = docket.unit AND b.unit = docket.unit), 0) FROM docket WHERE series IS NOT NULL GROUP BY series, unit;
