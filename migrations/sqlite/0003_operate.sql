-- What the operator looks back on. Nothing in here names a sender; times are milliseconds since 1970.

-- Counts of an hour, or (folded together after a week) of a day. Every node adds to the same rows.
CREATE TABLE tallies (
    grain TEXT NOT NULL,
    at    INTEGER NOT NULL,
    name  TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (grain, at, name)
);

-- The service's mail to itself: until the message was accepted, until its report was ready; or the stage where it failed.
CREATE TABLE self_tests (
    at       INTEGER PRIMARY KEY,
    accepted INTEGER,
    ready    INTEGER,
    stage    TEXT,
    detail   TEXT
);

-- Who does for all nodes what only one should do, and until when.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    until  INTEGER NOT NULL
);
