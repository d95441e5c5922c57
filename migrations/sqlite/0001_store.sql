-- The store, as src/store speaks to it. migrations/postgres holds the same tables: keep the two in step.
-- Times are milliseconds since 1970. Blobs are zstd frames with a checksum, but for ids and settings.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
);

-- One row a one-time address that has taken a message. It outlives the messages until the address itself has expired, so that
-- neither deleting nor sweeping lets a used-up address take mail again.
CREATE TABLE tests (
    id      BLOB PRIMARY KEY,
    taken   INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    deleted INTEGER
);

-- What was received, once however many destinations it had. raw is NULL when only judged probes still refer to it.
CREATE TABLE contents (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    size    INTEGER NOT NULL,
    session BLOB NOT NULL,
    raw     BLOB
);

-- One row a destination: a test with its number there, or a probe with its word.
CREATE TABLE deliveries (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    content  INTEGER NOT NULL REFERENCES contents (id),
    test     BLOB,
    probe    TEXT,
    word     TEXT,
    number   INTEGER NOT NULL,
    received INTEGER NOT NULL,
    network  TEXT NOT NULL,
    purpose  TEXT,
    failure  TEXT
);
CREATE UNIQUE INDEX deliveries_test ON deliveries (test, number) WHERE test IS NOT NULL;
CREATE INDEX deliveries_probe ON deliveries (probe, word, id) WHERE probe IS NOT NULL;
CREATE INDEX deliveries_received ON deliveries (received);
CREATE INDEX deliveries_content ON deliveries (content);

-- Work to be done, at most one job a delivery. Nobody may claim it before due: that is the lease, and the back-off.
CREATE TABLE jobs (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery INTEGER NOT NULL UNIQUE REFERENCES deliveries (id) ON DELETE CASCADE,
    reason   TEXT NOT NULL,
    network  TEXT NOT NULL,
    rank     INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    attempt  INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX jobs_rank ON jobs (rank);
CREATE INDEX jobs_network ON jobs (network, rank);

-- Every report of a delivery, numbered from 1; the latest is the one shown.
CREATE TABLE analyses (
    delivery INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    made     INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    purpose  TEXT,
    score    INTEGER NOT NULL,
    report   BLOB NOT NULL,
    evidence BLOB NOT NULL,
    PRIMARY KEY (delivery, number)
);
