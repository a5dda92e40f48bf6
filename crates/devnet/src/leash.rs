//! Anvil on a leash: it dies when this process does, in whatever way.
//!
//! Anvil is the child of a small shell script that holds one end of a pipe from this process. When this process ends,
//! even by SIGKILL, the system closes the pipe, and the script kills anvil and clears up behind it.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader},
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::sync::{oneshot, watch};

use crate::{Error, Result};

/// Runs its arguments as a command; its standard input is the leash. It outlives whoever reads its output, to clear up. It
/// has a process group of its own, so that Ctrl-C in a terminal reaches this process only, which then ends anvil in good
/// order, and so that whatever anvil started (it may be a launcher) ends with the group.
const SCRIPT: &str = r#"
trap '' PIPE
exec 3<&0 </dev/null 2>&1
cache=$(mktemp -d) || exit 1
"$@" --cache-path "$cache" 3<&- &
anvil=$!
trap 'kill -KILL "$anvil"' INT TERM HUP
{ while read -r _; do :; done; kill -KILL "$anvil"; } <&3 >/dev/null 2>&1 &
exec 3<&-
echo "leash $anvil $cache"
exec >/dev/null 2>&1
wait "$anvil"
rm -rf "$cache"
kill -KILL 0
"#;

/// How many of the last lines of anvil's output are kept for errors.
const KEPT_LINES: usize = 20;

/// How long anvil and its shell may take to be gone once they are told to.
const LAST_BREATH: Duration = Duration::from_secs(5);

/// A running anvil, which dies with this value.
#[derive(Debug)]
pub(crate) struct Leash {
    shell: Child,
    output: Output,
}

/// What anvil and its shell said so far.
#[derive(Clone, Debug)]
struct Output {
    lines: Arc<Mutex<VecDeque<String>>>,
    /// Anvil's process id and its folder for what does not fit into memory, once the shell has told.
    anvil: Arc<Mutex<Option<(Pid, PathBuf)>>>,
    ended: watch::Receiver<bool>,
}

impl Leash {
    /// Starts anvil and waits until it listens.
    pub(crate) async fn start(
        anvil: &Path,
        arguments: &[String],
        wait: Duration,
    ) -> Result<(Self, SocketAddr)> {
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "palisade-leash"])
            .arg(anvil)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|source| Error::Spawn { path: PathBuf::from("sh"), source })?;
        let (listening, listens) = oneshot::channel();
        let (end, ended) = watch::channel(false);
        let output = Output { lines: Arc::default(), anvil: Arc::default(), ended };
        if let Some(stdout) = shell.stdout.take() {
            let output = output.clone();
            // A thread and not a task: it has to drain the pipe even while the runtime is busy or gone.
            thread::spawn(move || {
                output.follow(BufReader::new(stdout), listening);
                end.send_replace(true);
            });
        }
        let leash = Self { shell, output };
        match tokio::time::timeout(wait, listens).await {
            Ok(Ok(address)) => Ok((leash, address)),
            Ok(Err(_)) => Err(leash.epitaph()),
            Err(_) => Err(Error::NotReady(wait)),
        }
    }

    /// The process id of anvil itself.
    pub(crate) fn pid(&self) -> Option<u32> {
        let anvil = self.output.anvil.lock().unwrap_or_else(PoisonError::into_inner);
        anvil.as_ref().map(|(pid, _)| pid.as_raw_nonzero().get().unsigned_abs())
    }

    /// Waits until anvil has ended, for whatever reason.
    pub(crate) async fn ended(&self) {
        // An error means that the thread that watches is gone, and so is anvil's output.
        let _ = self.output.ended.clone().wait_for(|ended| *ended).await;
    }

    /// Whether anvil has ended.
    pub(crate) fn has_ended(&self) -> bool {
        *self.output.ended.borrow()
    }

    /// Why anvil ended, in its own last words.
    pub(crate) fn epitaph(&self) -> Error {
        let lines = self.output.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let telling =
            lines.iter().rev().find(|line| line.contains("rror") || line.contains("panicked"));
        let last_words = telling.or(lines.back()).cloned().unwrap_or_default();
        Error::Died { last_words }
    }
}

impl Output {
    /// Reads anvil's output to its end.
    fn follow(&self, output: impl BufRead, listening: oneshot::Sender<SocketAddr>) {
        let mut listening = Some(listening);
        for line in output.lines().map_while(std::io::Result::ok) {
            if let Some(told) = line.strip_prefix("leash ") {
                let parsed = told.split_once(' ').and_then(|(pid, cache)| {
                    Some((Pid::from_raw(pid.parse().ok()?)?, PathBuf::from(cache)))
                });
                *self.anvil.lock().unwrap_or_else(PoisonError::into_inner) = parsed;
                continue;
            }
            if let Some(address) = line.strip_prefix("Listening on ")
                && let Ok(address) = address.parse()
                && let Some(listening) = listening.take()
            {
                // Nobody waits any more where starting timed out.
                let _ = listening.send(address);
            }
            tracing::trace!(target: "anvil", "{line}");
            if !line.trim().is_empty() {
                let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() == KEPT_LINES {
                    lines.pop_front();
                }
                lines.push_back(line);
            }
        }
    }
}

impl Drop for Leash {
    /// Ends anvil and waits until it is gone, so that its port is free and no process is left.
    fn drop(&mut self) {
        let anvil = self.output.anvil.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The script would kill anvil too; this is faster, and helps where somebody killed the script.
        if let Some((pid, _)) = &anvil
            && !self.has_ended()
        {
            let _ = kill_process(*pid, Signal::KILL);
        }
        drop(self.shell.stdin.take());
        let told = Instant::now();
        while let Ok(None) = self.shell.try_wait() {
            if told.elapsed() > LAST_BREATH {
                let _ = kill_process_group(Pid::from_child(&self.shell), Signal::KILL);
                let _ = self.shell.wait();
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        if let Some((_, cache)) = &anvil {
            // Gone already, unless somebody killed the script.
            let _ = std::fs::remove_dir_all(cache);
        }
    }
}
