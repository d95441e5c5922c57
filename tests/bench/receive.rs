//! Durable receiving beside Postfix to its own queue and beside smtp-sink, which keeps nothing: the same client, in turns.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::service::{Daemon, Service, World, free_port, reachable};
use crate::{figure, median};

const MESSAGES: usize = 2000;
const SESSIONS: usize = 20;
const ROUNDS: usize = 3;

pub async fn run() {
    let world = World::new(1, Duration::ZERO).await;
    // Received and stored, as Postfix's queue is; both then work on it elsewhere.
    let service = Service::start(world.dns.addr, &["--roles=smtp,web"]).await;
    let address = service.test().await.address;
    let postfix = Postfix::start().await;
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let _sink = Daemon::start("/usr/sbin/smtp-sink", &["-u", "nobody", &listen, "100"]);
    reachable(listen.parse().unwrap()).await;

    let (mut ours, mut theirs, mut sunk) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(send(&service.smtp.to_string(), &address));
        theirs.push(send(&postfix.address, "someone@vaglio.test"));
        sunk.push(send(&listen, "someone@vaglio.test"));
    }
    let held = postfix.held();
    assert!(held >= MESSAGES * ROUNDS, "Postfix holds {held}");
    let (ours, theirs, sunk) = (median(&mut ours), median(&mut theirs), median(&mut sunk));
    figure("Vaglio, durably, messages a second", format!("{ours:.0}"), "");
    figure("Postfix to its own queue", format!("{theirs:.0}"), "");
    figure("smtp-sink, which keeps nothing", format!("{sunk:.0}"), "");
    figure("Vaglio / Postfix", format!("{:.1}", ours / theirs), ">= 4");
    figure("Vaglio / smtp-sink", format!("{:.2}", ours / sunk), ">= 0.5");
}

/// Messages a second of Postfix's own load generator.
fn send(server: &str, to: &str) -> f64 {
    let (sessions, messages) = (SESSIONS.to_string(), MESSAGES.to_string());
    let began = Instant::now();
    let status = Command::new("/usr/sbin/smtp-source")
        .args(["-d", "-s", &sessions, "-m", &messages, "-l", "5000", "-f", "anna@example.org", "-t", to, server])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "smtp-source to {server}");
    MESSAGES as f64 / began.elapsed().as_secs_f64()
}

/// A Postfix of its own that takes mail into its queue and leaves it there.
struct Postfix {
    folder: tempfile::TempDir,
    address: String,
}

impl Postfix {
    async fn start() -> Postfix {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let at = root.display();
        for name in ["etc", "queue", "data"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        let chown = Command::new("chown").arg("postfix").arg(root.join("data")).status().unwrap();
        assert!(chown.success(), "Postfix needs root to start");
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/data\n\
             command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\n\
             setgid_group = postdrop\nmyhostname = mail.vaglio.test\nmydestination =\ninet_interfaces = 127.0.0.1\n\
             inet_protocols = ipv4\nmynetworks = 127.0.0.0/8\nsmtpd_relay_restrictions = permit_mynetworks, reject\n\
             smtpd_recipient_restrictions = check_recipient_access static:HOLD, permit\nin_flow_delay = 0\n\
             smtpd_client_connection_count_limit = 0\nsmtpd_peername_lookup = no\nmaillog_file = {at}/log\n\
             maillog_file_prefixes = {at}\nalias_maps =\nlocal_recipient_maps =\n"
        );
        let master = format!(
            "{address} inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
             rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n\
             trace unix - - n - 0 bounce\nanvil unix - - n - 1 anvil\nproxymap unix - - n - - proxymap\n\
             error unix - - n - - error\npostlog unix-dgram n - n - 1 postlogd\nsmtp unix - - n - - smtp\n"
        );
        fs::write(root.join("etc/main.cf"), main).unwrap();
        fs::write(root.join("etc/master.cf"), master).unwrap();
        let started = command(root, "start");
        assert!(started, "Postfix does not start: see {at}/log");
        reachable(address.parse().unwrap()).await;
        Postfix { folder, address }
    }

    fn held(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
        }
        count(&self.folder.path().join("queue/hold"))
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        command(self.folder.path(), "stop");
    }
}

fn command(root: &Path, what: &str) -> bool {
    let mut command = Command::new("/usr/sbin/postfix");
    command.arg("-c").arg(root.join("etc")).arg(what).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
