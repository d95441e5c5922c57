//! The files of `deploy/`, as far as they can be tried here: parsed, their flags and keys accepted by this program; with the
//! feature `peers`, judged by the software they are for.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::Parser;
use serde_yaml_ng::Value;
use vaglio::config::{Config, ServeOptions};

#[cfg(feature = "peers")]
mod peers;
#[cfg(feature = "peers")]
#[path = "../support/postgres.rs"]
mod postgres;
#[cfg(feature = "peers")]
mod running;
#[cfg(feature = "peers")]
#[path = "../support/service.rs"]
mod service;
#[cfg(feature = "peers")]
#[path = "../support/mod.rs"]
mod support;

fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(deploy(name)).unwrap()
}

fn vaglio(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vaglio")).args(args).output().unwrap()
}

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    serve: ServeOptions,
}

/// Flags of `vaglio serve` as this program reads them.
fn accepted(args: &[&str]) -> Config {
    assert_eq!(args[0], "serve");
    let Cli { serve } = Cli::try_parse_from(args).unwrap_or_else(|error| panic!("{args:?}: {error}"));
    Config::new(serve).unwrap()
}

#[test]
fn compose_names_flags_that_serve_accepts_and_files_that_are_there() {
    let compose: Value = serde_yaml_ng::from_str(&text("compose.yaml")).unwrap();
    let services = compose["services"].as_mapping().unwrap();
    assert_eq!(services.len(), 4);
    let vaglio = &compose["services"]["vaglio"];
    let args: Vec<&str> = vaglio["command"].as_sequence().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
    let config = accepted(&args);
    assert_eq!(config.smtp_listen[0].port(), 25);
    assert!(deploy("..").join(vaglio["build"]["dockerfile"].as_str().unwrap()).exists());
    for (variable, _) in vaglio["environment"].as_mapping().unwrap() {
        let flag = format!(
            "--{}",
            variable.as_str().unwrap().strip_prefix("VAGLIO_").unwrap().to_lowercase().replace('_', "-")
        );
        let help = String::from_utf8(self::vaglio(&["serve", "--help"]).stdout).unwrap();
        assert!(help.contains(&flag), "{flag}");
    }
    // What Vaglio is told to ask is what the other services publish, on loopback alone.
    let published: Vec<String> = services
        .values()
        .filter_map(|service| service["ports"].as_sequence())
        .flatten()
        .map(|port| port.as_str().unwrap().to_owned())
        .collect();
    assert!(published.iter().all(|port| port.starts_with("127.0.0.1:")), "{published:?}");
    for asked in [config.dns[0].to_string(), config.spamd.clone().unwrap()] {
        assert!(published.iter().any(|port| port.starts_with(&format!("{asked}:"))), "{asked}: {published:?}");
    }
    for mounted in compose["services"]["unbound"]["volumes"].as_sequence().unwrap() {
        let file = mounted.as_str().unwrap().split(':').next().unwrap();
        assert!(deploy(file).exists(), "{file}");
    }
}

#[test]
fn the_containers_command_is_one_that_serve_accepts() {
    let file = text("Containerfile");
    let line = file.lines().find_map(|line| line.strip_prefix("CMD ")).unwrap();
    let args: Vec<String> = serde_json::from_str(line).unwrap();
    let config = accepted(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let exposed = file.lines().find_map(|line| line.strip_prefix("EXPOSE ")).unwrap();
    assert_eq!(exposed, format!("{} {}", config.smtp_listen[0].port(), config.http_listen.port()));
    assert!(file.contains("rust:1-"), "built with a current Rust");
}

#[test]
fn the_settings_file_is_read_and_says_what_the_guide_says() {
    let said = ServeOptions { config: Some(deploy("vaglio.toml")), ..ServeOptions::default() };
    let config = Config::new(said).unwrap();
    assert_eq!(config.domain, "vaglio.example");
    assert_eq!(config.smtp_listen.len(), 2);
    // What is commented out must be right as well.
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("operator-token");
    std::fs::write(&token, "0123456789abcdef").unwrap();
    let with = |begin: &str| {
        let said = |line: &str| match line.strip_prefix("# ").filter(|rest| rest.starts_with(begin)) {
            Some(rest) => rest.replace("/etc/vaglio/operator-token", token.to_str().unwrap()) + "\n",
            None => line.to_owned() + "\n",
        };
        let file = folder.path().join("all.toml");
        std::fs::write(&file, text("vaglio.toml").lines().map(said).collect::<String>()).unwrap();
        Config::new(ServeOptions { config: Some(file), ..ServeOptions::default() }).unwrap()
    };
    assert!(with("tls_").tls.is_some());
    assert_eq!(with("acme").acme.unwrap().names, ["vaglio.example"]);
    assert!(with("operator_token_file").operator_token.is_some());
}

#[test]
fn the_unit_runs_a_command_that_serve_accepts() {
    let unit = text("vaglio.service");
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/vaglio ")).unwrap();
    let command = command.replace("/etc/vaglio.toml", deploy("vaglio.toml").to_str().unwrap());
    accepted(&command.split(' ').collect::<Vec<_>>());
    // What it may write to is where the settings keep the database.
    assert!(unit.contains("StateDirectory=vaglio\n") && text("vaglio.toml").contains("sqlite:///var/lib/vaglio/"));
}

#[test]
fn nginx_serves_the_policy_that_setup_prints() {
    let policy = vaglio::command::setup::sts_policy("vaglio.example").replace('\n', "\\n");
    assert!(text("nginx.conf").contains(&format!("return 200 \"{policy}\";")));
}

#[test]
fn the_guide_names_flags_files_and_metrics_that_exist() {
    let guide = text("GUIDE.md");
    let metering = std::fs::read_to_string(deploy("../src/metering.rs")).unwrap();
    for word in guide.split(|c: char| !(c.is_ascii_alphanumeric() || "_./-".contains(c))) {
        if let Some(metric) = word.strip_prefix("vaglio_") {
            assert!(metering.contains(&format!("\"vaglio_{metric}\"")), "{word}");
        }
        if let Some(file) = word.strip_prefix("deploy/") {
            assert!(deploy(file).exists(), "{word}");
        }
    }
    for command in ["setup", "doctor", "backup", "restore", "migrate", "serve"] {
        assert!(guide.contains(&format!("vaglio {command}")) || command == "serve");
        assert!(vaglio(&[command, "--help"]).status.success(), "{command}");
    }
    for file in ["unbound.conf", "nginx.conf", "vaglio.toml", "vaglio.service", "compose.yaml", "postfix/main.cf"] {
        assert!(guide.contains(file) && deploy(file).exists(), "{file}");
    }
}

#[test]
fn setup_prints_a_zone_that_doctor_finds_complete() {
    let folder = tempfile::tempdir().unwrap();
    let set_up = vaglio(&["setup", "--domain", "vaglio.example", "--ip", "192.0.2.25,2001:db8::25"]);
    assert!(set_up.status.success());
    let zone = String::from_utf8(set_up.stdout).unwrap().replace("; 25.2.0", "25.2.0").replace("; 5.2.0", "5.2.0");
    let file = folder.path().join("zone");
    std::fs::write(&file, zone).unwrap();
    let (file, database) = (file.to_str().unwrap(), format!("sqlite://{}", folder.path().join("v.db").display()));
    let doctor = |more: &[&str]| {
        let mut args = vec!["doctor", "--domain", "vaglio.example", "--zone", file, "--format", "json"];
        args.extend(["--smtp-listen", "127.0.0.1:0", "--ip", "192.0.2.25,2001:db8::25"]);
        args.extend(more);
        let output = vaglio(&args);
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), found)
    };
    let (status, found) = doctor(&["--database", &database]);
    let of = |found: &serde_json::Value, check: &str| {
        let found = found.as_array().unwrap().iter().find(|one| one["check"] == check);
        found.unwrap_or_else(|| panic!("{check}"))["status"].as_str().unwrap().to_owned()
    };
    for check in ["A vaglio.example", "AAAA vaglio.example", "MX vaglio.example", "TXT vaglio.example", "database"] {
        assert_eq!(of(&found, check), "ok", "{found}");
    }
    assert_eq!(of(&found, "PTR 25.2.0.192.in-addr.arpa"), "ok");
    // The zone knows no iana.org: NXDOMAIN is an answer, without a signature, and no list is in it.
    assert_eq!((of(&found, "DNSSEC").as_str(), of(&found, "block lists").as_str()), ("warning", "warning"));
    assert_eq!(status, Some(0), "{found}");
    let (status, found) = doctor(&["--database", &database, "--spamd", "127.0.0.1:1"]);
    assert_eq!((status, of(&found, "spamd").as_str()), (Some(1), "bad"));
    assert!(!folder.path().join("v.db").exists(), "it changes nothing");
    let (status, found) = doctor(&["--database", "sqlite:///nowhere/at/all.db"]);
    assert_eq!((status, of(&found, "disk").as_str()), (Some(1), "bad"));
}
