//! Judging signed messages beside Rspamd with the same checks (SPF, DKIM, DMARC, lists), the same DNS and the same client.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::service::{CLIENT_IP, Daemon, HELO, Service, World, free_port};
use crate::{figure, median, quantile};

const MESSAGES: usize = 400;
const ONE_BY_ONE: usize = 40;
const ROUNDS: usize = 3;
/// Everything of Rspamd's that is no such check, wants the outside world, or keeps state.
const OFF: &[&str] = &[
    "antivirus",
    "arc",
    "asn",
    "bayes_expiry",
    "bimi",
    "chartable",
    "clickhouse",
    "dcc",
    "dkim_signing",
    "dynamic_conf",
    "elastic",
    "external_relay",
    "external_services",
    "force_actions",
    "fuzzy_check",
    "greylist",
    "hfilter",
    "history_redis",
    "http_headers",
    "known_senders",
    "maillist",
    "metadata_exporter",
    "metric_exporter",
    "mid",
    "milter_headers",
    "mime_types",
    "multimap",
    "mx_check",
    "neural",
    "once_received",
    "p0f",
    "phishing",
    "ratelimit",
    "redis",
    "replies",
    "reputation",
    "rspamd_update",
    "settings",
    "spamassassin",
    "spamtrap",
    "trie",
    "url_redirector",
    "whitelist",
];

pub async fn run() {
    let world = World::new(MESSAGES, Duration::ZERO).await;
    {
        let (vaglio, rspamd) = pair(&world).await;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let (mut ours_asked, mut theirs_asked) = (0, 0);
        let messages: Vec<String> = (0..MESSAGES).map(|n| world.message(n, "someone@vaglio.test")).collect();
        for _ in 0..ROUNDS {
            let before = world.dns.asked().0;
            ours.push(rate(&vaglio, &messages).await);
            let between = world.dns.asked().0;
            theirs.push(rate(&rspamd, &messages).await);
            (ours_asked, theirs_asked) = (between - before, world.dns.asked().0 - between);
        }
        let (ours, theirs) = (median(&mut ours), median(&mut theirs));
        figure("Vaglio, 8 at once, messages a second", format!("{ours:.0}"), "");
        figure("Rspamd, 8 at once", format!("{theirs:.0}"), "");
        figure("Vaglio / Rspamd", format!("{:.2}", ours / theirs), ">= 1");
        let questions = format!("{} / {}", ours_asked / MESSAGES, theirs_asked / MESSAGES);
        figure("questions to DNS a message, Vaglio / Rspamd", questions, "");
    }
    let world = World::new(ONE_BY_ONE, Duration::from_millis(20)).await;
    let (vaglio, rspamd) = pair(&world).await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for n in 0..ONE_BY_ONE {
        let message = world.message(n, "someone@vaglio.test");
        ours.push(vaglio.judge(n, &message).await);
        theirs.push(rspamd.judge(n, &message).await);
    }
    let half = |times: &mut [Duration]| -> f64 { quantile(times, 0.5).trim_end_matches(" ms").parse().unwrap() };
    let (ours, theirs) = (half(&mut ours), half(&mut theirs));
    figure("Vaglio, 20 ms added to every answer, median", format!("{ours:.1} ms"), "");
    figure("Rspamd, 20 ms added to every answer, median", format!("{theirs:.1} ms"), "");
    figure("Vaglio / Rspamd", format!("{:.2}", ours / theirs), "<= 0.5");
}

async fn pair(world: &World) -> (Judge, Judge) {
    let vaglio = Judge::vaglio(world).await;
    let rspamd = Judge::rspamd(world).await;
    vaglio.warm_up(world).await;
    rspamd.warm_up(world).await;
    (vaglio, rspamd)
}

async fn rate(judge: &Judge, messages: &[String]) -> f64 {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    let worker = || async {
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let Some(message) = messages.get(n) else { return };
            judge.judge(n, message).await;
        }
    };
    futures_util::future::join_all((0..8).map(|_| worker())).await;
    messages.len() as f64 / began.elapsed().as_secs_f64()
}

/// A program that judges messages by HTTP.
struct Judge {
    url: String,
    http: reqwest::Client,
    /// What its answer must hold, so that fast means having checked.
    says: &'static [&'static str],
    _home: Option<tempfile::TempDir>,
    _rspamd: Option<Daemon>,
    service: Option<Service>,
}

impl Judge {
    async fn vaglio(world: &World) -> Judge {
        let service = Service::start(world.dns.addr, &[]).await;
        let says = &["\"spf\":{\"result\":\"pass\"", "\"dmarc\":{\"result\":\"pass\"", "zen.spamhaus.org"];
        let url = format!("{}/api/v1/check", service.url);
        Judge { url, http: service.http.clone(), says, _home: None, _rspamd: None, service: Some(service) }
    }

    async fn rspamd(world: &World) -> Judge {
        let home = tempfile::tempdir().unwrap();
        let (root, port) = (home.path().to_str().unwrap(), free_port());
        std::fs::create_dir(home.path().join("local.d")).unwrap();
        for module in OFF {
            std::fs::write(home.path().join(format!("local.d/{module}.conf")), "enabled = false;\n").unwrap();
        }
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        let (dns_ip, dns_port) = (world.dns.addr.ip(), world.dns.addr.port());
        // Merged: of two `dns` sections Rspamd would take the first, and ask the system's resolver.
        let options = format!(
            "dns {{ nameserver = [\"{dns_ip}:{dns_port}:1\"]; timeout = 2s; retransmits = 2; sockets = 16; }}\n\
             local_addrs = [\"192.0.2.254\"];\n"
        );
        std::fs::write(home.path().join("local.d/options.inc"), options).unwrap();
        let config = home.path().join("rspamd.conf");
        let text = format!(
            r#"
            .include "$CONFDIR/common.conf"
            options {{
                pidfile = "$RUNDIR/rspamd.pid";
                .include "$CONFDIR/options.inc"
                .include(priority=1, duplicate=merge) "$LOCAL_CONFDIR/local.d/options.inc"
                control_socket = "$RUNDIR/control.sock mode=0600";
            }}
            logging {{ type = "console"; level = "error"; }}
            worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = {workers}; }}
            "#
        );
        std::fs::write(&config, text).unwrap();
        let vars: Vec<String> =
            ["LOCAL_CONFDIR", "DBDIR", "RUNDIR", "LOGDIR"].iter().map(|name| format!("--var={name}={root}")).collect();
        let mut args = vec!["-f", "-i", "-c", config.to_str().unwrap()];
        args.extend(vars.iter().map(String::as_str));
        let rspamd = Daemon::start("rspamd", &args);
        let url = format!("http://127.0.0.1:{port}/checkv2");
        let says = &["R_SPF_ALLOW", "R_DKIM_ALLOW", "DMARC_POLICY_ALLOW"];
        let http = reqwest::Client::builder().build().unwrap();
        Judge { url, http, says, _home: Some(home), _rspamd: Some(rspamd), service: None }
    }

    async fn warm_up(&self, world: &World) {
        let message = world.message(0, "someone@vaglio.test");
        // Rspamd's first start compiles its rules.
        let patience = Instant::now() + Duration::from_secs(120);
        let answer = loop {
            match self.ask(0, &message).await {
                Ok(answer) => break answer,
                Err(error) => assert!(Instant::now() < patience, "{}: {error}", self.url),
            }
            sleep(Duration::from_millis(300)).await;
        };
        for says in self.says {
            assert!(answer.contains(says), "{} does not say {says}: {answer}", self.url);
        }
        assert!(serde_json::from_str::<Value>(&answer).is_ok());
    }

    async fn judge(&self, n: usize, message: &str) -> Duration {
        let began = Instant::now();
        let answer = self.ask(n, message).await.unwrap();
        let took = began.elapsed();
        assert!(self.says.iter().all(|says| answer.contains(says)), "{} about message {n}: {answer}", self.url);
        took
    }

    async fn ask(&self, n: usize, message: &str) -> Result<String, reqwest::Error> {
        let path = format!("anna@d{n}.example.org");
        let request = if self.service.is_some() {
            self.http
                .post(format!("{}?ip={CLIENT_IP}&helo={HELO}&mail_from={path}&tls=none", self.url))
                .header("Content-Type", "message/rfc822")
        } else {
            let headers = [("IP", CLIENT_IP), ("Helo", HELO), ("Hostname", HELO), ("From", &path)];
            headers.into_iter().fold(self.http.post(&self.url), |request, (name, value)| request.header(name, value))
        };
        request
            .header("Rcpt", "someone@vaglio.test")
            .body(message.to_owned())
            .send()
            .await?
            .error_for_status()?
            .text()
            .await
    }
}
