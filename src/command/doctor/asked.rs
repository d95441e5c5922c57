//! What examinations ask: the resolver, the lists, spamd, Rspamd.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::{Found, PATIENCE, Standing};
use crate::dns::{Dns, RecordType};
use crate::gather::lists::Health;
use crate::gather::spamd;
use crate::lang::{Lang, message_id};

/// A signed name of IANA, which runs the root: whoever validates says so.
const SIGNED: &str = "iana.org";

pub(super) async fn resolver(dns: &Dns) -> Vec<Found> {
    let lookup = dns.ask(SIGNED, RecordType::A).await;
    if lookup.answer.is_unknown() {
        let detail = format!("no answer about {SIGNED} ({}): nothing can be examined so (--dns)", lookup.answer.word());
        return vec![
            Found::new("resolver", Standing::Bad, detail),
            Found::new("DNSSEC", Standing::Unknown, "see resolver"),
        ];
    }
    let server = lookup.server.clone().unwrap_or_else(|| "it".to_owned());
    vec![
        Found::new("resolver", Standing::Ok, format!("{server} answers in {} ms", lookup.ms)),
        match lookup.authenticated {
            true => Found::new("DNSSEC", Standing::Ok, "the resolver validates"),
            false => Found::new(
                "DNSSEC",
                Standing::Warning,
                "the resolver does not validate: reports cannot show DNSSEC or DANE",
            ),
        },
    ]
}

pub(super) fn lists(health: &Health, all: usize) -> Found {
    let check = "block lists";
    let failing: Vec<String> = health
        .failing()
        .into_iter()
        .map(|(zone, fault)| {
            format!("{zone} ({})", Lang::En.text(&format!("operate-list-{}", message_id(fault.why()))))
        })
        .collect();
    if failing.is_empty() {
        return Found::new(check, Standing::Ok, format!("all {all} answer as they should"));
    }
    let detail = format!(
        "{} of {all} set aside: {}. Lists refuse public resolvers: run one of your own (deploy/unbound.conf)",
        failing.len(),
        failing.join(", ")
    );
    Found::new(check, Standing::Warning, detail)
}

pub(super) async fn spamassassin(address: Option<&str>) -> Found {
    let check = "spamd";
    let Some(text) = address else {
        return Found::new(check, Standing::Warning, "not set up: reports have no SpamAssassin section (--spamd)");
    };
    let pong = async {
        match spamd::Address::parse(text).map_err(std::io::Error::other)? {
            spamd::Address::Tcp(address) => ping(TcpStream::connect(address).await?).await,
            spamd::Address::Unix(path) => ping(UnixStream::connect(path).await?).await,
        }
    };
    match timeout(PATIENCE, pong).await {
        Ok(Ok(said)) if said.contains("PONG") => Found::new(check, Standing::Ok, format!("{text} answers")),
        Ok(Ok(_)) => Found::new(check, Standing::Bad, format!("what answers at {text} is not spamd")),
        Ok(Err(error)) => Found::new(check, Standing::Bad, format!("{text}: {error}")),
        Err(_) => Found::new(check, Standing::Bad, format!("{text} takes the connection and says nothing")),
    }
}

async fn ping<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(mut stream: S) -> std::io::Result<String> {
    stream.write_all(b"PING SPAMC/1.2\r\n\r\n").await?;
    let mut said = Vec::new();
    stream.take(200).read_to_end(&mut said).await?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

pub(super) async fn rspamd(url: Option<&str>) -> Found {
    let check = "Rspamd";
    let Some(url) = url else {
        return Found::new(check, Standing::Ok, "not set up; SpamAssassin is enough (--rspamd)");
    };
    let asked = async {
        let url: url::Url = url.parse().map_err(|error| format!("{error}"))?;
        let host = url.host_str().ok_or("no host")?;
        let port = url.port_or_known_default().unwrap_or(11333);
        let mut stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
        let request = format!("GET /ping HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
        let mut said = Vec::new();
        stream.take(4096).read_to_end(&mut said).await.map_err(|error| error.to_string())?;
        Ok::<_, String>(String::from_utf8_lossy(&said).contains("pong"))
    };
    match timeout(PATIENCE, asked).await {
        Ok(Ok(true)) => Found::new(check, Standing::Ok, format!("{url} answers")),
        Ok(Ok(false)) => Found::new(check, Standing::Bad, format!("what answers at {url} is not Rspamd")),
        Ok(Err(error)) => Found::new(check, Standing::Bad, format!("{url}: {error}")),
        Err(_) => Found::new(check, Standing::Bad, format!("{url} does not answer")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_spamd_that_is_not_there_or_hangs_is_bad_and_one_that_answers_is_well() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 64]).await;
            socket.write_all(b"SPAMD/1.5 0 PONG\r\n").await.unwrap();
        });
        assert_eq!(spamassassin(Some(&address)).await.status, Standing::Ok);
        assert_eq!(spamassassin(Some(&address)).await.status, Standing::Bad);
        assert_eq!(spamassassin(None).await.status, Standing::Warning);
    }
}
