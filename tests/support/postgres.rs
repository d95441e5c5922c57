//! A private PostgreSQL server on a free port of loopback. It must be installed: nothing is skipped.
#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use sqlx::{Connection, PgConnection};

/// Lives as long as its standard input: when this process ends, however it ends, the server stops and leaves nothing. A line
/// restarts it: `fast`, or `immediate`, which is as if it had crashed.
const SERVER: &str = r#"
set -e
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb)")
dir=$(mktemp -d)
trap '"$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1; rm -rf "$dir"' EXIT
"$bin/initdb" -D "$dir/data" -U vaglio -A trust -E UTF8 --no-sync >/dev/null
"$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "-p $PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=400" start >/dev/null
echo ready
while read -r how; do
  "$bin/pg_ctl" -D "$dir/data" -w -m "$how" -l "$dir/log" restart >/dev/null
  echo ready
done
"#;

/// Ends with the process.
pub struct Server {
    pub port: u16,
    _shell: Child,
    stdin: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Server {
    pub fn start() -> Server {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        // The server refuses to run as root.
        let mut command = if root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let mut shell = command
            .args(["-c", SERVER])
            .env("PORT", port.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell for PostgreSQL");
        let (stdin, stdout) = (shell.stdin.take().unwrap(), shell.stdout.take().unwrap());
        let mut server = Server { port, _shell: shell, stdin, said: BufReader::new(stdout) };
        server.ready();
        server
    }

    fn ready(&mut self) {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "PostgreSQL did not start: these tests need its server (Debian: postgresql)");
    }

    /// `fast` or `immediate`.
    pub fn restart(&mut self, how: &str) {
        writeln!(self.stdin, "{how}").unwrap();
        self.ready();
    }

    /// The url of a new, empty database.
    pub async fn url(&self, name: &str) -> String {
        let url = |name: &str| format!("postgres://vaglio@127.0.0.1:{}/{name}", self.port);
        let mut admin = PgConnection::connect(&url("postgres")).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
        url(name)
    }
}
