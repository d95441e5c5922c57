//! Limits that need sockets and clocks; the others are in `dialogues/limits.txt`.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, interval, sleep, timeout};

use crate::fixture::{Server, start};
use crate::support::smtp::Client;

/// Paused, time leaps to the next timer whenever everybody waits, and so also while octets are on their way: it is paused only
/// once the scene is set, and never where octets that come in between matter.
fn pause_time() -> Instant {
    tokio::time::pause();
    Instant::now()
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

#[tokio::test]
async fn an_idle_client_is_told_to_go_after_five_minutes() {
    let server = start(|_| {}).await;
    let mut client = server.ready().await;
    let began = pause_time();
    client.expect("421 4.4.2").await;
    assert!((minutes(5)..minutes(6)).contains(&began.elapsed()), "{:?}", began.elapsed());
    client.closed().await;
}

#[tokio::test]
async fn a_client_that_drips_a_command_is_as_slow_as_a_silent_one() {
    let server = start(|settings| settings.limits.command_time = Duration::from_secs(3)).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    client.write_all(b"EHLO client.example\r\n").await.unwrap();
    let (mut said, mut drips) = (String::new(), interval(Duration::from_millis(250)));
    // Were the deadline moved by each octet, it would never come.
    let told = async {
        while !said.contains("421 4.4.2") {
            let mut some = [0; 512];
            tokio::select! {
                many = client.read(&mut some) => said += &String::from_utf8_lossy(&some[..many.unwrap()]),
                _ = drips.tick() => drop(client.try_write(b"N")),
            }
        }
    };
    timeout(minutes(1), told).await.expect("told to go");
}

#[tokio::test]
async fn a_message_must_keep_coming() {
    let server = start(|_| {}).await;
    let mut client = in_data(&server).await;
    let began = pause_time();
    client.send(b"half a mess").await;
    client.expect("421 4.4.2").await;
    assert!((minutes(3)..minutes(4)).contains(&began.elapsed()), "{:?}", began.elapsed());
    client.closed().await;
    assert_eq!(server.inbox.count(), 0);
}

#[tokio::test]
async fn a_message_that_drips_in_comes_to_an_end() {
    let server = start(|settings| {
        settings.limits.block_time = minutes(1);
        settings.limits.message_time = Duration::from_secs(2);
    })
    .await;
    let mut client = in_data(&server).await;
    let began = Instant::now();
    for _ in 0..6 {
        client.send(b"x").await;
        sleep(Duration::from_millis(250)).await;
    }
    client.expect("421 4.4.2").await;
    assert!(began.elapsed() < minutes(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_session_has_an_end_however_busy() {
    let server = start(|_| {}).await;
    let mut client = server.ready().await;
    let began = pause_time();
    for _ in 0..29 {
        client.send(b"NOOP\r\n").await;
        sleep(minutes(1)).await;
    }
    for _ in 0..29 {
        client.expect("250 2.0.0").await;
    }
    client.expect("421 4.4.2").await;
    assert!((minutes(29)..minutes(31)).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_handshake_that_is_not_made_ends_the_connection() {
    let server = start(|_| {}).await;
    let mut client = server.ready().await;
    client.say("STARTTLS", "220 ").await;
    let began = pause_time();
    client.closed().await;
    assert!(began.elapsed() < minutes(1));
}

#[tokio::test]
async fn a_proxy_that_says_nothing_is_left_after_five_seconds() {
    let server = start(|settings| settings.trust_proxy = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let mut client = server.connect().await;
    let began = pause_time();
    client.closed().await;
    assert!((Duration::from_secs(4)..Duration::from_secs(8)).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_client_that_takes_no_replies_is_left() {
    let server = start(|settings| {
        settings.limits.write_time = Duration::from_secs(1);
        settings.limits.commands = u32::MAX;
    })
    .await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut client = socket.connect(server.address).await.unwrap();
    // The replies are ten times as long as the commands: soon there is no room for them, and nobody reads on.
    let until_left = async {
        let commands = b"EHLO client.example\r\n".repeat(1000);
        while client.write_all(&commands).await.is_ok() {}
    };
    timeout(Duration::from_secs(30), until_left).await.expect("the connection is ended");
}

#[tokio::test]
async fn an_inbox_that_never_answers_is_our_fault() {
    let server = start(|_| {}).await;
    *server.inbox.delay.lock().unwrap() = minutes(60);
    let mut client = in_data(&server).await;
    pause_time();
    client.send(b".\r\n").await;
    client.expect("451 4.3.0").await;
}

async fn in_data(server: &Server) -> Client {
    let (_, to) = server.fresh();
    let mut client = server.ready().await;
    client.say("MAIL FROM:<>", "250 ").await;
    client.say(&format!("RCPT TO:<{to}>"), "250 ").await;
    client.say("DATA", "354 ").await;
    client
}

#[tokio::test]
async fn data_without_end_is_cut_off() {
    let server = start(|settings| {
        settings.limits.message_size = 1000;
        settings.limits.drain = 100_000;
    })
    .await;
    let mut client = in_data(&server).await;
    client.send(vec![b'x'; 110_000]).await;
    client.expect("552 5.3.4").await;
    client.closed().await;
}

#[tokio::test]
async fn connections_in_all_are_bounded_and_come_back() {
    let server = start(|settings| settings.limits.connections = 2).await;
    let one = server.ready().await;
    let _two = server.ready().await;
    let mut three = server.connect().await;
    three.expect("421 4.3.2").await;
    three.closed().await;
    drop(one);
    for _ in 0..100 {
        let mut again = server.connect().await;
        if again.line().await.is_some_and(|line| line.starts_with("220")) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place did not come back");
}

#[tokio::test]
async fn connections_of_one_network_are_bounded_but_not_of_loopback() {
    let server = start(|settings| {
        settings.limits.connections_per_network = 1;
        settings.trust_proxy = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let mut first = server.connect().await;
    first.send(b"PROXY TCP4 198.51.100.1 192.0.2.25 4000 25\r\n").await;
    first.expect("220 ").await;
    let mut neighbour = server.connect().await;
    neighbour.send(b"PROXY TCP4 198.51.100.2 192.0.2.25 4000 25\r\n").await;
    neighbour.expect("421 4.3.2").await;
    let mut stranger = server.connect().await;
    stranger.send(b"PROXY TCP4 203.0.113.2 192.0.2.25 4000 25\r\n").await;
    stranger.expect("220 ").await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut local = server.connect().await;
        local.send(b"PROXY UNKNOWN\r\n").await;
        local.expect("220 ").await;
        held.push(local);
    }
}
