//! Nodes that misbehave.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A node for as long as the value lives.
pub(crate) struct Node {
    pub(crate) url: String,
    /// How many pieces of requests came so far.
    pieces: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Node {
    async fn serve<F: Future<Output = ()> + Send + 'static>(
        handle: impl Fn(TcpStream, Arc<AtomicUsize>) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let pieces = Arc::<AtomicUsize>::default();
        let counter = Arc::clone(&pieces);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(handle(stream, Arc::clone(&counter)));
            }
        });
        Self { url, pieces, task }
    }

    /// Accepts connections and never answers.
    pub(crate) async fn that_hangs() -> Self {
        Self::serve(|mut stream, _| async move {
            let mut buffer = [0; 4096];
            while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
        })
        .await
    }

    /// Answers everything with this text.
    pub(crate) async fn that_says(text: &'static str) -> Self {
        Self::serve(move |mut stream, _| async move {
            let mut buffer = [0; 4096];
            while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {
                let answer =
                    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len());
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        })
        .await
    }

    /// Passes on to `url`, until `limit` pieces of requests have come: then it drops all connections, and answers none.
    pub(crate) async fn that_drops(url: &str, limit: usize) -> Self {
        let behind: SocketAddr = url.strip_prefix("http://").unwrap().parse().unwrap();
        Self::serve(
            move |stream, pieces| async move { pass_on(stream, behind, &pieces, limit).await },
        )
        .await
    }

    /// How many pieces of requests came so far.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.load(Ordering::Relaxed)
    }
}

async fn pass_on(mut front: TcpStream, behind: SocketAddr, pieces: &AtomicUsize, limit: usize) {
    let Ok(mut back) = TcpStream::connect(behind).await else { return };
    let (mut request, mut answer) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = front.read(&mut request) => {
                let Ok(length @ 1..) = read else { return };
                if pieces.fetch_add(1, Ordering::Relaxed) >= limit || back.write_all(&request[..length]).await.is_err() {
                    return;
                }
            }
            read = back.read(&mut answer) => {
                let Ok(length @ 1..) = read else { return };
                if front.write_all(&answer[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}
