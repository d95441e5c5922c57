//! Answers like spamd; or takes the message and says nothing.
#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Ends when it is dropped.
pub struct Spamd {
    pub address: String,
    pub hangs: Arc<AtomicBool>,
    /// How many messages were here at one time, at the most.
    pub most: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Spamd {
    /// Each scan takes this long.
    pub async fn start(takes: Duration) -> Spamd {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address").to_string();
        let (hangs, now) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let most: Arc<AtomicUsize> = Arc::default();
        let (hanging, peak) = (hangs.clone(), Arc::clone(&most));
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (hangs, now, most) = (hanging.load(Ordering::Relaxed), now.clone(), Arc::clone(&peak));
                tokio::spawn(async move {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    drop(scan(socket, if hangs { Duration::from_secs(30) } else { takes }).await);
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Spamd { address, hangs, most, task }
    }
}

impl Drop for Spamd {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn scan(socket: TcpStream, takes: Duration) -> std::io::Result<()> {
    let mut socket = BufReader::new(socket);
    let mut length = 0;
    loop {
        let mut line = String::new();
        socket.read_line(&mut line).await?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(said) = line.to_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().map_err(std::io::Error::other)?;
        }
    }
    let mut message = vec![0; length];
    socket.read_exact(&mut message).await?;
    sleep(takes).await;
    let table = "Content analysis details:   (0.1 points, 5.0 required)\r\n\r\n pts rule name              description\r\n\
                 ---- ---------------------- --------------------------------------------------\r\n \
                 0.1 SOME_RULE              Some text\r\n";
    let head = format!("SPAMD/1.1 0 EX_OK\r\nContent-length: {}\r\nSpam: False ; 0.1 / 5.0\r\n\r\n", table.len());
    socket.write_all(format!("{head}{table}").as_bytes()).await
}
