//! Two nodes on one PostgreSQL beside one. Each examination waits 400 ms for DNS, so that the nodes' own bounds on examinations
//! at once decide, not this machine's cores, which both of them share with the database.

use std::time::Duration;

use futures_util::future::join_all;
use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep};

use crate::figure;
use crate::postgres::Server;
use crate::service::{Service, World};

const MESSAGES: usize = 600;
const LATE: Duration = Duration::from_millis(400);

pub async fn run() {
    let world = World::new(1, LATE).await;
    let server = tokio::task::spawn_blocking(Server::start).await.unwrap();
    let one = measure(&world, &server, 1).await;
    let two = measure(&world, &server, 2).await;
    figure("one node examines, messages a second", format!("{one:.0}"), "");
    figure("two nodes", format!("{two:.0}"), "");
    figure("two / one", format!("{:.2}", two / one), ">= 1.6");
}

/// Messages a second, from a backlog, between its ninth tenth and its first.
async fn measure(world: &World, server: &Server, workers: usize) -> f64 {
    let url = server.url(&format!("nodes{workers}")).await;
    let node = async |roles: &str| {
        Service::start_on(&url, tempfile::tempdir().unwrap(), world.dns.addr, &[&format!("--roles={roles}")]).await
    };
    let door = node("smtp,web").await;
    let test = door.test().await;
    let message = world.message(0, &test.address);
    join_all((0..8).map(|_| async {
        let mut client = door.client().await;
        for _ in 0..MESSAGES / 8 {
            client.deliver("anna@d0.example.org", &test.address, message.as_bytes()).await.unwrap();
        }
    }))
    .await;
    let mut database = PgConnection::connect(&url).await.unwrap();
    let mut nodes = Vec::new();
    for _ in 0..workers {
        nodes.push(node("worker,web").await);
    }
    let mut began = None;
    loop {
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs").fetch_one(&mut database).await.unwrap();
        let left = usize::try_from(left).unwrap();
        if left * 10 > MESSAGES * 9 {
            began = Some((Instant::now(), left));
        }
        if left * 10 < MESSAGES {
            let (began, then) = began.expect("a backlog");
            return (then - left) as f64 / began.elapsed().as_secs_f64();
        }
        sleep(Duration::from_millis(5)).await;
    }
}
