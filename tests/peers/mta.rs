//! A Postfix and an OpenDKIM of a test's own, in one folder that goes with them. Needs root, as Postfix does.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use super::{Daemon, folder, free_port};

/// What every Postfix here needs, beside its own doors.
const SERVICES: &str = "cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\ntlsmgr unix - - n 1000? 1 tlsmgr\n\
                        rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\n\
                        defer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\nverify unix - - n - 1 verify\n\
                        flush unix n - n 1000? 0 flush\nproxymap unix - - n - - proxymap\nerror unix - - n - - error\n\
                        retry unix - - n - - error\nscache unix - - n - 1 scache\nanvil unix - - n - 1 anvil\n\
                        showq unix n - n - - showq\npostlog unix-dgram n - n - 1 postlogd\n";

/// Where an MTA lives; ends with the test, and its daemons with it.
pub struct Mta {
    // Before the folder, which they write to.
    daemons: Vec<Daemon>,
    folder: tempfile::TempDir,
}

impl Mta {
    pub fn new() -> Mta {
        Mta { daemons: Vec::new(), folder: folder() }
    }

    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Starts an OpenDKIM that signs as `settings` say; gives its milter address.
    pub async fn opendkim(&mut self, name: &str, settings: &str) -> String {
        let (port, config) = (free_port(), self.home().join(format!("{name}.conf")));
        let text = format!(
            "Syslog no\nBackground no\nMode s\nSocket inet:{port}@127.0.0.1\nPidFile {}\nInternalHosts 127.0.0.0/8\n\
             OversignHeaders From\nRequireSafeKeys no\n{settings}",
            self.home().join(format!("{name}.pid")).display()
        );
        std::fs::write(&config, text).unwrap();
        self.daemons.push(Daemon::start("opendkim", &["-f", "-x", config.to_str().unwrap()]));
        listening(port).await;
        format!("inet:127.0.0.1:{port}")
    }

    /// Starts Postfix, whose `master.cf` begins with `doors`, and waits until it listens on these ports.
    pub async fn postfix(&mut self, main: &str, doors: &str, ports: &[u16]) {
        let (root, etc) = (self.home().display(), self.home().join("etc"));
        std::fs::create_dir(&etc).unwrap();
        for (name, owner) in [("queue", "root"), ("data", "postfix")] {
            self.own_folder(name, owner);
        }
        let common = format!(
            "compatibility_level = 3.6\nqueue_directory = {root}/queue\ndata_directory = {root}/data\n\
             maillog_file = {root}/postfix.log\nmaillog_file_prefixes = {root}\ncommand_directory = /usr/sbin\n\
             daemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\nsetgid_group = postdrop\nmydestination =\n\
             local_transport = error:no local mail\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n\
             smtpd_relay_restrictions = permit_mynetworks, reject\nsmtpd_recipient_restrictions =\n\
             minimal_backoff_time = 5s\nqueue_run_delay = 5s\nin_flow_delay = 0\nbounce_queue_lifetime = 0\n"
        );
        std::fs::write(etc.join("main.cf"), common + main).unwrap();
        std::fs::write(etc.join("master.cf"), format!("{doors}{SERVICES}")).unwrap();
        let made = Command::new("postfix").arg("-c").arg(&etc).arg("check").status();
        assert!(made.unwrap().success(), "postfix check");
        self.daemons.push(Daemon::start("/usr/lib/postfix/sbin/master", &["-c", etc.to_str().unwrap()]));
        for port in ports {
            listening(*port).await;
        }
    }

    /// A folder here that this user may write to.
    pub fn own_folder(&self, name: &str, owner: &str) {
        let path = self.home().join(name);
        std::fs::create_dir(&path).unwrap();
        let done = Command::new("chown").arg(owner).arg(path).status();
        assert!(done.unwrap().success(), "Postfix's tests need root");
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home().join("postfix.log")).unwrap_or_default()
    }
}

async fn listening(port: u16) {
    let end = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < end, "nothing listens on {port}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
