//! The `palisade` command under test, and what it leaves behind.

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use alloy::primitives::B256;
use palisade_devnet::{Devnet, DevnetBuilder};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStdout, Command},
};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Every process that descends from a command has this variable, with a value of the command's own.
const MARK: &str = "PALISADE_TEST_MARK";

/// A run of `palisade` to be.
pub(crate) struct Palisade {
    command: Command,
    mark: String,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    mark: String,
}

/// A run that is under way.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    mark: String,
}

impl Palisade {
    pub(crate) fn new<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let mark = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade-under-test"));
        command
            .args(arguments)
            .env(MARK, &mark)
            .env_remove("PALISADE_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self { command, mark }
    }

    /// `palisade deploy` of `config` through the node at `url`, paid by the account called "deployer".
    pub(crate) fn deploy(scene: &Scene, url: &str) -> Self {
        let (config, deployments) = (scene.config(), scene.deployments());
        let (config, deployments) = (config.to_str().unwrap(), deployments.to_str().unwrap());
        let arguments =
            ["deploy", "--config", config, "--rpc-url", url, "--deployments", deployments];
        Self::new(arguments).args(["--private-key-env", "KEY"]).env("KEY", DEPLOYER_KEY)
    }

    pub(crate) fn args<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn start(mut self) -> Running {
        let mut child = self.command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Running { child, stdout, mark: self.mark }
    }

    pub(crate) async fn run(self) -> Outcome {
        self.start().end().await
    }
}

impl Running {
    /// Waits for the first line of standard output. The outcome has the lines after it.
    pub(crate) async fn first_line(&mut self) -> String {
        let mut line = String::new();
        tokio::time::timeout(PATIENCE, self.stdout.read_line(&mut line)).await.unwrap().unwrap();
        line
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().unwrap().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// The processes that descend from it, itself included, by their command line.
    pub(crate) fn processes(&self) -> Vec<(u32, String)> {
        processes(&self.mark)
    }

    /// Waits until it ends.
    pub(crate) async fn end(mut self) -> Outcome {
        let stderr = self.child.stderr.take();
        let mut outcome = Outcome {
            status: ExitStatus::default(),
            stdout: String::new(),
            stderr: String::new(),
            mark: self.mark,
        };
        let end = async {
            tokio::try_join!(
                async { self.stdout.read_to_string(&mut outcome.stdout).await },
                async { stderr.unwrap().read_to_string(&mut outcome.stderr).await },
            )?;
            self.child.wait().await
        };
        outcome.status =
            tokio::time::timeout(PATIENCE, end).await.expect("it does not end").unwrap();
        outcome
    }
}

impl Outcome {
    pub(crate) fn assert_success(&self) {
        assert!(self.status.success(), "{self:?}");
    }

    pub(crate) fn assert_killed(&self) {
        assert_eq!(self.status.signal(), Some(Signal::KILL.as_raw()), "{self:?}");
    }

    /// It failed with one line, which has all `parts`; it printed no result, and no process is left.
    pub(crate) async fn assert_failure<const N: usize>(&self, parts: [&str; N]) {
        assert_eq!(self.status.code(), Some(1), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        assert!(self.stderr.starts_with("error: ") && self.stderr.ends_with('\n'), "{self:?}");
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in {self:?}");
        }
        self.assert_nothing_runs().await;
    }

    /// No process is left of what the command started. Those that were told to end get a moment.
    pub(crate) async fn assert_nothing_runs(&self) {
        let asked = Instant::now();
        loop {
            let left = processes(&self.mark);
            if left.is_empty() {
                return;
            }
            assert!(asked.elapsed() < Duration::from_secs(10), "left behind: {left:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// All processes with the mark, by their command line.
fn processes(mark: &str) -> Vec<(u32, String)> {
    let wanted = format!("{MARK}={mark}");
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse() else { continue };
        // Zombies and processes that just ended have nothing to read.
        let Ok(environment) = fs::read(entry.path().join("environ")) else { continue };
        if environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes()) {
            let arguments = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
            found.push((pid, arguments.replace('\0', " ")));
        }
    }
    found
}

/// The key of anvil's first account, which everybody knows.
pub(crate) const DEPLOYER_KEY: &str =
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// A chain on which nothing of a configuration stands yet, and a folder for the configuration and the manifests.
pub(crate) struct Scene {
    pub(crate) net: Devnet,
    folder: TempDir,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::on(Devnet::builder()).await
    }

    /// The network's own contracts have another salt: the address of `MerkleDrops` depends on nothing else.
    pub(crate) async fn on(net: DevnetBuilder) -> Self {
        let net = net.salt(B256::repeat_byte(7)).start().await.unwrap();
        let scene = Self { net, folder: tempfile::tempdir().unwrap() };
        scene.configure(&CONFIG.replace("= 60", "= 90"));
        scene
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, text: &str) {
        fs::write(self.config(), text).unwrap();
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder().join("config.toml")
    }

    pub(crate) fn deployments(&self) -> PathBuf {
        self.folder().join("deployments")
    }

    /// The text of the manifest, if there is one.
    pub(crate) fn manifest(&self) -> Option<String> {
        fs::read_to_string(self.deployments().join("31337.json")).ok()
    }

    pub(crate) fn write_manifest(&self, text: &str) {
        fs::create_dir_all(self.deployments()).unwrap();
        fs::write(self.deployments().join("31337.json"), text).unwrap();
    }

    /// The names of the files in the folder of manifests.
    pub(crate) fn files(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.deployments()) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// The configuration of development networks.
pub(crate) const CONFIG: &str = include_str!("../../../../script/config/devnet.toml");

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
