//! SpamAssassin through spamd: a client of the SPAMC protocol.
//!
//! One `REPORT` request gives the sum, the threshold and the table of rules with points and descriptions. Where the operator's
//! report template has no such table, `SYMBOLS` names the rules at least.

use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Instant, timeout_at};

use super::spam::{MAX_REPLY, SpamReport, SpamRule};
use crate::delivery::{Observed, Why};
use crate::net::has_port;

/// Where spamd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `host:port`.
    Tcp(String),
    Unix(PathBuf),
}

/// Where spamd could not listen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?}: want HOST:PORT such as 127.0.0.1:783, or the path of a Unix socket such as /run/spamd.sock")]
pub struct NoAddress(String);

impl Address {
    /// `/path`, `unix:/path` or `host:port`.
    ///
    /// # Errors
    /// None of these.
    pub fn parse(text: &str) -> Result<Address, NoAddress> {
        match text.strip_prefix("unix:") {
            Some(path) if !path.is_empty() => Ok(Address::Unix(path.into())),
            None if text.starts_with('/') => Ok(Address::Unix(text.into())),
            None if has_port(text) => Ok(Address::Tcp(text.to_owned())),
            _ => Err(NoAddress(text.to_owned())),
        }
    }
}

/// Asks spamd about a message with its [`received_copy`](super::spam::received_copy) head.
pub async fn ask(address: &Address, message: &[u8], deadline: Instant) -> Observed<SpamReport> {
    match timeout_at(deadline, judge(address, message)).await {
        Ok(Ok(report)) => Observed::Seen(report),
        Ok(Err(what)) => Observed::Missing(Why::Failed(what)),
        Err(_) => Observed::Missing(Why::TimedOut),
    }
}

async fn judge(address: &Address, message: &[u8]) -> Result<SpamReport, String> {
    let mut report = read_report(&exchange(address, "REPORT", message).await?)?;
    if report.rules.is_empty() {
        let symbols = Reply::parse(&exchange(address, "SYMBOLS", message).await?)?;
        let names = symbols.body.split([',', '\r', '\n']).map(str::trim).filter(|name| is_rule(name));
        report.rules =
            names.map(|name| SpamRule { name: name.to_owned(), score: 0.0, description: String::new() }).collect();
        report.rules.sort_by(|a, b| a.name.cmp(&b.name));
    }
    Ok(report)
}

/// What a reply to `REPORT` says.
///
/// # Errors
///
/// Why it is no such reply.
pub fn read_report(reply: &[u8]) -> Result<SpamReport, String> {
    let reply = Reply::parse(reply)?;
    let mut rules = table(&reply.body);
    // spamd's own order varies from scan to scan, and the same facts must give the same report.
    rules.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.name.cmp(&b.name)));
    Ok(SpamReport {
        engine: "SpamAssassin".to_owned(),
        score: reply.score,
        required: reply.required,
        rules,
        action: None,
    })
}

async fn exchange(address: &Address, command: &str, message: &[u8]) -> Result<Vec<u8>, String> {
    let talked = match address {
        Address::Tcp(address) => match TcpStream::connect(address).await {
            Ok(stream) => talk(stream, command, message).await,
            Err(error) => Err(error),
        },
        Address::Unix(path) => match UnixStream::connect(path).await {
            Ok(stream) => talk(stream, command, message).await,
            Err(error) => Err(error),
        },
    };
    talked.map_err(|error| error.to_string())
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    command: &str,
    message: &[u8],
) -> std::io::Result<Vec<u8>> {
    let head = format!("{command} SPAMC/1.5\r\nContent-length: {}\r\n\r\n", message.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(message).await?;
    stream.flush().await?;
    let mut reply = Vec::new();
    stream.take(MAX_REPLY as u64).read_to_end(&mut reply).await?;
    Ok(reply)
}

#[derive(Debug, PartialEq)]
struct Reply {
    score: f64,
    required: f64,
    body: String,
}

impl Reply {
    /// `SPAMD/1.1 0 EX_OK`, fields such as `Spam: True ; 13.5 / 5.0`, an empty line, the body.
    fn parse(reply: &[u8]) -> Result<Reply, String> {
        let text = String::from_utf8_lossy(reply);
        let text = text.replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").ok_or("cut_off")?;
        let mut lines = head.lines();
        let status = lines.next().unwrap_or_default();
        let mut words = status.split_whitespace();
        if !words.next().is_some_and(|word| word.starts_with("SPAMD/")) {
            return Err("bad_answer".to_owned());
        }
        if words.next() != Some("0") {
            return Err(status.chars().filter(|c| !c.is_control()).take(120).collect());
        }
        let verdict = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("spam"))
            .and_then(|(_, value)| value.split_once(';')?.1.split_once('/'))
            .and_then(|(score, required)| Some((number(score)?, number(required)?)));
        let (score, required) = verdict.ok_or("no_score")?;
        Ok(Reply { score, required, body: body.to_owned() })
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// The rows under the line of dashes: points, rule, description, the last continued on indented lines.
fn table(report: &str) -> Vec<SpamRule> {
    let is_rule_line = |line: &&str| {
        let line = line.trim();
        line.len() > 20 && line.contains(' ') && line.chars().all(|c| matches!(c, '-' | ' '))
    };
    let mut lines = report.lines().skip_while(|line| !is_rule_line(line)).skip(1);
    let mut rules: Vec<SpamRule> = Vec::new();
    for line in lines.by_ref().take_while(|line| !line.trim().is_empty()) {
        match (row(line), rules.last_mut()) {
            (Some(rule), _) => rules.push(rule),
            (None, Some(rule)) if line.starts_with(' ') => {
                rule.description = format!("{} {}", rule.description, line.trim()).trim().to_owned();
            }
            (None, _) => {}
        }
    }
    for rule in &mut rules {
        if rule.description == "No description available." {
            rule.description.clear();
        }
    }
    rules
}

fn row(line: &str) -> Option<SpamRule> {
    let (score, rest) = line.trim().split_once(' ')?;
    let rest = rest.trim_start();
    let (name, description) = rest.split_once(' ').unwrap_or((rest, ""));
    let score = number(score)?;
    is_rule(name).then(|| SpamRule { name: name.to_owned(), score, description: description.trim().to_owned() })
}

fn is_rule(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use tokio::net::TcpListener;

    use super::*;

    const REPORT: &str = "SPAMD/1.1 0 EX_OK\r\nContent-length: 700\r\nSpam: True ; 13.5 / 5.0\r\n\r\n\
        Content analysis details:   (13.5 points, 5.0 required)\n\n \
        pts rule name              description\n\
        ---- ---------------------- --------------------------------------------------\n \
        2.6 HELO_LOCALHOST         No description available.\n\
        -1.9 BAYES_00               BODY: Bayes spam probability is 0 to 1%\n                            [score: 0.0000]\n \
        1.0 HEADER_FROM_DIFFERENT_DOMAINS From and EnvelopeFrom 2nd level mail\n                            domains are different\n \
        0.0 HTML_MESSAGE           BODY: HTML included in message\n\n\
        The original message was not completely plain text.\n 1.0 NOT_A_ROW in the text below\n";

    #[test]
    fn the_table_of_rules_is_read_with_long_names_and_continued_descriptions() {
        let reply = Reply::parse(REPORT.as_bytes()).unwrap();
        assert_eq!((reply.score, reply.required), (13.5, 5.0));
        let rules: Vec<_> = table(&reply.body).into_iter().map(|r| (r.name, r.score, r.description)).collect();
        let rule = |name: &str, score, text: &str| (name.to_owned(), score, text.to_owned());
        assert_eq!(
            rules,
            [
                rule("HELO_LOCALHOST", 2.6, ""),
                rule("BAYES_00", -1.9, "BODY: Bayes spam probability is 0 to 1% [score: 0.0000]"),
                rule(
                    "HEADER_FROM_DIFFERENT_DOMAINS",
                    1.0,
                    "From and EnvelopeFrom 2nd level mail domains are different"
                ),
                rule("HTML_MESSAGE", 0.0, "BODY: HTML included in message"),
            ]
        );
    }

    #[test]
    fn an_answer_that_is_none_is_said_to_be_none() {
        for (reply, said) in [
            ("", "cut_off"),
            ("HTTP/1.1 400 Bad Request\r\n\r\n", "bad_answer"),
            ("SPAMD/1.0 76 Bad header line: (?)\r\n\r\n", "76 Bad header line"),
            ("SPAMD/1.1 0 EX_OK\r\nContent-length: 0\r\n\r\n", "no_score"),
            ("SPAMD/1.1 0 EX_OK\r\nSpam: True ; nan / 5\r\n\r\n", "no_score"),
        ] {
            assert!(Reply::parse(reply.as_bytes()).unwrap_err().contains(said), "{reply}");
        }
    }

    #[test]
    fn addresses_are_tcp_or_unix() {
        assert_eq!(Address::parse("127.0.0.1:783"), Ok(Address::Tcp("127.0.0.1:783".to_owned())));
        for wrong in ["foo", "unix:", ":783", "localhost:spam", "::1"] {
            assert_eq!(Address::parse(wrong), Err(NoAddress(wrong.to_owned())));
        }
        assert_eq!(Address::parse("/run/spamd.sock"), Address::parse("unix:/run/spamd.sock"));
    }

    async fn answering(reply: &'static [u8], silent: bool) -> Observed<SpamReport> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address::Tcp(listener.local_addr().unwrap().to_string());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                stream.write_all(reply).await.unwrap();
                if silent {
                    std::future::pending::<()>().await;
                }
            }
        });
        ask(&address, b"Subject: x\r\n\r\nbody\r\n", Instant::now() + Duration::from_millis(500)).await
    }

    #[tokio::test]
    async fn a_whole_exchange_gives_a_report() {
        let report = answering(REPORT.as_bytes(), false).await;
        assert_eq!(report.seen().unwrap().rules.len(), 4);
    }

    #[tokio::test]
    async fn a_dead_or_silent_spamd_is_missing_and_never_a_score_of_nought() {
        assert_eq!(answering(b"SPAMD/1.1 0", true).await, Observed::Missing(Why::TimedOut));
        assert!(matches!(answering(b"", false).await, Observed::Missing(Why::Failed(_))));
        let nobody =
            ask(&Address::parse("/nonexistent/spamd.sock").unwrap(), b"", Instant::now() + Duration::from_secs(1))
                .await;
        assert!(matches!(nobody, Observed::Missing(Why::Failed(_))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_an_error(reply: Vec<u8>) {
            let _ = Reply::parse(&reply).map(|reply| table(&reply.body));
        }

        #[test]
        fn any_table_is_read_without_a_panic(rows in "[-0-9. A-Z_\n]{0,200}") {
            let _ = table(&format!("---- ---------------------- ----\n{rows}"));
        }
    }
}
