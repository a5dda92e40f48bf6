#![doc = include_str!("../README.md")]
#![allow(clippy::panic, reason = "a broken promise is a panic, for fuzzers and tests")]

mod json;
mod logs;
mod payouts;
mod told;
mod words;

use std::path::Path;

use clap::{CommandFactory, FromArgMatches};
use palisade_artifacts::{Artifact, Settings};
use palisade_bindings::Refusal;
use palisade_cli::{Cli, NodeUrl};
use palisade_deploy::{Config, Manifest, Plan};
use palisade_fuzz::{Code, History, Kept, World, code_of};

pub use logs::{frame, logs};
pub use payouts::{payouts, tree};
pub use words::words;

use told::{assert_told, text};

/// A parser, as its fuzzer calls it.
#[derive(Clone, Copy, Debug)]
pub struct Parser {
    /// Its name, and that of its fuzzer and of the folder of its seeds.
    pub name: &'static str,
    /// Whether it takes these bytes. Panics where it does not do what it promises.
    pub takes: fn(&[u8]) -> bool,
}

macro_rules! parsers {
    ($($name:ident),* $(,)?) => {
        /// All parsers.
        pub const ALL: &[Parser] = &[$(Parser { name: stringify!($name), takes: $name }),*];
    };
}

parsers! {
    artifact, command, config, genesis, history, kept, logs, manifest, node_url, payouts, refusal, settings, tree,
    words,
}

/// A deployment's settings.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn config(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let config: Config = match text.parse() {
        Ok(config) => config,
        Err(error) => {
            let told = error.to_string();
            assert_told(&told);
            let is_placed = told.contains(" in line ") || told.starts_with("not a configuration: ");
            let is_named =
                ["epoch_length is ", "governance."].iter().any(|it| told.starts_with(it));
            assert!(is_placed || is_named, "no setting and no line: {told}");
            return false;
        }
    };
    assert!(config.validate().is_ok());
    let printed = toml::to_string(&config).unwrap_or_default();
    assert_eq!(printed.parse::<Config>().ok(), Some(config), "{printed}");
    // An address in mixed case bears its checksum.
    let table: toml::Table = text.parse().unwrap_or_default();
    let governance = table.get("governance").and_then(toml::Value::as_table);
    for who in ["council", "guardian"] {
        let typed = governance.and_then(|it| it.get(who)).and_then(toml::Value::as_str);
        assert_checksum(typed.unwrap_or_default());
    }
    let keys: usize = table.len() + governance.map_or(0, toml::Table::len);
    assert_eq!(keys, 6, "keys that are not known, in {text}");
    true
}

fn assert_checksum(typed: &str) {
    let digits = typed.strip_prefix("0x").unwrap_or(typed);
    assert_eq!(digits.len(), 40, "{typed}");
    let is_mixed = digits.chars().any(|c| c.is_ascii_uppercase())
        && digits.chars().any(|c| c.is_ascii_lowercase());
    let full = format!("0x{digits}");
    assert!(
        !is_mixed || alloy::primitives::Address::parse_checksummed(full, None).is_ok(),
        "{typed} bears no checksum"
    );
}

/// The record of a deployment.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn manifest(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let manifest: Manifest = match text.parse() {
        Ok(manifest) => manifest,
        Err(error) => {
            assert_told(&error.to_string());
            return false;
        }
    };
    json::assert_each_key_once(text);
    assert!(Plan::new(manifest.config).is_ok());
    let printed = manifest.to_text().unwrap_or_default();
    assert_eq!(printed.parse::<Manifest>().ok(), Some(manifest), "{printed}");
    true
}

/// So many actions of a history are played: enough for what one action can do to the next.
const PLAYED: usize = 64;

/// Actions, as a campaign writes them. They are played on the model, which may refuse them and no more.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn history(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let history: History = match text.parse() {
        Ok(history) => history,
        Err(reason) => {
            assert_told(&reason);
            assert!(reason.contains(" at line "), "{reason}");
            return false;
        }
    };
    json::assert_each_key_once(text);
    let printed = history.to_string();
    assert_eq!(printed.parse::<History>().as_ref(), Ok(&history), "{printed}");
    let Ok(mut model) = World::new().and_then(|world| world.model()) else {
        panic!("the world has no model")
    };
    for action in history.actions.iter().take(PLAYED) {
        if let Err(refusal) = model.apply(action) {
            assert_told(&refusal.to_string());
        }
    }
    true
}

/// What a guided campaign keeps.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn kept(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let kept: Kept = match text.parse() {
        Ok(kept) => kept,
        Err(reason) => {
            assert_told(&reason);
            return false;
        }
    };
    json::assert_each_key_once(text);
    let printed = kept.to_string();
    assert_eq!(printed.parse::<Kept>(), Ok(kept), "{printed}");
    true
}

/// The compiler's artifact of `Genesis` or of `RewardsDistributor`.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn genesis(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    match code_of(text) {
        Ok(Code::Core(code) | Code::Distributor(code)) => assert!(!code.is_empty()),
        Err(reason) => {
            assert_told(&reason);
            return false;
        }
    }
    true
}

/// A compiled contract.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn artifact(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let artifact: Artifact = match text.parse() {
        Ok(artifact) => artifact,
        Err(reason) => {
            assert_told(&reason);
            return false;
        }
    };
    let printed = artifact.to_text().unwrap_or_default();
    assert_eq!(printed.parse::<Artifact>().as_ref(), Ok(&artifact), "{printed}");
    let code = artifact.deployed_bytecode.bytes().unwrap_or_default();
    for (name, range) in artifact.deployed_bytecode.ranges() {
        let end = range.start as usize + range.length as usize;
        assert!(range.length > 0 && end <= code.len(), "immutable {name} lies nowhere");
    }
    true
}

/// What of `foundry.toml` decides about bytecode.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn settings(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let root = Path::new("/root-of-the-repository");
    match Settings::parse(root, text) {
        Ok(settings) => assert_eq!(settings.root, root),
        Err(error) => {
            let told = error.to_string();
            assert_told(&told);
            assert!(told.contains("foundry.toml: "), "{told}");
            return false;
        }
    }
    true
}

/// The arguments of `palisade`, one a line.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn command(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let arguments = std::iter::once("palisade").chain(text.lines());
    let taken = Cli::command().try_get_matches_from(arguments);
    match taken.and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches)) {
        Ok(cli) => {
            // Nothing that is printed of the arguments has the path of a URL, which may hold a key.
            let printed = format!("{cli:?}");
            let mut urls = text.lines().filter(|it| it.starts_with("http://"));
            if urls.any(|it| it.contains("/secret")) {
                assert!(!printed.contains("http://") || !url_shown(&printed), "{printed}");
            }
            true
        }
        Err(error) => {
            assert!([0, 2].contains(&error.exit_code()), "{error}");
            assert!(error.to_string().len() < 20_000 + 8 * text.len());
            false
        }
    }
}

/// Whether a URL with a path is in what was printed of a node's.
fn url_shown(printed: &str) -> bool {
    let Some((_, url)) = printed.split_once("rpc_url: http://") else { return false };
    let end = url.find([',', ' ', '}']).unwrap_or(url.len());
    url[..end].contains('/')
}

/// The URL of a node.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn node_url(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let url: NodeUrl = match text.parse() {
        Ok(url) => url,
        Err(error) => {
            let told: Vec<_> = error.chain().map(ToString::to_string).collect();
            assert_told(&told.join(": "));
            return false;
        }
    };
    assert!(text.len() >= 7 && text[..7].eq_ignore_ascii_case("http://"), "{text:?} is taken");
    let shown = url.to_string();
    let host = shown.strip_prefix("http://").unwrap_or_default();
    // Neither user nor path nor query.
    let is_host = !host.is_empty() && !host.contains(['/', '@', '?', '#', '\\']);
    assert!(is_host && !host.contains(char::is_whitespace), "{text:?} is shown as {shown:?}");
    assert_eq!(format!("{url:?}"), shown);
    let Ok(again) = shown.parse::<NodeUrl>() else { panic!("{shown:?}, of {text:?}, is refused") };
    assert_eq!(again.to_string(), shown);
    // A number is no host: it would be another address than it says.
    if host.starts_with(|c: char| c.is_ascii_digit()) && !host.contains(char::is_alphabetic) {
        let typed = host.split(':').next().unwrap_or_default();
        assert!(text.contains(typed), "{text:?} means {shown}");
    }
    true
}

/// The data of a revert. It is taken where it says something that is known.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn refusal(data: &[u8]) -> bool {
    let refusal = Refusal::decode(data);
    let told = refusal.to_string();
    assert_told(&told);
    let fields = refusal.fields();
    for (name, argument) in &fields {
        assert!(!name.is_empty());
        let shown = argument.to_string();
        assert!(shown.is_empty() || told.contains(&shown), "no {shown} in {told}");
    }
    match &refusal {
        Refusal::Unknown(unknown) => {
            assert_eq!(&unknown[..], data);
            assert!(fields.is_empty() && refusal.name().is_empty());
            false
        }
        Refusal::Reason(_) => true,
        _ => {
            assert!(told.starts_with(refusal.name()) && !refusal.name().is_empty());
            true
        }
    }
}
