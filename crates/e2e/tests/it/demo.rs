//! `palisade demo`: what it plays, what it writes down, and how it ends.

use std::{
    collections::BTreeSet,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use palisade_bindings::DevToken;
use palisade_demo::{Demo, Report};
use palisade_devnet::Devnet;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::palisade::{Outcome, Palisade};

/// What the name of a step begins with.
const KINDS: [&str; 26] = [
    "register",
    "deposit",
    "delegate",
    "create_set",
    "join",
    "allocate",
    "slash",
    "withdraw_queue",
    "withdraw_complete",
    "move",
    "transfer",
    "propose_slash",
    "cancel_slash",
    "execute_slash",
    "leave",
    "retire",
    "settle",
    "stake",
    "beacon",
    "pause",
    "govern",
    "commission",
    "pay",
    "stream",
    "claim",
    "drop",
];

/// A folder to write reports into.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A file in a folder that is not there yet.
    fn report(&self) -> PathBuf {
        self.0.path().join("new/folder/report.json")
    }

    fn demo(&self) -> Palisade {
        Palisade::new(["demo", "--report", self.report().to_str().unwrap()])
    }

    fn read(&self) -> Report {
        serde_json::from_str(&fs::read_to_string(self.report()).unwrap()).unwrap()
    }

    /// The files that are there besides the report.
    fn litter(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.report().parent().unwrap()) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().path()).filter(|path| *path != self.report()).collect()
    }
}

fn assert_all_is_well(outcome: &Outcome, report: &Report) {
    outcome.assert_success();
    assert_eq!(outcome.stderr, "");
    assert!(report.is_ok() && report.checks.len() >= 20, "{:?}", report.checks);
}

#[tokio::test]
async fn plays_the_story_and_writes_it_down() {
    let desk = Desk::new();
    let outcome = desk.demo().run().await;
    let report = desk.read();
    assert_all_is_well(&outcome, &report);
    assert_eq!(desk.litter(), Vec::<PathBuf>::new());
    outcome.assert_nothing_runs().await;

    assert_eq!(report.chain_id, 31_337);
    for name in [
        "StakeVault",
        "AllocationManager",
        "Router",
        "MerkleDrops",
        "rETH",
        "wstETH",
        "stUSD",
        "RWD",
    ] {
        assert!(report.contracts.contains_key(name), "no {name} in {:?}", report.contracts);
    }
    let kind = |name: &str| name.split(':').next().unwrap_or_default().to_owned();
    let kinds: BTreeSet<_> = report.steps.iter().map(|step| kind(&step.name)).collect();
    assert_eq!(kinds, KINDS.map(str::to_owned).into());
    assert!(report.steps.is_sorted_by(|a, b| a.block < b.block));
    assert!(report.steps.iter().all(|step| step.gas > 21_000 && !step.actor.is_empty()));
    let names: BTreeSet<_> = report.checks.iter().map(|check| &check.name).collect();
    assert_eq!(names.len(), report.checks.len(), "two checks have one name");
    for check in &report.checks {
        assert_eq!(check.expected, check.actual, "{}", check.name);
    }
}

/// A step is told once, by its actor and its gas; and all of it without colours, since nobody looks.
#[tokio::test]
async fn tells_every_step_to_people() {
    let desk = Desk::new();
    let outcome = desk.demo().run().await;
    outcome.assert_success();
    let told = &outcome.stdout;
    assert!(!told.contains('\x1b'), "{told}");
    for step in desk.read().steps {
        let block = format!(" {}  {} ", step.block, step.actor);
        let line = told.lines().find(|line| line.contains(&block));
        let line = line.unwrap_or_else(|| panic!("block {} is not told", step.block));
        assert!(line.replace(',', "").ends_with(&format!(" {}", step.gas)), "{line}");
    }
    assert_eq!(told.matches("✗").count(), 0, "{told}");
    assert!(told.contains("refused: CapExceeded { strategy: rETH, "), "{told}");
    assert!(told.contains("refused: SlashMustBeProposed { set: storage }"), "{told}");
    assert!(
        told.contains("refused: PoolContested { operator: operator-1, strategy: rETH, "),
        "{told}"
    );
    assert!(
        told.contains("refused: LossTooHigh { operator: operator-1, strategy: rETH, "),
        "{told}"
    );
    // What the Lens foretells, from the epoch in which carol reads of the raise.
    let outlook =
        told.lines().find(|line| line.contains("operator-1 rETH") && line.contains("95 %"));
    assert_eq!(outlook.unwrap().matches("80 %").count(), 2, "{told}");
}

#[tokio::test]
async fn everybody_leaves_with_what_the_report_says() {
    let net = Devnet::start().await.unwrap();
    let report = Demo::default().play(&net, &mut std::io::sink()).await.unwrap();
    assert!(report.is_ok(), "{:?}", report.checks);
    let stakers = ["alice", "bob", "carol", "dave"];
    let others = ["treasury-1"];
    let mut seen = 0;
    for balance in &report.balances {
        let token = DevToken::new(net.token(&balance.token).unwrap().address, net.provider());
        let whose = match balance.who.as_str() {
            "vault" => net.addresses().vault,
            "burned" => net.vault().BURN_ADDRESS().call().await.unwrap(),
            name => net.account(name).unwrap().address(),
        };
        let held = token.balanceOf(whose).call().await.unwrap();
        assert_eq!(held.to_string(), balance.after, "{} of {}", balance.token, balance.who);
        assert!(balance.who != "vault" || held.is_zero());
        seen += usize::from(stakers.contains(&&*balance.who) || others.contains(&&*balance.who));
    }
    // And what the stakers earned.
    assert_eq!(seen, 3 * (stakers.len() + others.len()) + stakers.len());

    // What was played cannot be played again on the same network.
    let error = Demo::default().play(&net, &mut std::io::sink()).await.unwrap_err();
    assert!(error.to_string().contains("the story needs a fresh network"), "{error}");
}

#[tokio::test]
async fn json_is_the_report_and_nothing_else() {
    let desk = Desk::new();
    let outcome = desk.demo().args(["--json"]).run().await;
    assert_all_is_well(&outcome, &desk.read());
    assert_eq!(outcome.stdout, fs::read_to_string(desk.report()).unwrap());
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&json), ["balances", "chain_id", "checks", "contracts", "steps"]);
    assert_eq!(keys(&json["steps"][0]), ["actor", "block", "gas", "name", "tx"]);
    assert_eq!(keys(&json["balances"][0]), ["after", "before", "token", "who"]);
    assert_eq!(keys(&json["checks"][0]), ["actual", "expected", "name", "ok"]);
}

#[tokio::test]
async fn sabotage_turns_one_check_red() {
    let desk = Desk::new();
    let outcome = desk.demo().args(["--sabotage"]).run().await;
    assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
    let report = desk.read();
    let failed: Vec<_> = report.checks.iter().filter(|check| !check.ok).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_ne!(failed[0].expected, failed[0].actual);
    assert_eq!(outcome.stdout.matches('✗').count(), 1);
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    let error = format!("error: 1 of {} checks failed", report.checks.len());
    assert!(outcome.stderr.starts_with(&error) && outcome.stderr.contains(&failed[0].name));
    outcome.assert_nothing_runs().await;
}

/// At whatever moment.
#[tokio::test]
async fn a_killed_demo_leaves_nothing_and_the_next_one_works() {
    let desk = Desk::new();
    for milliseconds in [0, 60, 120, 200, 280, 360] {
        let running = desk.demo().start();
        tokio::time::sleep(std::time::Duration::from_millis(milliseconds)).await;
        running.signal(Signal::KILL);
        running.end().await.assert_nothing_runs().await;
    }
    let mut running = desk.demo().start();
    running.first_line().await;
    running.signal(Signal::KILL);
    let outcome = running.end().await;
    outcome.assert_killed();
    outcome.assert_nothing_runs().await;

    let outcome = desk.demo().run().await;
    assert_all_is_well(&outcome, &desk.read());
}

#[tokio::test]
async fn an_anvil_that_dies_midway_is_told() {
    let desk = Desk::new();
    let mut running = desk.demo().start();
    running.first_line().await;
    let processes = running.processes();
    let is_anvil = |line: &str| line.split(' ').next().is_some_and(|name| name.ends_with("anvil"));
    let (anvil, _) = processes.iter().find(|(_, line)| is_anvil(line)).unwrap();
    kill_process(Pid::from_raw((*anvil).try_into().unwrap()).unwrap(), Signal::KILL).unwrap();
    let outcome = running.end().await;
    assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
    assert!(outcome.stderr.starts_with("error: anvil died"), "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(!desk.report().exists());
    outcome.assert_nothing_runs().await;
}

#[tokio::test]
async fn what_it_cannot_have_is_told() {
    let desk = Desk::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let outcome = desk.demo().args(["--port", &port]).run().await;
    outcome.assert_failure([&format!("port {port} is taken: ")]).await;
    assert!(!desk.report().exists());

    let nowhere = Path::new("/dev/null/report.json").to_str().unwrap();
    let outcome = Palisade::new(["demo", "--json", "--report", nowhere]).run().await;
    outcome.assert_failure(["cannot write /dev/null/report.json: "]).await;
}
