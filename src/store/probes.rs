//! The probes' results: all that is kept of a message to a public address, for a day. A flood is one row with a count.
//!
//! Judging replaces: the delivery, its job and its content go in the transaction that writes the row.

use std::net::IpAddr;
use std::sync::Arc;

use aws_lc_rs::digest;
use jiff::Timestamp;

use super::db::{Row, Tx, Value, values};
use super::read::readable;
use super::{Job, Store, StoreError, now, pack, retention, timestamp, writer};
use crate::address::{Mailbox, Probe};
use crate::probe::{Evidence, Judged, Tag};

/// For how long messages are counted together, milliseconds.
const WINDOW: i64 = 60_000;
/// Messages to one list, of one network in the name of one domain, that have rows of their own within the window: more
/// than anybody sends by hand.
const SAME_SENDER: i64 = 10;
/// The same of one network whatever the domain, and of one domain with one result whatever the network: who floods in
/// another's name is told by the result, and does not take the other's own messages along.
const SAME_NETWORK: i64 = 60;
/// No second answer by mail to the same address within this time, milliseconds.
const ANSWER_PAUSE: i64 = 3_600_000;

/// One row of a probe's list: one message, or a flood of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeResult {
    /// Not to be guessed.
    pub id: String,
    pub word: Option<String>,
    pub received_at: Timestamp,
    /// When the row last changed: of a flood, its latest message.
    pub latest_at: Timestamp,
    /// How many messages it stands for.
    pub count: u64,
    pub tag: Tag,
    /// The Author Domain, else the return path's.
    pub domain: Option<String>,
    pub client_ip: Option<IpAddr>,
}

/// What became of a judged message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeFiled {
    /// It has a row of its own.
    Row(String),
    /// It was counted in the row of a flood.
    Flood,
    /// It was filed already.
    Gone,
}

impl Store {
    /// Files what a probe says of a job's message and forgets the message.
    pub async fn finish_probe(
        &self,
        job: &Job,
        probe: Probe,
        word: Option<&str>,
        judged: &Judged,
    ) -> Result<ProbeFiled, StoreError> {
        let row = NewRow {
            id: format!("{:032x}", rand::random::<u128>()),
            domain: judged.domain.clone(),
            ip: judged.evidence.client_ip.map(|ip| ip.to_string()),
            tag: judged.tag.to_string(),
            received: judged.evidence.received_at.as_millisecond(),
            evidence: pack::pack_json(&judged.evidence)?.into(),
        };
        self.file_probe(job, probe, word, Some(row)).await
    }

    /// Counts a job's message without looking into it, when its network floods this probe. False: it is to be judged.
    pub async fn absorb_flood(&self, job: &Job, probe: Probe, word: Option<&str>) -> Result<bool, StoreError> {
        Ok(self.file_probe(job, probe, word, None).await? == ProbeFiled::Flood)
    }

    async fn file_probe(
        &self,
        job: &Job,
        probe: Probe,
        word: Option<&str>,
        row: Option<NewRow>,
    ) -> Result<ProbeFiled, StoreError> {
        let (network, word) = (job.network.clone(), word.map(str::to_owned));
        let work = ProbeWork { job: job.id, network, probe, word, row };
        match self.ask(writer::Work::Probe(work)).await? {
            writer::Outcome::Probe(filed) => Ok(filed),
            _ => Err(StoreError::Closed),
        }
    }

    /// The latest results of a probe, newest first: of mail to `probe@`, or with a word of mail to `probe+word@` alone.
    pub async fn probe_results(
        &self,
        probe: Probe,
        word: Option<&str>,
        most: u32,
    ) -> Result<Vec<ProbeResult>, StoreError> {
        let select = "SELECT id, word, received, latest, count, tag, domain, ip FROM probe_results \
                      WHERE probe = $1 AND word IS NOT DISTINCT FROM $2 ORDER BY latest DESC, received DESC, id LIMIT $3";
        let rows = self.db.read(select, values![probe.name(), word, most]).await?;
        Ok(rows.iter().filter_map(|row| readable(result(row))).collect())
    }

    /// One row with its evidence.
    pub async fn probe_result(&self, probe: Probe, id: &str) -> Result<Option<(ProbeResult, Evidence)>, StoreError> {
        let select = "SELECT id, word, received, latest, count, tag, domain, ip, evidence FROM probe_results \
                      WHERE id = $1 AND probe = $2";
        let rows = self.db.read(select, values![id, probe.name()]).await?;
        rows.first().map(|row| Ok((result(row)?, pack::unpack_json(&row.blob(8)?)?))).transpose()
    }

    /// True once an hour for each address: an answer by mail may be sent. The address itself is not kept.
    pub async fn may_answer(&self, to: &Mailbox) -> Result<bool, StoreError> {
        let hash = digest::digest(&digest::SHA256, to.to_string().to_lowercase().as_bytes());
        let insert = "INSERT INTO probe_answers (sender, sent) VALUES ($1, $2) \
                      ON CONFLICT (sender) DO UPDATE SET sent = $2 WHERE probe_answers.sent <= $3 RETURNING sent";
        let now = now();
        let rows = self.db.write(insert, values![hash.as_ref(), now, now.saturating_sub(ANSWER_PAUSE)]).await?;
        Ok(!rows.is_empty())
    }
}

/// Forgets rows that were received before this time, and answers that no longer matter.
pub(super) async fn sweep(tx: &mut Tx, before: i64) -> Result<(), StoreError> {
    tx.run("DELETE FROM probe_results WHERE received < $1", values![before]).await?;
    tx.run("DELETE FROM probe_answers WHERE sent < $1", values![now().saturating_sub(ANSWER_PAUSE)]).await?;
    Ok(())
}

/// A job of a probe, done: with a row of its own, or only to be counted if its network floods.
pub(super) struct ProbeWork {
    job: i64,
    network: String,
    probe: Probe,
    word: Option<String>,
    row: Option<NewRow>,
}

struct NewRow {
    id: String,
    domain: Option<String>,
    ip: Option<String>,
    tag: String,
    received: i64,
    evidence: Arc<[u8]>,
}

impl ProbeWork {
    pub(super) fn octets(&self) -> usize {
        self.row.as_ref().map_or(0, |row| row.evidence.len())
    }

    pub(super) async fn write(&self, tx: &mut Tx) -> Result<ProbeFiled, StoreError> {
        let flood = self.flood(tx).await?;
        if flood.is_none() && self.row.is_none() {
            return Ok(ProbeFiled::Gone);
        }
        // Jobs are locked before deliveries, as `retention` does: no dead-lock.
        let removed = tx.run("DELETE FROM jobs WHERE id = $1 RETURNING delivery", values![self.job]).await?;
        let Some(row) = removed.first() else { return Ok(ProbeFiled::Gone) };
        let rows = tx.run("SELECT id, content FROM deliveries WHERE id = $1", values![row.int(0)?]).await?;
        retention::forget(tx, &rows).await?;
        match (flood, &self.row) {
            (Some(flood), _) => flood.count_one_more(tx).await.map(|()| ProbeFiled::Flood),
            (None, Some(row)) => self.insert(tx, row).await,
            (None, None) => Ok(ProbeFiled::Gone),
        }
    }

    async fn insert(&self, tx: &mut Tx, row: &NewRow) -> Result<ProbeFiled, StoreError> {
        let insert = "INSERT INTO probe_results \
                      (id, probe, word, received, latest, count, network, domain, ip, tag, evidence) \
                      VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10)";
        let values = values![
            &*row.id,
            self.probe.name(),
            self.word.as_deref(),
            row.received,
            now(),
            &*self.network,
            row.domain.as_deref(),
            row.ip.as_deref(),
            &*row.tag,
            &row.evidence,
        ];
        tx.run(insert, values).await?;
        Ok(ProbeFiled::Row(row.id.clone()))
    }

    /// The rows that this message is one too many for.
    async fn flood(&self, tx: &mut Tx) -> Result<Option<Flood>, StoreError> {
        let since = now().saturating_sub(WINDOW);
        if let Some(row) = &self.row {
            let sender = "SELECT id, word, count FROM probe_results WHERE network = $1 AND latest > $2 AND probe = $3 \
                          AND domain IS NOT DISTINCT FROM $4 AND word IS NOT DISTINCT FROM $5";
            let values = values![&*self.network, since, self.probe.name(), row.domain.as_deref(), self.word.as_deref()];
            if let Some(flood) = self.more_than(SAME_SENDER, tx.run(sender, values).await?)? {
                return Ok(Some(flood));
            }
            let domain = "SELECT id, word, count FROM probe_results WHERE domain = $1 AND latest > $2 AND probe = $3 \
                          AND tag = $4";
            if let Some(name) = row.domain.as_deref()
                && let rows = tx.run(domain, values![name, since, self.probe.name(), &*row.tag]).await?
                && let Some(flood) = self.more_than(SAME_NETWORK, rows)?
            {
                return Ok(Some(flood));
            }
        }
        let network = "SELECT id, word, count FROM probe_results WHERE network = $1 AND latest > $2 AND probe = $3";
        let values: Vec<Value> = values![&*self.network, since, self.probe.name()];
        self.more_than(SAME_NETWORK, tx.run(network, values).await?)
    }

    /// The fullest row takes the count; single rows of the same list go into it.
    fn more_than(&self, limit: i64, rows: Vec<Row>) -> Result<Option<Flood>, StoreError> {
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            found.push((row.text(0)?, row.text_or_null(1)? == self.word, row.int(2)?));
        }
        if found.iter().map(|(_, _, count)| count).sum::<i64>() < limit {
            return Ok(None);
        }
        found.sort_by_key(|(_, same_list, count)| (*same_list, *count));
        let Some((keep, ..)) = found.pop() else { return Ok(None) };
        let merge = found.into_iter().filter(|(_, same_list, _)| *same_list);
        Ok(Some(Flood { keep, merge: merge.map(|(id, _, count)| (id, count)).collect() }))
    }
}

struct Flood {
    keep: String,
    merge: Vec<(String, i64)>,
}

impl Flood {
    async fn count_one_more(self, tx: &mut Tx) -> Result<(), StoreError> {
        let mut more = 1;
        for (id, count) in self.merge {
            tx.run("DELETE FROM probe_results WHERE id = $1", values![&*id]).await?;
            more += count;
        }
        let update = "UPDATE probe_results SET count = count + $2, latest = $3 WHERE id = $1";
        tx.run(update, values![&*self.keep, more, now()]).await.map(drop)
    }
}

fn result(row: &Row) -> Result<ProbeResult, StoreError> {
    let tag = row.text(5)?;
    Ok(ProbeResult {
        id: row.text(0)?,
        word: row.text_or_null(1)?,
        received_at: timestamp(row.int(2)?)?,
        latest_at: timestamp(row.int(3)?)?,
        count: row.int(4)?.unsigned_abs(),
        tag: Tag::parse(&tag).ok_or_else(|| StoreError::Corrupt(format!("no such tag: {tag}")))?,
        domain: row.text_or_null(6)?,
        client_ip: row.text_or_null(7)?.and_then(|ip| ip.parse().ok()),
    })
}
