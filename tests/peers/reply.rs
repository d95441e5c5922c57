//! The probes' answers by mail, through a real Postfix into a mailbox: who gets one, who never does, and what it is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use vaglio::command::serve::{self, Running};
use vaglio::config::{Config, ServeOptions};
use vaglio::dns::Zone;

use super::free_port;
use super::mta::Mta;
use super::support::smtp::{Sender, send};

/// abc.it proves itself by SPF and DMARC; bare.it has SPF alone, which is not enough.
const ZONE: &str = "abc.it. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n_dmarc.abc.it. TXT \"v=DMARC1; p=reject\"\n\
                    bare.it. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n";

struct Post {
    running: Running,
    mta: Mta,
}

impl Post {
    async fn start() -> Post {
        let port = free_port();
        let mta = smarthost(port).await;
        let config = Config::new(ServeOptions {
            smtp_listen: vec!["127.0.0.1:0".parse().unwrap()],
            http_listen: Some("127.0.0.1:0".parse().unwrap()),
            domain: Some("probe.test".to_owned()),
            database: Some(format!("sqlite://{}", mta.home().join("vaglio.db").display())),
            trust_xclient: vec!["127.0.0.0/8".parse().unwrap()],
            reply_smarthost: Some(format!("127.0.0.1:{port}")),
            reply_from: Some("answers@probe.test".to_owned()),
            ..ServeOptions::default()
        });
        let zone = Arc::new(Zone::parse(ZONE).unwrap());
        let running = serve::start_with(&config.unwrap(), Some(zone)).await.unwrap();
        Post { running, mta }
    }

    async fn send(&self, ip: &str, mail_from: &str, from: &str, head: &str) {
        let message = format!(
            "From: <{from}>\r\nTo: spf@probe.test\r\nSubject: Confidential\r\nMessage-ID: <1@abc.it>\r\n{head}\r\nHello.\r\n"
        );
        let sender = Sender { ip: Some(ip.parse().unwrap()), helo: "mx.abc.it", tls: false, mail_from };
        let server = *self.running.smtp.first().unwrap();
        send(server, &sender, "spf@probe.test", message.as_bytes()).await.unwrap();
    }

    /// Every letter that has been delivered.
    fn letters(&self) -> Vec<String> {
        let Ok(new) = std::fs::read_dir(self.mta.home().join("mail/box/new")) else { return Vec::new() };
        new.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }

    async fn until(&self, many: usize) -> Vec<String> {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let letters = self.letters();
            if letters.len() >= many {
                return letters;
            }
            assert!(Instant::now() < end, "{} letters: {}", letters.len(), self.mta.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// A smarthost that puts everything into one mailbox.
async fn smarthost(port: u16) -> Mta {
    let mut mta = Mta::new();
    mta.own_folder("mail", "nobody");
    let main = format!(
        "myhostname = smarthost.probe.test\nmynetworks = 127.0.0.0/8\nvirtual_mailbox_domains = static:all\n\
         virtual_mailbox_base = {}/mail\nvirtual_mailbox_maps = static:box/\nvirtual_uid_maps = static:65534\n\
         virtual_gid_maps = static:65534\n",
        mta.home().display()
    );
    let doors = format!("127.0.0.1:{port} inet n - n - - smtpd\nvirtual unix - n n - - virtual\n");
    mta.postfix(&main, &doors, &[port]).await;
    mta
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_proved_senders_are_answered_and_only_once() {
    let post = Post::start().await;
    // Nobody here may be answered: forged, SPF alone, automatic, bulk, and a bounce.
    post.send("192.0.2.66", "forged@abc.it", "forged@abc.it", "").await;
    post.send("192.0.2.10", "spfonly@bare.it", "spfonly@bare.it", "").await;
    post.send("192.0.2.10", "robot@abc.it", "robot@abc.it", "Auto-Submitted: auto-generated\r\n").await;
    post.send("192.0.2.10", "bulk@abc.it", "bulk@abc.it", "Precedence: bulk\r\n").await;
    post.send("192.0.2.10", "", "null@abc.it", "").await;
    // The two who may; one of them twice.
    post.send("192.0.2.10", "anna@abc.it", "anna@abc.it", "Accept-Language: it\r\n").await;
    post.send("192.0.2.10", "anna@abc.it", "anna@abc.it", "").await;
    post.until(1).await;
    post.send("192.0.2.10", "bruno@abc.it", "bruno@abc.it", "").await;
    let letters = post.until(2).await;
    // What was not to be sent would have come before the last.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(post.letters().len(), 2, "{letters:?}");

    let anna = letters.iter().find(|letter| letter.contains("To: <anna@abc.it>")).unwrap();
    assert!(letters.iter().any(|letter| letter.contains("To: <bruno@abc.it>")));
    for field in [
        "Return-Path: <>",
        "From: Vaglio <answers@probe.test>",
        "Subject: |OK| spf-pass",
        "Auto-Submitted: auto-replied",
        "In-Reply-To: <1@abc.it>",
        "Content-Language: it",
    ] {
        assert!(anna.contains(field), "{field} in {anna}");
    }
    use base64::Engine as _;
    let body = anna.replace("\r\n", "\n").split_once("\n\n").unwrap().1.replace('\n', "");
    let body = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(body).unwrap()).unwrap();
    assert!(body.contains("SPF passa, e il suo dominio coincide con From."), "{body}");
    assert!(body.contains("Authentication-Results: probe.test") && body.contains("/spf/r/"), "{body}");
    assert!(!body.contains("Confidential") && !body.contains("Hello"), "{body}");
    post.running.stop().await;
}
