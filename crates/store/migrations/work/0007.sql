-- Submissions that a key which leads with a second fact only (a passage) brings to others, and where they lie. Such
-- a key lies in no component: some of its holders share a second fact, others do not.
CREATE TABLE tied (docket INTEGER PRIMARY KEY, component BIGINT NOT NULL);
CREATE INDEX tied_component ON tied (component);
-- Passages led by themselves before. Who lay together stays together, clustered anew: what is found in a component
-- does not change when it is wider than it must be.
INSERT INTO tied (docket, component) SELECT member.seq, MAX(key.component) FROM key JOIN member ON member.key = key.id WHERE key.kind = 16 AND key.component <> 0 GROUP BY member.seq;
UPDATE component SET dirty = 1 WHERE id IN (SELECT component FROM tied);
UPDATE key SET component = 0 WHERE kind = 16 AND component <> 0;
-- Submissions of a part so large that single facts join none of them.
ALTER TABLE component ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
CREATE INDEX component_held ON component (held) WHERE held <> 0;
