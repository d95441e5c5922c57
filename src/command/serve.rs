//! `vaglio serve`: puts the service together, says what to do next, and ends it in good order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::descriptors;
use super::unusable;
use super::upkeep::shown;
use super::world::{self, World};
use crate::acme::Keeper;
use crate::address::AddressBook;
use crate::config::{Config, Role};
use crate::dns::Upstream;
use crate::events::Bus;
use crate::inbox::StoreInbox;
use crate::limits::{Limiter, Rates};
use crate::metering::{self, tally};
use crate::probe::answer::Answerer;
use crate::receive::{self, Receiver, Settings};
use crate::selftest::own::Tester;
use crate::store::{Options, Store};
use crate::tls::{self, Certificates, Held};
use crate::web::listen::Doorway;
use crate::web::operate::Operate;
use crate::web::{self, Site};
use crate::worker::Worker;

/// How often what has outlived its retention is deleted.
const SWEEP: Duration = Duration::from_secs(600);

/// A service that is running: where it listens, and its end.
pub struct Running {
    pub smtp: Vec<SocketAddr>,
    pub http: Option<SocketAddr>,
    pub https: Option<SocketAddr>,
    pub metrics: Option<SocketAddr>,
    pub book: Arc<AddressBook>,
    pub public_url: String,
    shutdown: CancellationToken,
    parts: JoinSet<()>,
}

impl Running {
    /// Completes when a part of the service has panicked, which none should: whatever restarts the process mends it.
    async fn broken(&mut self) {
        while let Some(ended) = self.parts.join_next().await {
            if ended.is_err() {
                return;
            }
        }
        std::future::pending().await
    }

    /// Ends in good order: nothing new is taken, what is in flight is finished.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        while self.parts.join_next().await.is_some() {}
    }
}

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
///
/// See [`start`]; and when a part of the service has panicked.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let mut running = start(&config).await?;
    super::print(&what_next(&config, &running));
    let broken = tokio::select! {
        () = terminated() => false,
        () = running.broken() => true,
    };
    tracing::info!("ending: finishing what is in flight");
    running.stop().await;
    anyhow::ensure!(!broken, "a part of the service panicked: it must be started again");
    Ok(())
}

/// Starts every role that the configuration names.
///
/// # Errors
///
/// What an operator can mend, each in one line: a port that is taken, a database that cannot be opened, a certificate
/// or a table that cannot be read.
pub async fn start(config: &Config) -> anyhow::Result<Running> {
    start_with(config, None).await
}

/// The same, with DNS answered by this upstream instead of the configured resolvers.
///
/// # Errors
///
/// See [`start`].
pub async fn start_with(config: &Config, dns: Option<Arc<dyn Upstream>>) -> anyhow::Result<Running> {
    let shutdown = CancellationToken::new();
    let mut parts = JoinSet::new();
    parts.spawn(metering::upkeep(shutdown.clone()));

    let options = Options { max_deliveries: config.max_deliveries, address_lifetime: config.address_lifetime };
    let store = Store::open(&config.database, options)
        .await
        .with_context(|| format!("database {}", shown(&config.database)))?;
    let secret = store.secret().await.context("the service's secret")?;
    let lifetime = SignedDuration::try_from(config.address_lifetime).context("--address-lifetime")?;
    let book = Arc::new(AddressBook::new(&secret, &config.domain, lifetime));
    parts.spawn(tally::keep(store.clone(), shutdown.clone()));
    let bus = Bus::shared(&store, shutdown.clone());
    let mut examiner = world::examiner(
        &World {
            dns: config.dns.clone(),
            zone: None,
            spamd: config.spamd.clone(),
            rspamd: config.rspamd.clone(),
            lists: config.lists.clone(),
            allow_private_links: config.allow_private_links,
        },
        &config.domain,
        true,
    )
    .map_err(unusable)?;
    if let Some(upstream) = dns {
        examiner.upstream = upstream;
    }

    if let Some(smarthost) = &config.reply_smarthost {
        let url = &config.public_url;
        let answerer = Answerer::new(smarthost, &config.reply_from, &config.domain, url, store.clone());
        examiner.answerer = Some(Arc::new(answerer.map_err(unusable)?));
    }

    let certificates: Certificates = match &config.acme {
        Some(settings) => {
            let held = Arc::new(Held::new(&config.domain)?);
            let keeper = Keeper::new(store.clone(), settings.clone(), held.clone());
            parts.spawn(keeper.run(shutdown.clone()));
            held
        }
        None => {
            let (certificate, key) = config.tls.as_ref().map(|(cert, key)| (cert.as_path(), key.as_path())).unzip();
            tls::certificates(certificate, key, &config.domain).map_err(unusable)?
        }
    };

    let limiter = Arc::new(Limiter::new(Rates::default(), config.trust_xclient.clone()));
    let mut smtp = Vec::new();
    if config.does(Role::Smtp) {
        let mut listeners = Vec::new();
        for address in &config.smtp_listen {
            let listener = bind(*address, "--smtp-listen").await?;
            smtp.push(listener.local_addr()?);
            listeners.push(listener);
        }
        let tls = tls::acceptor(certificates.clone(), &[])?;
        let limits = receive::Limits::default();
        let settings = Settings {
            public_url: config.public_url.clone(),
            limits: receive::Limits { connections: descriptors::room_for(limits.connections), ..limits },
            trust_proxy: config.trust_proxy.clone(),
            trust_xclient: config.trust_xclient.clone(),
        };
        let inbox = Arc::new(StoreInbox::new(store.clone(), bus.clone()));
        let receiver = Receiver::new(settings, book.clone(), inbox, Some(tls), limiter.clone());
        parts.spawn(receiver.run(listeners, shutdown.clone()));
        if let (Some(interval), Some(door)) = (config.self_test, smtp.first()) {
            let tester = Tester::new(store.clone(), book.clone(), *door, &config.trust_proxy, interval);
            parts.spawn(tester.run(shutdown.clone()));
        }
    }

    // Workers ask the lists; the operator's page shows how they are.
    if config.does(Role::Worker) || config.does(Role::Web) {
        let watch = examiner.health.clone().watch(examiner.upstream.clone(), examiner.lists.clone());
        let until = shutdown.clone();
        parts.spawn(async move {
            until.run_until_cancelled(watch).await;
        });
    }

    if config.does(Role::Worker) {
        parts.spawn(Worker::new(store.clone(), examiner.clone(), bus.clone()).run(shutdown.clone()));
        parts.spawn(sweep(store.clone(), config.retention, shutdown.clone()));
    }

    let operate = Operate { store: store.clone(), bus: bus.clone() };
    let mut metrics = None;
    if let Some(address) = config.metrics_listen {
        let listener = bind(address, "--metrics-listen").await?;
        metrics = Some(listener.local_addr()?);
        let app = web::operate::router(operate);
        parts.spawn(web::listen::serve(listener, app, Doorway::default(), shutdown.clone()));
    }

    let (mut http, mut https) = (None, None);
    if config.does(Role::Web) {
        let listener = bind(config.http_listen, "--http-listen").await?;
        http = Some(listener.local_addr()?);
        let site = Site::new(config, book.clone(), store.clone(), bus.clone(), examiner, limiter).map_err(unusable)?;
        let app = web::router(Arc::new(site));
        let doorway = Doorway { proxies: config.trust_proxy.clone(), ..Doorway::default() };
        if let Some(address) = config.https_listen {
            let listener = bind(address, "--https-listen").await?;
            https = Some(listener.local_addr()?);
            let tls = Some(tls::acceptor(certificates, &[b"http/1.1"])?);
            let doorway = Doorway { tls, ..doorway.clone() };
            parts.spawn(web::listen::serve(listener, app.clone(), doorway, shutdown.clone()));
        }
        parts.spawn(web::listen::serve(listener, app, doorway, shutdown.clone()));
    }
    Ok(Running { smtp, http, https, metrics, book, public_url: config.public_url.clone(), shutdown, parts })
}

async fn bind(address: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}; choose another with {flag}"))
}

/// Deletes what is older than the retention, now and every few minutes.
async fn sweep(store: Store, retention: Duration, shutdown: CancellationToken) {
    let mut rounds = tokio::time::interval(SWEEP);
    while shutdown.run_until_cancelled(rounds.tick()).await.is_some() {
        let Ok(before) = Timestamp::now().checked_sub(retention) else { continue };
        match store.sweep(before).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "deleted what had outlived its retention"),
            Err(error) => tracing::error!(%error, "could not delete old messages"),
        }
    }
}

async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// What the operator reads at start: where the page is, and a line that sends a first mail.
fn what_next(config: &Config, running: &Running) -> String {
    let mut out = format!("Vaglio {}\n\n", env!("CARGO_PKG_VERSION"));
    if running.http.is_some() {
        out += &format!("  The page:        {}\n", config.public_url);
    }
    let (Some(smtp), Ok(test)) = (running.smtp.first(), running.book.fresh(Timestamp::now())) else { return out };
    let address = running.book.address(test);
    let report = format!("{}/t/{}", config.public_url, running.book.key(test));
    out += &format!("  Receiving at:    {smtp}\n  A fresh address: {address}\n  Its report:      {report}\n");
    out += &format!("\nSend it a message:\n\n  swaks --server {smtp} --from you@example.org --to {address}\n");
    out += &format!(
        "\nor, with Python alone:\n\n  python3 -c 'import smtplib; smtplib.SMTP(\"{}\", {}).sendmail(\"you@example.org\", \
         \"{address}\", \"From: you@example.org\\nTo: {address}\\nSubject: A test\\n\\nHello.\\n\")'\n",
        smtp.ip(),
        smtp.port()
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_that_panics_ends_the_service_and_one_that_is_done_does_not() {
        let part =
            |parts: &mut JoinSet<()>, panics: bool| drop(parts.spawn(async move { assert!(!panics, "on purpose") }));
        let config = Config::new(crate::config::ServeOptions {
            database: Some("sqlite::memory:".to_owned()),
            smtp_listen: vec!["127.0.0.1:0".parse().unwrap()],
            http_listen: Some("127.0.0.1:0".parse().unwrap()),
            dns: vec!["127.0.0.1:1".parse().unwrap()],
            ..crate::config::ServeOptions::default()
        });
        let mut running = start(&config.unwrap()).await.unwrap();
        part(&mut running.parts, false);
        let quiet = tokio::time::timeout(Duration::from_millis(300), running.broken()).await;
        assert!(quiet.is_err(), "an end in good order is none of ours");
        part(&mut running.parts, true);
        running.broken().await;
        running.stop().await;
    }
}
