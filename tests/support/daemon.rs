//! A program beside the test.

use std::process::{Child, Command, Stdio};

/// Ends when it is dropped, and its own children with it.
pub struct Daemon(pub Child);

impl Daemon {
    pub fn start(program: &str, args: &[&str]) -> Daemon {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Daemon(command.spawn().unwrap_or_else(|error| panic!("{program}: {error}; see tests/peers/install")))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Asked first, so that it can end its own children.
        let asked = Command::new("kill").arg(self.0.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            self.0.kill().ok();
        }
        self.0.wait().ok();
    }
}
