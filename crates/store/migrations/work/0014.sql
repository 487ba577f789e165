-- Sessions have a database of their own. What an agent could sign in with, and every session, counts for nothing from before
-- their access was last taken away.
DROP TABLE session;
ALTER TABLE agent ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0
