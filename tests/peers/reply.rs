//! The probes' answers by mail, through a real Postfix into a mailbox: who gets one, who never does, and what it is.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use vaglio::command::serve::{self, Running};
use vaglio::config::{Config, ServeOptions};
use vaglio::dns::Zone;

use super::support::smtp::{Sender, send};
use super::{Daemon, folder, free_port};

/// abc.it proves itself by SPF and DMARC; bare.it has SPF alone, which is not enough.
const ZONE: &str = "abc.it. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n_dmarc.abc.it. TXT \"v=DMARC1; p=reject\"\n\
                    bare.it. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n";

struct Post {
    running: Running,
    folder: tempfile::TempDir,
    _postfix: Daemon,
}

impl Post {
    async fn start() -> Post {
        let (folder, port) = (folder(), free_port());
        configure(folder.path(), port);
        let etc = folder.path().join("etc");
        let postfix = Daemon::start("/usr/lib/postfix/sbin/master", &["-c", etc.to_str().unwrap()]);
        let end = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(Instant::now() < end, "Postfix does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let config = Config::new(ServeOptions {
            smtp_listen: vec!["127.0.0.1:0".parse().unwrap()],
            http_listen: Some("127.0.0.1:0".parse().unwrap()),
            domain: Some("probe.test".to_owned()),
            database: Some(format!("sqlite://{}", folder.path().join("vaglio.db").display())),
            trust_xclient: vec!["127.0.0.0/8".parse().unwrap()],
            reply_smarthost: Some(format!("127.0.0.1:{port}")),
            reply_from: Some("answers@probe.test".to_owned()),
            ..ServeOptions::default()
        });
        let zone = Arc::new(Zone::parse(ZONE).unwrap());
        let running = serve::start_with(&config.unwrap(), Some(zone)).await.unwrap();
        Post { running, folder, _postfix: postfix }
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
        let Ok(new) = std::fs::read_dir(self.folder.path().join("mail/box/new")) else { return Vec::new() };
        new.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }

    async fn until(&self, many: usize) -> Vec<String> {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let letters = self.letters();
            if letters.len() >= many {
                return letters;
            }
            let log = || std::fs::read_to_string(self.folder.path().join("postfix.log")).unwrap_or_default();
            assert!(Instant::now() < end, "{} letters: {}", letters.len(), log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// A smarthost that puts everything into one mailbox.
fn configure(home: &Path, port: u16) {
    let etc = home.join("etc");
    std::fs::create_dir(&etc).unwrap();
    for (name, owner) in [("queue", "root"), ("data", "postfix"), ("mail", "nobody")] {
        std::fs::create_dir(home.join(name)).unwrap();
        let done = std::process::Command::new("chown").arg(owner).arg(home.join(name)).status();
        assert!(done.unwrap().success(), "Postfix's tests need root");
    }
    let root = home.display();
    let main = format!(
        "compatibility_level = 3.6\nqueue_directory = {root}/queue\ndata_directory = {root}/data\n\
         maillog_file = {root}/postfix.log\nmaillog_file_prefixes = {root}\ncommand_directory = /usr/sbin\n\
         daemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\nsetgid_group = postdrop\n\
         myhostname = smarthost.probe.test\nmydestination =\nlocal_transport = error:no local mail\n\
         inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\n\
         smtpd_relay_restrictions = permit_mynetworks, reject\nsmtpd_recipient_restrictions =\n\
         virtual_mailbox_domains = static:all\nvirtual_mailbox_base = {root}/mail\nvirtual_mailbox_maps = static:box/\n\
         virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\n"
    );
    std::fs::write(etc.join("main.cf"), main).unwrap();
    let master = format!(
        "127.0.0.1:{port} inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
         tlsmgr unix - - n 1000? 1 tlsmgr\nrewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\nproxymap unix - - n - - proxymap\n\
         error unix - - n - - error\nretry unix - - n - - error\nvirtual unix - n n - - virtual\n\
         anvil unix - - n - 1 anvil\npostlog unix-dgram n - n - 1 postlogd\n"
    );
    std::fs::write(etc.join("master.cf"), master).unwrap();
    let made = std::process::Command::new("postfix").arg("-c").arg(&etc).arg("check").status();
    assert!(made.unwrap().success(), "postfix check");
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
