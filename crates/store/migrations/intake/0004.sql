-- Who the persons are as those see them who do not open the identity, JSON. Empty where the desk describes nobody.
ALTER TABLE submission ADD COLUMN described TEXT NOT NULL DEFAULT '';
-- What was erased of it: empty, erase_identity or erase_all. Its nonce and its digests are gone then: with the facts
-- at hand a digest would tell whether a guessed identity is right.
ALTER TABLE submission ADD COLUMN erased TEXT NOT NULL DEFAULT '';
