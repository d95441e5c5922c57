//! The files judged by the software they are for (`tests/peers/install` gets it).

use std::fs;
use std::process::Command;

use super::{deploy, text};

fn run(program: &str, args: &[&str]) -> (bool, String) {
    let output = Command::new(program).args(args).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// A certificate for the files that want one.
fn certificate(folder: &std::path::Path) {
    let made = rcgen::generate_simple_self_signed(vec!["vaglio.example".to_owned()]).unwrap();
    fs::write(folder.join("fullchain.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("privkey.pem"), made.signing_key.serialize_pem()).unwrap();
}

#[test]
fn nginx_accepts_the_example() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let here = folder.path().to_str().unwrap();
    // No port of the machine is asked for, and nothing outside the folder is written.
    let conf = text("nginx.conf").replace("/etc/vaglio/", &format!("{here}/"));
    let conf = conf.replace("[::]:80;", "127.0.0.2:18080;").replace("[::]:443 ssl;", "127.0.0.2:18443 ssl;");
    let conf =
        conf.replace("listen 80;", "listen 127.0.0.1:18080;").replace("listen 443 ssl;", "listen 127.0.0.1:18443 ssl;");
    let conf = format!(
        "pid {here}/pid;\nerror_log {here}/error.log;\n{}",
        conf.replace("http {", &format!("http {{\naccess_log {here}/access.log;"))
    );
    fs::write(folder.path().join("nginx.conf"), conf).unwrap();
    let (good, said) = run("nginx", &["-t", "-p", here, "-c", &format!("{here}/nginx.conf")]);
    assert!(good, "{said}");
}

#[test]
fn unbound_accepts_the_example() {
    let (good, said) = run("unbound-checkconf", &[deploy("unbound.conf").to_str().unwrap()]);
    assert!(good, "{said}");
}

#[test]
fn systemd_accepts_the_unit_and_finds_it_hardened() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("vaglio.service");
    // The program that this test has built stands where the guide puts it.
    let program = env!("CARGO_BIN_EXE_vaglio");
    fs::write(&unit, text("vaglio.service").replace("/usr/local/bin/vaglio", program)).unwrap();
    let (good, said) = run("systemd-analyze", &["verify", "--recursive-errors=no", unit.to_str().unwrap()]);
    assert!(good && !said.contains("vaglio.service:"), "{said}");
    let (good, said) = run("systemd-analyze", &["security", "--offline=yes", "--threshold=25", unit.to_str().unwrap()]);
    assert!(good, "{said}");
}

#[test]
fn postfix_accepts_the_example() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let main = format!(
        "compatibility_level = 3.6\nqueue_directory = {0}/spool\ndata_directory = {0}/data\nmail_owner = postfix\n{1}",
        here.display(),
        text("postfix/main.cf")
    );
    fs::write(here.join("main.cf"), main).unwrap();
    fs::write(here.join("master.cf"), text("postfix/master.cf")).unwrap();
    let conf = here.to_str().unwrap();
    let (good, said) = run("postconf", &["-c", conf, "-n"]);
    assert!(good && !said.contains("warning"), "{said}");
    assert!(said.contains("transport_maps = inline:{ { vaglio.example = vaglio:[127.0.0.1]:2525 } }"), "{said}");
    let (good, said) = run("postconf", &["-c", conf, "-Mf"]);
    assert!(good && said.contains("smtp_send_xforward_command=yes"), "{said}");
    let (good, said) = run(
        "postmap",
        &["-c", conf, "-q", "vaglio.example", "inline:{ { vaglio.example = vaglio:[127.0.0.1]:2525 } }"],
    );
    assert!(good && said.contains("vaglio:[127.0.0.1]:2525"), "{said}");
}
