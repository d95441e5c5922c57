-- The public probes' results. A message to a probe is deleted as soon as it is judged; this is all that is kept, for a day.
CREATE TABLE probe_results (
    id       TEXT PRIMARY KEY,
    probe    TEXT NOT NULL,
    word     TEXT,
    -- The first and the latest message that this row stands for, and how many there were: a flood is one row.
    received BIGINT NOT NULL,
    latest   BIGINT NOT NULL,
    count    BIGINT NOT NULL,
    network  TEXT NOT NULL,
    domain   TEXT,
    ip       TEXT,
    tag      TEXT NOT NULL,
    evidence BYTEA NOT NULL
);
CREATE INDEX probe_results_list ON probe_results (probe, word, latest);
CREATE INDEX probe_results_network ON probe_results (network, latest);
CREATE INDEX probe_results_domain ON probe_results (domain, latest);
CREATE INDEX probe_results_received ON probe_results (received);

-- Who has been answered by mail, and when: a hash of the address, kept for an hour.
CREATE TABLE probe_answers (
    sender BYTEA PRIMARY KEY,
    sent   BIGINT NOT NULL
);

ALTER TABLE probe_results ALTER COLUMN evidence SET STORAGE EXTERNAL;
