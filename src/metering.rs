//! What operators measure: Prometheus metrics of this process, described here, counted where things happen.
//!
//! Labels are words of ours (routes, stages, outcomes, reply codes): never an address, a name from a message, or a key.
//! `metering/tally.rs` keeps what the operator looks back on for a year.

pub mod tally;

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

/// From a commit in milliseconds to an examination that waited for its deadline, in seconds.
const BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 7.0, 20.0];
/// How often what the histograms have been told is added up.
const UPKEEP: Duration = Duration::from_secs(5);

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Collects from the first call on; `None`: this process has another recorder.
pub fn handle() -> Option<&'static PrometheusHandle> {
    HANDLE.get_or_init(install).as_ref()
}

fn install() -> Option<PrometheusHandle> {
    let handle = PrometheusBuilder::new().set_buckets(&BUCKETS).ok()?.install_recorder().ok()?;
    describe_counter!("vaglio_smtp_connections_total", "SMTP connections accepted");
    describe_gauge!("vaglio_smtp_connections", "SMTP connections open");
    describe_counter!("vaglio_smtp_refusals_total", "SMTP replies of 4xx and 5xx, by code and enhanced status code");
    describe_counter!(
        "vaglio_messages_total",
        "Messages received to their end, by what became of them; self_test: the service's own"
    );
    describe_counter!("vaglio_rate_limited_total", "Clients told to come again later, by what they did too often");
    describe_counter!("vaglio_examinations_total", "Examinations that came to an end, by result");
    describe_histogram!(
        "vaglio_stage_seconds",
        "Seconds a stage took: commit, each section's facts, the examination, from receipt to report"
    );
    describe_counter!("vaglio_dns_questions_total", "Questions to the resolver, by outcome");
    describe_histogram!("vaglio_dns_seconds", "Seconds the resolver took");
    describe_gauge!("vaglio_list_usable", "1 when a DNS list's control points are right, 0 when it is set aside");
    describe_gauge!("vaglio_waiting_pages", "Tests that an open page waits for");
    describe_gauge!("vaglio_jobs_queued", "Examinations waiting or running");
    describe_gauge!("vaglio_jobs_running", "Examinations that a worker has claimed");
    describe_gauge!("vaglio_jobs_oldest_seconds", "Age of the oldest message that waits for its first report");
    describe_gauge!("vaglio_jobs_failed", "Messages kept whose examination was given up");
    describe_counter!("vaglio_self_tests_total", "The service's mail to itself, by result");
    describe_gauge!("vaglio_self_test_ok", "1 when this node's last mail to itself had its report in time, else 0");
    describe_histogram!("vaglio_self_test_seconds", "Seconds until the report of such a mail was ready");
    describe_gauge!("vaglio_certificate_expires_seconds", "When the certificate that is served expires, since 1970");
    describe_counter!("vaglio_acme_orders_total", "Certificates asked for by ACME, by result");
    describe_counter!("vaglio_probe_answers", "Answers sent by mail to those who wrote to a probe");
    describe_gauge!("vaglio_tasks", "Tasks of this process that have not come to their end");
    describe_counter!("vaglio_http_requests_total", "HTTP requests, by route and status");
    describe_histogram!("vaglio_http_seconds", "Seconds until an answer began, by route");
    Some(handle)
}

/// Counts an SMTP reply of 4xx or 5xx.
pub fn refusal(code: u16, status: &'static str, client: Option<IpAddr>) {
    let text = code.to_string();
    tally::count(&format!("{}{text} {status}", tally::REFUSALS));
    if let Some(client) = client {
        tally::network(client);
    }
    metrics::counter!("vaglio_smtp_refusals_total", "code" => text, "status" => status).increment(1);
}

/// Keeps the histograms small, and counts what this process has running, until shutdown.
pub async fn upkeep(shutdown: CancellationToken) {
    let Some(handle) = handle() else { return };
    let mut rounds = tokio::time::interval(UPKEEP);
    while shutdown.run_until_cancelled(rounds.tick()).await.is_some() {
        handle.run_upkeep();
        let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        metrics::gauge!("vaglio_tasks").set(tasks as f64);
    }
}
