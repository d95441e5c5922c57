//! Open files: as many as the system lets us have, and how many connections fit into them.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For the database, DNS, links, pages and everything else that is no SMTP connection.
const OTHERS: u64 = 1000;

/// Raises our own soft limit on open files to the hard one, and answers how many of these connections then fit.
pub fn room_for(connections: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    // None: without limit.
    let most = match raised {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let room = fitting(connections, most);
    if room < connections {
        tracing::warn!(
            open_files = most,
            connections,
            room,
            "the limit on open files is too low for all SMTP connections: raise it (ulimit -Hn, LimitNOFILE=)"
        );
    }
    room
}

fn fitting(connections: usize, most: Option<u64>) -> usize {
    let Some(most) = most else { return connections };
    // However low the limit, half of it is for clients.
    let room = most.saturating_sub(OTHERS).max(most / 2);
    connections.min(usize::try_from(room).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_bounded_by_what_the_limit_on_open_files_leaves() {
        assert_eq!(fitting(12_000, None), 12_000);
        assert_eq!(fitting(12_000, Some(20_000)), 12_000);
        assert_eq!(fitting(12_000, Some(4096)), 3096);
        assert_eq!(fitting(12_000, Some(1024)), 512);
        assert_eq!(fitting(100, Some(1024)), 100);
    }

    #[test]
    fn the_soft_limit_is_the_hard_one_afterwards() {
        room_for(1);
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
