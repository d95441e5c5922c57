//! One case of the corpus: what its TOML file may say, and its examination.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::Deserialize;
use vaglio::address::{Mailbox, ReversePath};
use vaglio::analyse::{Choices, Evidence, Examiner};
use vaglio::delivery::{BodyType, Delivery, Envelope, KnownBy, Observed, Session, TlsInfo, Why};
use vaglio::dns::{Answer, Lookup, Question, Upstream, Zone};
use vaglio::facts::Purpose;
use vaglio::gather::links::{Link, LinkResult};
use vaglio::gather::lists::Table;
use vaglio::gather::policies::{Document, Got, Policies};
use vaglio::gather::spam::SpamReport;
use vaglio::receive::file;
use vaglio::report::Report;

/// What a case may say. All that it leaves out is as for a well-kept sender: see the defaults.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Spec {
    /// Another case's message, as a path from this folder, instead of the file beside.
    message: Option<PathBuf>,
    /// False for a message file of which nobody said how it came: its Received fields tell, or nothing does.
    session: bool,
    ip: IpAddr,
    helo: String,
    /// Empty for the null reverse path.
    mail_from: String,
    /// `none`, or a version as RFC 8446 writes it.
    tls: String,
    cipher: String,
    smtputf8: bool,
    body: Option<BodyType>,
    now: Timestamp,
    purpose: Option<Purpose>,
    /// Records in place of those of the same owner and type in `world.zone`.
    zone: String,
    /// `owner TYPE` of records that are taken away.
    without: Vec<String>,
    /// Names at which every question without an answer gets SERVFAIL.
    servfail: Vec<String>,
    /// Zones signed with DNSSEC, for which the resolver vouches; it validates nothing where none is.
    signed: Vec<String>,
    /// Ask the DNS lists of `lists.toml`.
    lists: bool,
    /// Ask them about the servers of the Received fields too.
    hops: bool,
    links: Option<Vec<Fetched>>,
    /// The documents behind the records of `_mta-sts` and `default._bimi`.
    mta_sts: Option<Promised>,
    bimi: Option<Promised>,
    spamd: Option<Answered<SpamReport>>,
    rspamd: Option<Answered<SpamReport>>,
    /// For `sign.py`.
    #[serde(rename = "sign")]
    _sign: Vec<toml::Table>,
    #[serde(rename = "arc")]
    _arc: Vec<toml::Table>,
}

impl Default for Spec {
    fn default() -> Spec {
        Spec {
            message: None,
            session: true,
            ip: [192, 0, 2, 10].into(),
            helo: "mail.good.example".to_owned(),
            mail_from: "anna@good.example".to_owned(),
            tls: "TLSv1.3".to_owned(),
            cipher: "TLS13_AES_256_GCM_SHA384".to_owned(),
            smtputf8: false,
            body: None,
            now: "2026-11-22T10:00:00Z".parse().unwrap(),
            purpose: None,
            zone: String::new(),
            without: Vec::new(),
            servfail: Vec::new(),
            signed: Vec::new(),
            lists: false,
            hops: false,
            links: None,
            mta_sts: None,
            bimi: None,
            spamd: None,
            rspamd: None,
            _sign: Vec::new(),
            _arc: Vec::new(),
        }
    }
}

/// Where a link led.
#[derive(Clone, Deserialize)]
struct Fetched {
    url: String,
    result: LinkResult,
    status: Option<u16>,
    why: Option<String>,
    size: Option<u64>,
    #[serde(default)]
    hops: Vec<String>,
}

/// What another program said, or `why` it said nothing.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Answered<T> {
    Missing { why: Why },
    Seen(T),
}

impl<T: Clone> Answered<T> {
    fn observed(&self) -> Observed<T> {
        match self {
            Answered::Missing { why } => Observed::Missing(why.clone()),
            Answered::Seen(said) => Observed::Seen(said.clone()),
        }
    }
}

/// A document, and where it was asked for.
#[derive(Clone, Deserialize)]
struct Promised {
    url: String,
    #[serde(flatten)]
    got: Answered<Page>,
}

#[derive(Clone, Deserialize)]
struct Page {
    status: u16,
    #[serde(default)]
    text: String,
}

impl Promised {
    fn document(&self) -> Document {
        let got = match self.got.observed() {
            Observed::Seen(page) => Observed::Seen(Got { status: page.status, content_type: None, text: page.text }),
            Observed::Missing(why) => Observed::Missing(why),
        };
        Document { url: self.url.clone(), got }
    }
}

/// The DNS of a case: its zone, as a resolver tells of it.
struct World {
    zone: Zone,
    signed: Vec<String>,
}

impl Upstream for World {
    fn ask(&self, question: Question) -> BoxFuture<'_, Lookup> {
        let lookup = self.zone.look_up(&question);
        let within = |zone: &String| question.name == *zone || question.name.ends_with(&format!(".{zone}"));
        let authenticated = self.signed.iter().any(within);
        std::future::ready(Lookup { authenticated, ..lookup }).boxed()
    }
}

#[derive(Clone)]
pub struct Case {
    /// `family/name`.
    pub name: String,
    pub raw: Bytes,
    spec: Arc<Spec>,
    world: Arc<World>,
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

impl Case {
    /// In order of their names.
    pub fn all() -> Vec<Case> {
        static ALL: LazyLock<Vec<Case>> = LazyLock::new(Case::read_all);
        ALL.clone()
    }

    fn read_all() -> Vec<Case> {
        let mut files = Vec::new();
        for family in std::fs::read_dir(corpus().join("cases")).unwrap() {
            for file in std::fs::read_dir(family.unwrap().path()).unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "toml") {
                    files.push(path);
                }
            }
        }
        files.sort();
        files.iter().map(|path| Case::read(path)).collect()
    }

    fn read(path: &Path) -> Case {
        let folder = path.parent().unwrap();
        let spec: Spec = toml::from_str(&std::fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let message = spec.message.as_ref().map_or(path.with_extension("eml"), |other| folder.join(other));
        let raw = std::fs::read(&message).unwrap_or_else(|error| panic!("{}: {error}", message.display()));
        let family = folder.file_name().unwrap().to_string_lossy();
        Case {
            name: format!("{family}/{}", path.file_stem().unwrap().to_string_lossy()),
            raw: raw.into(),
            world: Arc::new(World {
                zone: zone(&spec.zone, &spec.without, &spec.servfail),
                signed: spec.signed.clone(),
            }),
            spec: Arc::new(spec),
        }
    }

    pub fn upstream(&self) -> Arc<dyn Upstream> {
        self.world.clone()
    }

    pub fn examiner(&self, upstream: Arc<dyn Upstream>) -> Examiner {
        let mut examiner = Examiner::new(upstream);
        // A zone answers at once; only a machine that stands still takes long.
        examiner.deadline = Duration::from_secs(300);
        if self.spec.lists {
            let text = std::fs::read_to_string(corpus().join("lists.toml")).unwrap();
            examiner.lists = Arc::new(Table::parse(&text).unwrap().0);
        }
        examiner
    }

    pub fn choices(&self) -> Choices {
        Choices { purpose: self.spec.purpose, hops: self.spec.hops }
    }

    /// In the world of the case.
    pub async fn examine(&self) -> (Report, Evidence) {
        self.examine_in(self.upstream()).await
    }

    /// With another DNS.
    pub async fn examine_in(&self, upstream: Arc<dyn Upstream>) -> (Report, Evidence) {
        let examiner = self.examiner(upstream);
        let (report, mut evidence) = examiner.examine(self.delivery(), self.choices(), &|_, _| ()).await;
        let Spec { links, mta_sts, bimi, spamd, rspamd, .. } = &*self.spec;
        if links.is_none() && mta_sts.is_none() && bimi.is_none() && spamd.is_none() && rspamd.is_none() {
            return (report, evidence);
        }
        // What other programs would have answered is part of the case.
        if let Some(links) = links {
            evidence.links = Observed::Seen(links.iter().map(link).collect());
        }
        let document = |promised: &Option<Promised>| promised.as_ref().map(Promised::document);
        evidence.policies = Policies { mta_sts: document(mta_sts), bimi: document(bimi) };
        let filter = |said: &Option<Answered<SpamReport>>| {
            said.as_ref().map_or(Observed::Missing(Why::NotConfigured), Answered::observed)
        };
        evidence.spamd = filter(spamd);
        evidence.rspamd = filter(rspamd);
        let report = examiner.replay(self.delivery(), self.choices(), &evidence).await;
        (report, evidence)
    }

    pub fn delivery(&self) -> Arc<Delivery> {
        let spec = &self.spec;
        if !spec.session {
            let given = file::Given { now: Some(spec.now), ..file::Given::default() };
            return Arc::new(file::delivery(self.raw.clone(), given, spec.now).unwrap());
        }
        Arc::new(Delivery {
            session: Session {
                client_ip: Observed::Seen(spec.ip),
                client_port: None,
                client_known_by: KnownBy::Connection,
                helo: Observed::Seen(spec.helo.clone()),
                tls: Observed::Seen(tls(spec)),
                transcript: Vec::new(),
            },
            envelope: Envelope {
                reverse_path: Observed::Seen(reverse_path(&spec.mail_from)),
                forward_paths: vec!["test@vaglio.example".to_owned()],
                smtputf8: spec.smtputf8,
                body: spec.body,
                size: None,
                dsn: None,
            },
            raw: self.raw.clone(),
            received_at: spec.now,
        })
    }
}

fn tls(spec: &Spec) -> Option<TlsInfo> {
    (spec.tls != "none").then(|| TlsInfo { version: spec.tls.clone(), cipher: spec.cipher.clone() })
}

fn reverse_path(text: &str) -> ReversePath {
    match text {
        "" => ReversePath::Null,
        text => ReversePath::Mailbox(Mailbox::parse(text).unwrap()),
    }
}

fn link(fetched: &Fetched) -> Link {
    let fetched = fetched.clone();
    Link {
        final_url: fetched.hops.last().cloned().or_else(|| fetched.status.map(|_| fetched.url.clone())),
        url: fetched.url,
        result: fetched.result,
        status: fetched.status,
        hops: fetched.hops,
        ms: Some(1),
        size: fetched.size,
        why: fetched.why,
    }
}

/// The shared world, with the case's own records in place of those of the same owner and type.
pub fn zone(own: &str, without: &[String], servfail: &[String]) -> Zone {
    let world = std::fs::read_to_string(corpus().join("world.zone")).unwrap();
    let replaced: HashSet<(String, String)> =
        own.lines().chain(without.iter().map(String::as_str)).filter_map(owner_and_type).collect();
    let kept = world.lines().filter(|line| owner_and_type(line).is_none_or(|key| !replaced.contains(&key)));
    let text: String = kept.chain(own.lines()).flat_map(|line| [line, "\n"]).collect();
    let mut zone = Zone::parse(&text).unwrap();
    for name in servfail {
        zone.fault(name, Answer::ServFail);
    }
    zone
}

fn owner_and_type(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace();
    let owner = words.next().filter(|word| !word.starts_with(';'))?;
    Some((owner.trim_end_matches('.').to_lowercase(), words.next()?.to_owned()))
}
