//! The story: gather -> check -> score -> report.
//!
//! An [`Examiner`] asks the world; [`Outside`] says which world: the live one, or one that was recorded, with or without
//! records laid over it. Everything after [`Facts`] is pure.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::address::Probe;
use crate::auth::{Auth, iprev};
use crate::check::Section;
use crate::delivery::{Delivery, Observed, Why};
use crate::dns::{Dns, Habits, Limits, Lookup, Overrides, Question, Replay, Upstream, Zone};
use crate::facts::{Facts, Purpose, Recorded};
use crate::gather::links::{self, Link};
use crate::gather::lists::{self, Health, Listing, Table};
use crate::gather::policies::{self, Policies};
use crate::gather::server::MailDomains;
use crate::gather::spam::{self, SpamReport};
use crate::gather::{rspamd, server, spamd};
use crate::message::{Message, purpose};
use crate::probe::{Judged, answer::Answerer};
use crate::report::Report;
use crate::{auth, check, score};

/// Everything an examination learnt from outside, ready to be stored and judged again to the same report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evidence {
    pub dns: Vec<Lookup>,
    /// What the lists said, since which of them were set aside is not in their answers.
    pub lists: Observed<Vec<Listing>>,
    pub links: Observed<Vec<Link>>,
    pub spamd: Observed<SpamReport>,
    pub rspamd: Observed<SpamReport>,
    /// Documents that the author domain's records promise.
    #[serde(default)]
    pub policies: Policies,
    /// Recorded where the message has been masked and fits its signatures no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
}

/// What a waiting page is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Progress {
    /// The message is stored.
    Received {
        delivery: u32,
        size: u64,
        tls: bool,
    },
    /// The facts that this section needs are there.
    Section {
        delivery: u32,
        id: Section,
        ms: u32,
    },
    Ready {
        delivery: u32,
    },
    /// Given up after several tries: our fault, and the page says so.
    Failed {
        delivery: u32,
    },
}

/// Judges facts. Pure: the same facts give the same report.
pub fn judge(facts: &Facts) -> Report {
    let ledger = score::score(check::all(facts));
    Report::new(facts, ledger)
}

/// How long the outside world may take. Whoever has not answered by then is not determined.
pub const DEADLINE: Duration = Duration::from_secs(7);

/// Messages at SpamAssassin and Rspamd at one time.
const FILTER_TURNS: usize = 16;

/// Everything that examinations of this process share.
#[derive(Clone)]
pub struct Examiner {
    pub upstream: Arc<dyn Upstream>,
    /// What earlier tests of the same senders asked.
    pub habits: Arc<Habits>,
    pub deadline: Duration,
    /// The DNS lists to ask, and which of them are set aside.
    pub lists: Arc<Table>,
    pub health: Arc<Health>,
    pub links: Option<Arc<links::Fetcher>>,
    pub spamd: Option<spamd::Address>,
    pub rspamd: Option<Arc<rspamd::Rspamd>>,
    /// Turns at the filters: more at once would only wait there, and spamd's children are few.
    pub filter_turns: Arc<Semaphore>,
    /// Who received the message, for the filters' copy.
    pub domain: String,
    /// Answers the probes' senders by mail, where the operator wants that.
    pub answerer: Option<Arc<Answerer>>,
}

/// Choices of one examination.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices {
    /// Set by the reader; detected from the message when absent.
    pub purpose: Option<Purpose>,
    /// Ask the DNS lists about every public server of the Received trace too, not about the client alone.
    pub hops: bool,
}

/// Told of a section whose facts are there, and after how many milliseconds.
pub type Told<'a> = &'a (dyn Fn(Section, u32) + Send + Sync);

impl Examiner {
    /// Asks DNS alone: no lists, no links, no filters. Set the fields to add them.
    pub fn new(upstream: Arc<dyn Upstream>) -> Examiner {
        Examiner {
            upstream,
            habits: Arc::default(),
            deadline: DEADLINE,
            lists: Arc::new(Table { zones: Vec::new() }),
            health: Arc::new(Health::default()),
            links: None,
            spamd: None,
            rspamd: None,
            filter_turns: Arc::new(Semaphore::new(FILTER_TURNS)),
            domain: "localhost".to_owned(),
            answerer: None,
        }
    }

    /// Gathers, checks and scores one delivery; never fails, and ends soon after the deadline.
    pub async fn examine(&self, delivery: Arc<Delivery>, choices: Choices, told: Told<'_>) -> (Report, Evidence) {
        let dns = self.dns(self.upstream.clone());
        let (facts, evidence) = Box::pin(self.gather(delivery, choices, dns, None, told)).await;
        (judge(&facts), evidence)
    }

    /// What a public probe says of a delivery: its authentication alone is asked for.
    pub async fn probe(&self, probe: Probe, delivery: &Delivery) -> Judged {
        let dns = self.dns(self.upstream.clone());
        let message = parse(delivery.raw.clone()).await;
        let auth = auth::authenticate(&dns, delivery, &message, delivery.received_at).await;
        Judged::new(probe, delivery, auth, &dns.lookups())
    }

    /// Judges again what was recorded, with nothing asked of the world.
    pub async fn replay(&self, delivery: Arc<Delivery>, choices: Choices, evidence: &Evidence) -> Report {
        let dns = self.dns(Arc::new(Replay::new(evidence.dns.iter().cloned())));
        let (facts, _) = Box::pin(self.gather(delivery, choices, dns, Some(evidence), &|_, _| ())).await;
        judge(&facts)
    }

    /// Judges again what was recorded, with these records in place of what is published. Names that the recording lacks
    /// (a new `include`, say) are asked for.
    pub async fn rehearse(&self, delivery: Arc<Delivery>, choices: Choices, evidence: &Evidence, zone: Zone) -> Report {
        let recorded = Replay::new(evidence.dns.iter().cloned()).or_else(self.upstream.clone());
        let dns = self.dns(Arc::new(Overrides::new(zone, Arc::new(recorded))));
        let (facts, _) = Box::pin(self.gather(delivery, choices, dns, Some(evidence), &|_, _| ())).await;
        judge(&facts)
    }

    /// What a check may see, for whoever judges otherwise than [`judge`] does.
    pub async fn facts(&self, delivery: Arc<Delivery>, choices: Choices, dns: Dns) -> Facts {
        Box::pin(self.gather(delivery, choices, dns, None, &|_, _| ())).await.0
    }

    fn dns(&self, upstream: Arc<dyn Upstream>) -> Dns {
        Dns::with_limits(upstream, Limits { deadline: Some(Instant::now() + self.deadline), ..Limits::default() })
    }

    /// Everything at once: the slowest source sets the time, not their sum. Recorded evidence stands in for lists, links and
    /// spam filters; all else is asked through `dns`, whichever world that is.
    async fn gather(
        &self,
        delivery: Arc<Delivery>,
        choices: Choices,
        dns: Dns,
        recorded: Option<&Evidence>,
        told: Told<'_>,
    ) -> (Facts, Evidence) {
        let began = Instant::now();
        let done = |section: Section| {
            let took = began.elapsed();
            metrics::histogram!("vaglio_stage_seconds", "stage" => section.id()).record(took.as_secs_f64());
            told(section, u32::try_from(took.as_millis()).unwrap_or(u32::MAX));
        };
        let deadline = began + self.deadline;
        let message = parse(delivery.raw.clone()).await;
        let purpose = choices.purpose.unwrap_or_else(|| purpose::detect(&message, &delivery.envelope).0);
        done(Section::Format);
        done(Section::Content);

        // On the heap: all of these within one another are more than a thread's stack should hold.
        let authenticate = Box::pin(async {
            let auth = match recorded.and_then(|evidence| evidence.auth.clone()) {
                Some(auth) => auth,
                None => auth::authenticate(&dns, &delivery, &message, delivery.received_at).await,
            };
            done(Section::Authentication);
            auth
        });
        let ask_server = Box::pin(async {
            let ask_server = server::ask(&dns, &delivery, &message);
            let ((), policies) =
                tokio::join!(ask_server, self.ask_policies(&dns, &delivery, &message, recorded, deadline));
            done(Section::Server);
            policies
        });
        let ask_lists = Box::pin(async {
            let listings = match recorded {
                Some(evidence) => evidence.lists.clone(),
                None => self.ask_lists(&dns, &delivery, &message, choices.hops, deadline).await,
            };
            done(Section::Blocklists);
            listings
        });
        let follow_links = Box::pin(async {
            let links = match (recorded, &self.links) {
                (Some(evidence), _) => evidence.links.clone(),
                (None, Some(fetcher)) => Observed::Seen(links::follow(fetcher, &dns, &message, deadline).await),
                (None, None) => Observed::Missing(Why::NotConfigured),
            };
            done(Section::Links);
            links
        });
        let ask_filters = Box::pin(async {
            let filters = match recorded {
                Some(evidence) => (evidence.spamd.clone(), evidence.rspamd.clone()),
                None => self.ask_filters(&dns, &delivery, deadline).await,
            };
            done(Section::Spam);
            filters
        });
        let everything =
            Box::pin(async { tokio::join!(authenticate, ask_server, ask_lists, follow_links, ask_filters) });
        let (auth, policies, lists, links, (spamd, rspamd)) = match recorded {
            Some(_) => everything.await,
            None => self.with_foresight(&dns, &delivery, &message, everything).await,
        };

        let dns = match recorded {
            Some(evidence) => in_place_of(&evidence.dns, dns.lookups()),
            None => dns.lookups(),
        };
        let evidence = Evidence {
            dns: dns.clone(),
            lists: lists.clone(),
            links: links.clone(),
            spamd: spamd.clone(),
            rspamd: rspamd.clone(),
            policies: policies.clone(),
            auth: None,
        };
        let now = delivery.received_at;
        let dns = Recorded::new(dns);
        (Facts { delivery, message, auth, dns, lists, links, policies, spamd, rspamd, purpose, now }, evidence)
    }

    /// Gathers while questions are asked ahead, and remembers what was needed.
    async fn with_foresight<T>(
        &self,
        dns: &Dns,
        delivery: &Delivery,
        message: &Message,
        gathering: impl Future<Output = T>,
    ) -> T {
        let domains = MailDomains::of(delivery, message);
        let sender = format!("{:?} {:?} {:?}", domains.author, domains.return_path, domains.helo);
        let known = self.habits.of(&sender);
        let gathered = tokio::select! {
            // What is needed for sure is asked first.
            biased;
            gathered = gathering => gathered,
            never = async {
                dns.ahead(known.iter().cloned().chain(server::usual(&domains))).await;
                std::future::pending::<Infallible>().await
            } => match never {},
        };
        // Which names the lists are asked about depends on the message, and they are asked in the first round anyway.
        let of_a_list = |name: &str| self.lists.zones.iter().any(|list| name.ends_with(list.zone.as_str()));
        let asked = dns.lookups().into_iter().map(|lookup| lookup.question);
        self.habits.learn(&sender, asked.filter(|question| !of_a_list(&question.name)));
        gathered
    }

    async fn ask_policies(
        &self,
        dns: &Dns,
        delivery: &Delivery,
        message: &Message,
        recorded: Option<&Evidence>,
        deadline: Instant,
    ) -> Policies {
        let author = MailDomains::of(delivery, message).author;
        match (recorded, &self.links, author) {
            (Some(evidence), _, _) => evidence.policies.clone(),
            (None, Some(fetcher), Some(author)) => {
                policies::ask(fetcher, dns, &author, &server::bimi_selector(message), deadline).await
            }
            (None, _, _) => Policies::default(),
        }
    }

    async fn ask_lists(
        &self,
        dns: &Dns,
        delivery: &Delivery,
        message: &Message,
        hops: bool,
        deadline: Instant,
    ) -> Observed<Vec<Listing>> {
        if self.lists.zones.is_empty() {
            return Observed::Missing(Why::NotConfigured);
        }
        let mut candidates = lists::candidates(delivery, message);
        if hops {
            candidates.extend(lists::hops(delivery, message));
        }
        Observed::Seen(lists::ask(dns, &self.lists, &self.health, &candidates, deadline).await)
    }

    /// SpamAssassin and Rspamd, about a copy as a receiving server would have stored it.
    async fn ask_filters(
        &self,
        dns: &Dns,
        delivery: &Delivery,
        deadline: Instant,
    ) -> (Observed<SpamReport>, Observed<SpamReport>) {
        let absent = || Observed::Missing(Why::NotConfigured);
        if self.spamd.is_none() && self.rspamd.is_none() {
            return (absent(), absent());
        }
        let timed_out = || Observed::Missing(Why::TimedOut);
        let Ok(_turn) = timeout_at(deadline, self.filter_turns.acquire()).await else {
            return (
                if self.spamd.is_some() { timed_out() } else { absent() },
                if self.rspamd.is_some() { timed_out() } else { absent() },
            );
        };
        // The same questions as authentication asks: they are asked once.
        let iprev = match delivery.session.client_ip.seen() {
            Some(ip) => Some(iprev::check(dns, *ip).await),
            None => None,
        };
        let reverse_name = iprev.as_ref().and_then(|iprev| iprev.confirmed.first()).map(String::as_str);
        let copy = spam::received_copy(delivery, reverse_name, &self.domain);
        let spamassassin = async {
            match &self.spamd {
                Some(address) => spamd::ask(address, &copy, deadline).await,
                None => absent(),
            }
        };
        let rspamd = async {
            match &self.rspamd {
                Some(rspamd) => rspamd.ask(delivery, reverse_name, copy.clone(), deadline).await,
                None => absent(),
            }
        };
        tokio::join!(spamassassin, rspamd)
    }
}

impl crate::worker::Examine for Examiner {
    async fn examine(&self, delivery: Arc<Delivery>, purpose: Option<Purpose>, told: Told<'_>) -> (Report, Evidence) {
        Examiner::examine(self, delivery, Choices { purpose, ..Choices::default() }, told).await
    }

    async fn probe(&self, probe: Probe, delivery: Arc<Delivery>) -> Judged {
        Examiner::probe(self, probe, &delivery).await
    }

    async fn answer(&self, probe: Probe, delivery: Arc<Delivery>, judged: Judged, id: String) {
        if let Some(answerer) = &self.answerer {
            answerer.answer(probe, &delivery, &judged, &id).await;
        }
    }
}

/// What was recorded, in its order, with the answers of this run where it asked the same; then what it asked beside.
fn in_place_of(recorded: &[Lookup], run: Vec<Lookup>) -> Vec<Lookup> {
    let mut run: Vec<Option<Lookup>> = run.into_iter().map(Some).collect();
    let places: HashMap<Question, usize> =
        run.iter().enumerate().filter_map(|(place, lookup)| Some((lookup.as_ref()?.question.clone(), place))).collect();
    let mut all: Vec<Lookup> = recorded
        .iter()
        .map(|old| {
            let again = places.get(&old.question).and_then(|place| run.get_mut(*place)?.take());
            again.unwrap_or_else(|| old.clone())
        })
        .collect();
    all.extend(run.into_iter().flatten());
    all
}

/// Parses without holding up the other examinations of this thread.
async fn parse(raw: bytes::Bytes) -> Message {
    const SMALL: usize = 256 * 1024;
    if raw.len() <= SMALL {
        return Message::parse(raw);
    }
    let spare = raw.clone();
    tokio::task::spawn_blocking(move || Message::parse(raw)).await.unwrap_or_else(|_| Message::parse(spare))
}
