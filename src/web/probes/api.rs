//! `/api/v1/probes`: the same for programs.

use std::net::IpAddr;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ROWS;
use crate::address::{MAX_WORD, Probe, is_probe_word};
use crate::auth::{received_spf, results_header};
use crate::probe::Aligned;
use crate::store::{ProbeResult, StoreError};
use crate::web::Web;
use crate::web::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WordQuery {
    /// Of `spf+word@`: letters a-z, digits and dashes, at most 40; without it, mail to the plain address.
    word: Option<String>,
}

/// Newest first.
#[derive(Serialize, ToSchema)]
pub struct Results {
    results: Vec<ResultRow>,
}

#[derive(Serialize, ToSchema)]
pub struct ResultRow {
    id: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Such as `|OK| spf-pass` or `!! spf-fail !!`.
    tag: String,
    /// The domain in From, else the return path's.
    domain: Option<String>,
    #[schema(value_type = Option<String>)]
    client_ip: Option<IpAddr>,
    word: Option<String>,
    /// More than 1: a flood, shown as one row.
    count: u64,
}

#[derive(Serialize, ToSchema)]
pub struct ResultDetail {
    #[serde(flatten)]
    row: ResultRow,
    /// The domain in From.
    author_domain: Option<String>,
    /// The domain that SPF was asked for.
    spf_domain: Option<String>,
    /// `null`: DNS did not tell.
    spf_aligned_relaxed: Option<bool>,
    spf_aligned_strict: bool,
    dkim: Vec<SignatureAlignment>,
    dmarc: DmarcOutcome,
    /// The header fields as mail software writes them.
    authentication_results: String,
    received_spf: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SignatureAlignment {
    domain: String,
    selector: String,
    #[schema(value_type = String)]
    result: crate::auth::DkimResult,
    /// `null`: DNS did not tell.
    aligned_relaxed: Option<bool>,
    aligned_strict: bool,
}

#[derive(Serialize, ToSchema)]
struct DmarcOutcome {
    #[schema(value_type = String)]
    result: crate::auth::DmarcResult,
    /// Where the policy record was found.
    policy_domain: Option<String>,
    /// The published policy that applies to the domain in From, and the tag (`p`, `sp`, `np`) it comes from.
    #[schema(value_type = Option<String>)]
    policy: Option<crate::auth::Policy>,
    #[schema(value_type = Option<String>)]
    policy_tag: Option<crate::auth::PolicyTag>,
    /// `t=y`.
    testing: bool,
    /// SPF passes and aligns by the record's own rule; the same of a signature.
    spf_aligned: bool,
    dkim_aligned: bool,
    record: Option<String>,
}

/// What a probe said lately.
#[utoipa::path(get, path = "/api/v1/probes/{probe}", tag = "probes", params(("probe" = String, Path), WordQuery),
    responses((status = 200, body = Results), (status = 404, body = Problem)))]
pub async fn results(
    State(web): State<Web>,
    Path(name): Path<String>,
    query: Result<Query<WordQuery>, QueryRejection>,
) -> Result<Json<Results>, Problem> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let (probe, word) = (known(&name)?, word(query.word)?);
    let rows = web.store.probe_results(probe, word.as_deref(), ROWS).await.map_err(ours)?;
    Ok(Json(Results { results: rows.into_iter().map(ResultRow::new).collect() }))
}

/// One result with its alignment and header lines.
#[utoipa::path(get, path = "/api/v1/probes/{probe}/results/{id}", tag = "probes",
    params(("probe" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = ResultDetail), (status = 404, body = Problem)))]
pub async fn result(
    State(web): State<Web>,
    Path((name, id)): Path<(String, String)>,
) -> Result<Json<ResultDetail>, Problem> {
    let found = web.store.probe_result(known(&name)?, &id).await.map_err(ours)?;
    let (row, evidence) = found.ok_or_else(Problem::not_found)?;
    let (auth, domain) = (&evidence.auth, web.book.domain());
    let helo = evidence.helo.as_deref().unwrap_or("unknown");
    let author = auth.dmarc.author_domain.as_deref();
    let spf_domain = auth.spf.seen().map(|spf| spf.domain.clone());
    Ok(Json(ResultDetail {
        row: ResultRow::new(row),
        author_domain: author.map(str::to_owned),
        spf_aligned_relaxed: known_alignment(crate::probe::spf_alignment(auth)),
        spf_aligned_strict: author.is_some() && spf_domain.as_deref() == author,
        spf_domain,
        dkim: auth
            .dkim
            .iter()
            .map(|signature| SignatureAlignment {
                domain: signature.domain.clone(),
                selector: signature.selector.clone(),
                result: signature.result,
                aligned_relaxed: known_alignment(crate::probe::dkim_alignment(auth, signature)),
                aligned_strict: signature.aligned_strict,
            })
            .collect(),
        dmarc: DmarcOutcome {
            result: auth.dmarc.registered_result(),
            policy_domain: auth.dmarc.policy_domain.clone(),
            policy: auth.dmarc.policy,
            policy_tag: auth.dmarc.policy_tag,
            testing: auth.dmarc.testing,
            spf_aligned: auth.dmarc.spf_aligned,
            dkim_aligned: auth.dmarc.dkim_aligned,
            record: auth.dmarc.record.clone(),
        },
        authentication_results: results_header(auth, domain),
        received_spf: auth.spf.seen().map(|spf| received_spf(spf, helo, domain)),
    }))
}

impl ResultRow {
    fn new(row: ProbeResult) -> ResultRow {
        ResultRow {
            id: row.id,
            at: row.received_at,
            tag: row.tag.to_string(),
            domain: row.domain,
            client_ip: row.client_ip,
            word: row.word,
            count: row.count,
        }
    }
}

fn known_alignment(aligned: Aligned) -> Option<bool> {
    match aligned {
        Aligned::Yes => Some(true),
        Aligned::No => Some(false),
        Aligned::Unknown => None,
    }
}

pub fn known(name: &str) -> Result<Probe, Problem> {
    Probe::parse(name).ok_or_else(Problem::not_found)
}

/// In lower case, as it is filed.
pub fn word(word: Option<String>) -> Result<Option<String>, Problem> {
    let word = word.map(|word| word.to_ascii_lowercase()).filter(|word| !word.is_empty());
    match &word {
        Some(word) if !is_probe_word(word) => {
            Err(Problem::bad_request(format!("`word` is made of letters a-z, digits and dashes, at most {MAX_WORD}.")))
        }
        _ => Ok(word),
    }
}

fn ours(error: StoreError) -> Problem {
    tracing::error!(%error, "the store failed a request");
    Problem::ours()
}
