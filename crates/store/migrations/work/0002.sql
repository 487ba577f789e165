-- A page of series is a range of this index, ties of size included.
DROP INDEX series_members;
CREATE INDEX series_size ON series (state, members, id);
