//! The files of `deploy/` at work: a real nginx in front of pages and port 25, a real Postfix in front, the container's root file
//! system in a chroot, and the guide's commands for backup and moving house.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

use super::postgres;
use super::service::{Service, client, free_port};
use super::support::daemon::Daemon;
use super::support::dns::Server as Dns;
use super::{deploy, text};

const ZONE: &str = "$TTL 60\ngood.example. IN A 192.0.2.10\ngood.example. IN TXT \"v=spf1 ip4:127.0.0.7 -all\"\n";

async fn listening(port: u16) {
    let end = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < end, "nothing listens on {port}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A message from 127.0.0.7, as any client brings it.
async fn bring(door: SocketAddr, to: &str) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.7:0".parse().unwrap()).unwrap();
    let mut wire = BufReader::new(socket.connect(door).await.unwrap());
    let to = format!("RCPT TO:<{to}>");
    let message = "From: a@good.example\r\nSubject: Through the front\r\n\r\nHello.\r\n.";
    for (line, awaited) in [
        ("", "220"),
        ("EHLO mail.good.example", "250"),
        ("MAIL FROM:<a@good.example>", "250"),
        (to.as_str(), "250"),
        ("DATA", "354"),
        (message, "250"),
        ("QUIT", "221"),
    ] {
        if !line.is_empty() {
            wire.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        }
        loop {
            let mut said = String::new();
            wire.read_line(&mut said).await.unwrap();
            assert!(said.starts_with(awaited), "{line}: {said}");
            if said.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx_does_tls_for_the_pages_and_hands_port_25_on_with_the_clients_address() {
    let dns = Dns::start(ZONE).await;
    let more = ["--trust-proxy", "127.0.0.0/8", "--public-url", "https://vaglio.example", "--self-test", "off"];
    let service = Service::start(dns.addr, &more).await;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().display();
    let made =
        rcgen::generate_simple_self_signed(vec!["vaglio.example".to_owned(), "mta-sts.vaglio.example".to_owned()]);
    let made = made.unwrap();
    fs::write(folder.path().join("fullchain.pem"), made.cert.pem()).unwrap();
    fs::write(folder.path().join("privkey.pem"), made.signing_key.serialize_pem()).unwrap();
    let (http, https, smtp) = (free_port(), free_port(), free_port());
    let example = text("nginx.conf");
    // The part about port 25 is a comment, since not everybody has the module: here it counts.
    let (pages, mail) = example.split_once("#   stream {").unwrap();
    let mail = mail.split_once("#\n# and for Vaglio").unwrap().0.replace("\n#   ", "\n").replace("\n#", "\n");
    let conf = format!(
        "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\npid {here}/pid;\nerror_log {here}/error.log;\n{pages}stream {{{mail}"
    );
    let conf = conf
        .replace("listen 25;", &format!("listen 127.0.0.1:{smtp};"))
        .replace("proxy_pass 127.0.0.1:2525;", &format!("proxy_pass {};", service.smtp()))
        .replace("listen [::]:80;", "")
        .replace("listen [::]:443 ssl;", "")
        .replace("listen 80;", &format!("listen 127.0.0.1:{http};"))
        .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{https} ssl;"))
        .replace("http://127.0.0.1:8080", &format!("http://{}", service.setting.http))
        .replace("/etc/vaglio/", &format!("{here}/"))
        .replace("http {", &format!("http {{\naccess_log off;\nclient_body_temp_path {here}/b;\nproxy_temp_path {here}/p;\nfastcgi_temp_path {here}/f;\nuwsgi_temp_path {here}/u;\nscgi_temp_path {here}/s;"));
    let file = folder.path().join("nginx.conf");
    fs::write(&file, conf).unwrap();
    let daemon_off =
        format!("daemon off; user {};", if rustix::process::getuid().is_root() { "root" } else { "nobody" });
    let _nginx = Daemon::start("nginx", &["-p", &here.to_string(), "-c", file.to_str().unwrap(), "-g", &daemon_off]);
    listening(https).await;
    listening(smtp).await;

    drop(client());
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let browser = reqwest::Client::builder()
        .tls_certs_only([trusted])
        .resolve("vaglio.example", ([127, 0, 0, 1], https).into())
        .resolve("mta-sts.vaglio.example", ([127, 0, 0, 1], https).into())
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    let page = browser.get(format!("https://vaglio.example:{https}/about")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers().contains_key("strict-transport-security"), "HSTS behind TLS");
    let policy =
        browser.get(format!("https://mta-sts.vaglio.example:{https}/.well-known/mta-sts.txt")).send().await.unwrap();
    assert!(policy.text().await.unwrap().starts_with("version: STSv1\nmode: testing\nmx: vaglio.example\n"));
    assert_eq!(browser.get(format!("https://vaglio.example:{https}/metrics")).send().await.unwrap().status(), 200);
    let plain = browser.get(format!("http://127.0.0.1:{http}/about")).send().await.unwrap();
    assert_eq!(plain.status(), 301);
    let challenge = browser.get(format!("http://127.0.0.1:{http}/.well-known/acme-challenge/x")).send().await.unwrap();
    assert_eq!(challenge.status(), 404, "an authority is answered by Vaglio");

    // Mail through the stream, told live through the page.
    let test = service.test().await;
    let mut events =
        browser.get(format!("https://vaglio.example:{https}/api/v1/tests/{}/events", test.key)).send().await.unwrap();
    bring(([127, 0, 0, 1], smtp).into(), &test.address).await;
    let mut told = String::new();
    while !told.contains("event: ready") {
        let chunk = tokio::time::timeout(Duration::from_secs(30), events.chunk()).await.expect("told at once").unwrap();
        told += &String::from_utf8_lossy(&chunk.expect("until it is ready"));
    }
    let report = service.report(&test, 1).await;
    assert_eq!(report["session"]["client_ip"], "127.0.0.7", "the client's own address, by PROXY");
    assert_eq!(report["auth"]["spf"]["result"], "pass");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_postfix_set_up_as_the_files_say_the_client_is_known() {
    let dns = Dns::start(ZONE).await;
    let service = Service::start(dns.addr, &["--trust-xclient", "127.0.0.0/8"]).await;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let port = free_port();
    fs::create_dir(root.join("etc")).unwrap();
    for (name, owner) in [("queue", "root"), ("data", "postfix")] {
        fs::create_dir(root.join(name)).unwrap();
        assert!(Command::new("chown").arg(owner).arg(root.join(name)).status().unwrap().success(), "needs root");
    }
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(root, fs::Permissions::from_mode(0o777)).unwrap();
    // A Postfix that was there before, and what the file says to add.
    let ours = |name: &str| {
        text(name).replace("2525", &service.smtp().port().to_string()).replace("vaglio.example", "vaglio.test")
    };
    let main = format!(
        "compatibility_level = 3.6\nqueue_directory = {0}/queue\ndata_directory = {0}/data\n\
         maillog_file = {0}/postfix.log\nmaillog_file_prefixes = {0}\ncommand_directory = /usr/sbin\n\
         daemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\nsetgid_group = postdrop\n\
         myhostname = mx.example.org\nmydestination =\nlocal_transport = error:no local mail\n\
         inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks =\n\
         smtpd_relay_restrictions = reject_unauth_destination\nminimal_backoff_time = 5s\nqueue_run_delay = 5s\n{1}",
        root.display(),
        ours("postfix/main.cf")
    );
    fs::write(root.join("etc/main.cf"), main).unwrap();
    let master = format!(
        "127.0.0.1:{port} inet n - n - - smtpd\nsmtp unix - - n - - smtp\n\
         cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\ntlsmgr unix - - n 1000? 1 tlsmgr\n\
         rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\nverify unix - - n - 1 verify\nflush unix n - n 1000? 0 flush\n\
         proxymap unix - - n - - proxymap\nerror unix - - n - - error\nretry unix - - n - - error\n\
         scache unix - - n - 1 scache\nanvil unix - - n - 1 anvil\nshowq unix n - n - - showq\n\
         postlog unix-dgram n - n - 1 postlogd\n{}",
        ours("postfix/master.cf")
    );
    fs::write(root.join("etc/master.cf"), master).unwrap();
    let etc = root.join("etc");
    assert!(Command::new("postfix").arg("-c").arg(&etc).arg("check").status().unwrap().success());
    let _postfix = Daemon::start("/usr/lib/postfix/sbin/master", &["-c", etc.to_str().unwrap()]);
    listening(port).await;
    let test = service.test().await;
    bring(([127, 0, 0, 1], port).into(), &test.address).await;
    let report = service.report(&test, 1).await;
    assert_eq!(
        report["session"]["client_ip"],
        "127.0.0.7",
        "by XFORWARD; {}",
        fs::read_to_string(root.join("postfix.log")).unwrap()
    );
    assert_eq!(report["session"]["helo"], "mail.good.example");
    assert_eq!(report["auth"]["spf"]["result"], "pass");
}

/// The program as the Containerfile builds it, but for the optimiser, which would cost minutes.
fn static_program() -> PathBuf {
    let file = text("Containerfile");
    let built = file.lines().find_map(|line| line.strip_prefix("RUN RUSTFLAGS=")).unwrap();
    let (flags, command) = built.strip_prefix('"').unwrap().split_once("\" cargo ").unwrap();
    let tuple = Command::new("rustc").args(["--print", "host-tuple"]).output().unwrap();
    let tuple = String::from_utf8(tuple.stdout).unwrap().trim().to_owned();
    let command = command.replace("\"$(rustc --print host-tuple)\"", &tuple).replace(" --release", "");
    let output = Command::new(env!("CARGO"))
        .args(command.split(' '))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("RUSTFLAGS", flags)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(tuple).join("debug/vaglio")
}

/// The last stage of the Containerfile, assembled line by line and started as the image's user with nothing else of this
/// machine in sight.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_containers_root_file_system_is_all_the_program_needs() {
    use std::os::unix::fs::PermissionsExt;
    let file = text("Containerfile");
    let (_, last) = file.split_once("\nFROM scratch\n").expect("nothing beside what is copied");
    let program = tokio::task::spawn_blocking(static_program).await.unwrap();
    let needed = Command::new("ldd").arg(&program).output().unwrap();
    assert!(String::from_utf8_lossy(&needed.stdout).contains("statically linked"), "{needed:?}");
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let inside = |path: &str| root.join(path.trim_start_matches('/'));
    for copied in last.lines().filter_map(|line| line.strip_prefix("COPY --from=build ")) {
        let words: Vec<&str> = copied.split(' ').filter(|word| !word.starts_with("--chown")).collect();
        let [from, to] = words[..] else { panic!("{copied}") };
        fs::create_dir_all(inside(to).parent().unwrap()).unwrap();
        match from {
            "/vaglio" => drop(fs::copy(&program, inside(to)).unwrap()),
            "/empty" => {
                fs::create_dir(inside(to)).unwrap();
                fs::set_permissions(inside(to), fs::Permissions::from_mode(0o1777)).unwrap();
            }
            certificates => drop(fs::copy(certificates, inside(to)).unwrap()),
        }
    }
    let said = |what: &str| last.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    let [place] = &serde_json::from_str::<Vec<String>>(said("ENTRYPOINT ")).unwrap()[..] else { panic!("one word") };
    // Every runtime adds /dev with at least these (OCI runtime specification, default devices).
    fs::create_dir(inside("/dev")).unwrap();
    for (device, minor) in [("null", "3"), ("random", "8"), ("urandom", "9")] {
        let mut mknod = Command::new("mknod");
        mknod.args(["-m", "666"]).arg(root.join("dev").join(device)).args(["c", "1", minor]);
        assert!(mknod.status().unwrap().success(), "needs root");
    }
    fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
    let (smtp, http) = (free_port(), free_port());
    let command: Vec<String> = serde_json::from_str(said("CMD ")).unwrap();
    let command: Vec<String> = command
        .into_iter()
        .map(|arg| {
            arg.replace("0.0.0.0:2525", &format!("127.0.0.1:{smtp}"))
                .replace("0.0.0.0:8080", &format!("127.0.0.1:{http}"))
        })
        .collect();
    let database = said("ENV VAGLIO_DATABASE=");
    let user = format!("--userspec={}", said("USER "));
    let log = fs::File::create(root.join("log")).unwrap();
    let child = Command::new("chroot")
        .args([&user, root.to_str().unwrap(), place])
        .args(&command)
        .args(["--dns", "127.0.0.1:1"])
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/bin")
        .env("VAGLIO_DATABASE", database)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn();
    let _container = Daemon(child.unwrap());
    let end = Instant::now() + Duration::from_secs(60);
    let browser = client();
    while !browser
        .get(format!("http://127.0.0.1:{http}/readyz"))
        .send()
        .await
        .is_ok_and(|answer| answer.status() == 200)
    {
        assert!(Instant::now() < end, "{}", fs::read_to_string(root.join("log")).unwrap());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(browser.get(format!("http://127.0.0.1:{http}/healthz")).send().await.unwrap().status(), 200);
    let mut greeting = [0; 100];
    let length = TcpStream::connect(("127.0.0.1", smtp)).await.unwrap().read(&mut greeting).await.unwrap();
    assert!(greeting[..length].starts_with(b"220 "));
    assert!(inside("/data/vaglio.db").exists(), "it writes to /data");
}

/// A command line of the guide, with the names of this place for those of the example.
fn guides(begin: &str, names: &[(&str, &str)]) -> Vec<String> {
    let guide = text("GUIDE.md");
    let line = guide
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with(begin))
        .unwrap_or_else(|| panic!("{begin}"))
        .to_owned();
    let line = names.iter().fold(line, |line, (example, here)| line.replace(example, here));
    line.split_whitespace().skip(1).map(str::to_owned).collect()
}

fn vaglio(args: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_vaglio")).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guides_backup_and_restore_keep_every_report() {
    let dns = Dns::start(ZONE).await;
    let mut service = Service::start(dns.addr, &[]).await;
    let test = service.test().await;
    bring(service.smtp(), &test.address).await;
    let report = service.report(&test, 1).await;
    let url = format!("sqlite://{}", service.setting.database.display());
    let copy = service.setting.database.with_extension("backup");
    // While it runs.
    let names =
        [("sqlite:///var/lib/vaglio/vaglio.db", url.as_str()), ("/var/backups/vaglio.db", copy.to_str().unwrap())];
    vaglio(&guides("vaglio backup", &names));
    let later = service.test().await;
    bring(service.smtp(), &later.address).await;
    service.report(&later, 1).await;
    service.terminate();
    assert!(service.ended().await.success());
    fs::remove_file(&service.setting.database).unwrap();
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", service.setting.database.display()));
    }
    vaglio(&guides("vaglio restore", &names));
    service.restart().await;
    assert_eq!(service.report(&test, 1).await["score"], report["score"], "the link opens the same report");
    assert_eq!(
        service.get(&format!("/api/v1/tests/{}", later.key)).await.json()["state"],
        "waiting",
        "from before it came"
    );
    bring(service.smtp(), &test.address).await;
    service.report(&test, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guides_move_to_postgresql_keeps_every_report() {
    let dns = Dns::start(ZONE).await;
    let mut service = Service::start(dns.addr, &[]).await;
    let test = service.test().await;
    bring(service.smtp(), &test.address).await;
    let report = service.report(&test, 1).await;
    let server = tokio::task::spawn_blocking(postgres::Server::start).await.unwrap();
    service.terminate();
    assert!(service.ended().await.success());
    let from = format!("sqlite://{}", service.setting.database.display());
    let to = server.url("moved").await;
    let names = [
        ("sqlite:///var/lib/vaglio/vaglio.db", from.as_str()),
        ("postgres://vaglio:PASSWORD@db.example/vaglio", to.as_str()),
    ];
    let said = vaglio(&guides("vaglio migrate", &names));
    assert!(said.contains("rows copied"), "{said}");
    service.setting.more = vec!["--database".to_owned(), to];
    service.restart().await;
    assert_eq!(service.report(&test, 1).await["score"], report["score"]);
    bring(service.smtp(), &test.address).await;
    service.report(&test, 2).await;
}

#[test]
fn every_file_of_the_folder_is_tried_here() {
    let tried = concat!(include_str!("main.rs"), include_str!("peers.rs"), include_str!("running.rs"));
    for entry in fs::read_dir(deploy("")).unwrap().chain(fs::read_dir(deploy("postfix")).unwrap()) {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(entry.path().is_dir() || tried.contains(&name), "{name}");
    }
}
