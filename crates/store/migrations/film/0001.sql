-- Bookings of the film desk: what each comes to, what happened to it, and what is held.
CREATE TABLE booking (
    id TEXT PRIMARY KEY,
    applicant TEXT NOT NULL,
    -- JSON list of identifiers of resources.
    wanted TEXT NOT NULL,
    -- Moments are microseconds since 1970 UTC, durations seconds.
    used_from BIGINT NOT NULL,
    used_until BIGINT NOT NULL,
    prepare BIGINT NOT NULL,
    strike BIGINT NOT NULL,
    insured_until BIGINT,
    asked_at BIGINT NOT NULL,
    standing TEXT NOT NULL,
    operational BIGINT NOT NULL,
    -- JSON list of what is still out.
    still_out TEXT NOT NULL,
    -- What use, preparation and strike come to.
    held_from BIGINT NOT NULL,
    held_until BIGINT NOT NULL
);
CREATE INDEX booking_applicant ON booking (applicant, held_from);

-- What those who wait want, kits taken apart.
CREATE TABLE wanted (
    resource TEXT NOT NULL,
    held_until BIGINT NOT NULL,
    booking TEXT NOT NULL,
    held_from BIGINT NOT NULL,
    PRIMARY KEY (resource, held_until, booking)
);
CREATE INDEX wanted_booking ON wanted (booking);

-- What bookings hold or held.
CREATE TABLE hold (
    resource TEXT NOT NULL,
    held_until BIGINT NOT NULL,
    held_from BIGINT NOT NULL,
    booking TEXT NOT NULL,
    PRIMARY KEY (resource, held_until)
);
CREATE INDEX hold_booking ON hold (booking);

-- Each hour of each hold, once: two bookings cannot have one hour of one resource, whatever program writes.
CREATE TABLE held_hour (
    resource TEXT NOT NULL,
    hour BIGINT NOT NULL,
    booking TEXT NOT NULL,
    PRIMARY KEY (resource, hour)
);

-- Everything that happened, in order, never changed.
CREATE TABLE booking_event (
    seq BIGINT PRIMARY KEY,
    booking TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    change TEXT NOT NULL,
    -- JSON: what was said, or what was lost to which booking.
    details TEXT NOT NULL
);
CREATE INDEX booking_event_booking ON booking_event (booking, seq);
