//! The outside world as the command line names it: resolver or zone file, lists, spam filters, links.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use crate::analyse::Examiner;
use crate::config::resolver;
use crate::dns::{Live, Upstream, Zone};
use crate::gather::links::Fetcher;
use crate::gather::lists::{Health, Table};
use crate::gather::rspamd::{self, Rspamd};
use crate::gather::spamd;

#[derive(Args, Clone, Debug, Default)]
pub struct World {
    /// The resolver to ask [default: the system's]
    #[arg(long, value_name = "IP[:PORT]", value_delimiter = ',', value_parser = resolver, env = "VAGLIO_DNS")]
    pub dns: Vec<SocketAddr>,
    /// Answer DNS from this zone file alone (master-file syntax, any owners), with no network
    #[arg(long, value_name = "FILE", conflicts_with = "dns")]
    pub zone: Option<PathBuf>,
    /// SpamAssassin's spamd: HOST:PORT or the path of its Unix socket
    #[arg(long, value_name = "ADDR", env = "VAGLIO_SPAMD")]
    pub spamd: Option<String>,
    /// Rspamd's normal worker, such as http://127.0.0.1:11333
    #[arg(long, value_name = "URL", env = "VAGLIO_RSPAMD")]
    pub rspamd: Option<String>,
    /// A TOML table of DNS lists instead of the built-in one
    #[arg(long, value_name = "FILE", env = "VAGLIO_LISTS")]
    pub lists: Option<PathBuf>,
    /// Fetch links that lead into private networks too (for closed test networks only)
    #[arg(long)]
    pub allow_private_links: bool,
}

/// What examines in this world, as `domain` received it. With `--zone` nothing but the file is asked: no links are fetched.
///
/// # Errors
///
/// One line: an unreadable file, a zone or table that cannot be parsed, an unusable address.
pub fn examiner(world: &World, domain: &str, follow_links: bool) -> Result<Examiner, String> {
    let upstream = upstream(&world.dns, world.zone.as_deref())?;
    let follow_links = follow_links && world.zone.is_none();
    let links = match follow_links {
        true => Some(Arc::new(Fetcher::new(world.allow_private_links).map_err(|error| format!("TLS: {error}"))?)),
        false => None,
    };
    // A zone file is a world of its own: what it does not hold does not exist, control points included.
    let health = if world.zone.is_some() { Health::trusting() } else { Health::default() };
    Ok(Examiner {
        habits: Arc::default(),
        health: Arc::new(health),
        lists: Arc::new(table(world.lists.as_deref())?),
        links,
        spamd: world.spamd.as_deref().filter(|text| !text.is_empty()).map(spamd_at).transpose()?,
        rspamd: world.rspamd.as_deref().filter(|text| !text.is_empty()).map(rspamd).transpose()?,
        domain: domain.to_owned(),
        ..Examiner::new(upstream)
    })
}

fn spamd_at(text: &str) -> Result<spamd::Address, String> {
    spamd::Address::parse(text).map_err(|error| format!("--spamd {error}"))
}

fn rspamd(text: &str) -> Result<Arc<Rspamd>, String> {
    let rspamd = rspamd::address(text).and_then(|url| Rspamd::new(&url));
    rspamd.map(Arc::new).map_err(|error| format!("--rspamd {error}"))
}

/// The zone file, the servers named, or the system's.
///
/// # Errors
///
/// One line: see [`examiner`].
pub fn upstream(servers: &[SocketAddr], zone: Option<&std::path::Path>) -> Result<Arc<dyn Upstream>, String> {
    if let Some(path) = zone {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
        return Ok(Arc::new(Zone::parse(&text).map_err(|error| wrong(&error))?));
    }
    if !servers.is_empty() {
        return Ok(Arc::new(Live::new(servers.iter().copied())));
    }
    let live = Live::system().unwrap_or_else(|error| {
        tracing::warn!(%error, "asking 127.0.0.1:53; name a resolver with --dns IP:PORT");
        // resolv.conf(5): "If no nameserver entries are present, the default is to use the name server on the local machine."
        Live::new([SocketAddr::from(([127, 0, 0, 1], 53))])
    });
    Ok(Arc::new(live))
}

/// The table of DNS lists; what looks wrong in it is said on standard error.
///
/// # Errors
///
/// One line: unreadable, or not such a table.
pub fn table(path: Option<&std::path::Path>) -> Result<Table, String> {
    let Some(path) = path else { return Ok(Table::builtin()) };
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let (table, warnings) = Table::parse(&text).map_err(|error| wrong(&error))?;
    for warning in warnings {
        eprintln!("vaglio: {}: {warning}", path.display());
    }
    Ok(table)
}
