-- Newest hashes of the record of looks, each a leaf of the ledger: what was recorded up to one cannot be written anew
-- unseen. The one before is named, so that none can be left out of the middle.
CREATE TABLE anchor (
    seq INTEGER PRIMARY KEY,
    entries BIGINT NOT NULL,
    at BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    nonce BYTEA NOT NULL,
    before TEXT NOT NULL
);
CREATE UNIQUE INDEX anchor_entries ON anchor (entries);
