//! `palisade rewards tree`.

use std::{
    env,
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, B256, U256};
use clap::{Args, Subcommand, value_parser};
use eyre::{Result, WrapErr, bail, eyre};
use palisade_rewards::tree::{
    Builder, Difference, Differences, LEAST_MEMORY, Leaf, List, Payouts, Tree, compare,
};
use serde::Serialize;
use serde_json::json;

use super::{chain, draft::Draft, progress::Growth};
use crate::output;

/// What can be done with trees of payouts.
#[derive(Debug, Subcommand)]
pub enum TreeCommand {
    /// Build the tree of a list: its root and total, and with --out all that claims need.
    Build(BuildArgs),
    /// Print an account's leaf and its proof.
    Prove(ProveArgs),
    /// Recompute a tree from its list, and tell who differs in what was published.
    Verify(VerifyTreeArgs),
}

impl TreeCommand {
    pub(super) async fn run(self) -> Result<()> {
        // They compute, and wait for nothing.
        tokio::task::spawn_blocking(move || match self {
            Self::Build(args) => args.run(),
            Self::Prove(args) => args.run(),
            Self::Verify(args) => args.run(),
        })
        .await?
    }
}

/// Arguments of `palisade rewards tree build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Who is owed how much in all: CSV (`account,amount`), JSON lines or a JSON array of `["account", "amount"]`; `-` for
    /// standard input.
    #[arg(value_name = "FILE")]
    list: PathBuf,
    /// Write the tree (`tree.json`, as @openzeppelin/merkle-tree dumps it) and all proofs (`proofs.jsonl`) to this folder.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Write the tree alone.
    #[arg(long, requires = "out")]
    no_proofs: bool,
    /// Keep to so much memory, in MiB; what does not fit is in temporary files meanwhile.
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = value_parser!(u32).range(64..))]
    memory: u32,
    /// Where temporary files are; by default in the folder of --out, or the system's.
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

impl BuildArgs {
    fn run(self) -> Result<()> {
        let Self { list, out, no_proofs, memory, scratch, json } = self;
        if let Some(out) = &out {
            fs::create_dir_all(out).wrap_err_with(|| format!("cannot create {}", out.display()))?;
        }
        let scratch = scratch.or_else(|| out.clone()).unwrap_or_else(env::temp_dir);
        let files = || tempfile::tempfile_in(&scratch);
        let mut bar = Growth::new();
        let builder = Builder::new(&files).memory(mebibytes(memory));
        let named = |it: &Path| it.display().to_string();
        let mut payouts =
            builder.read(List::new(open(&list)?), &mut bar).wrap_err_with(|| named(&list))?;
        let written = match &out {
            Some(folder) => write(&mut payouts, folder, !no_proofs, &mut bar)?,
            None => Vec::new(),
        };
        drop(bar);
        let file = |name: &str| written.iter().find(|path| path.ends_with(name));
        if json {
            return output::print_json(&json!({
                "root": payouts.root(),
                "total": payouts.total().to_string(),
                "accounts": payouts.count(),
                "tree": file(TREE),
                "proofs": file(PROOFS),
            }));
        }
        let mut rows = about(payouts.root(), payouts.total(), payouts.count());
        rows.extend(file(TREE).map(|path| vec!["tree".to_owned(), named(path)]));
        rows.extend(file(PROOFS).map(|path| vec!["proofs".to_owned(), named(path)]));
        output::print(&output::table(vec![String::new(), named(&list)], rows))
    }
}

const TREE: &str = "tree.json";
const PROOFS: &str = "proofs.jsonl";

/// Writes the files of a tree: both, or none.
fn write(
    payouts: &mut Payouts<'_>,
    folder: &Path,
    proofs: bool,
    bar: &mut Growth,
) -> Result<Vec<PathBuf>> {
    let context = |name: &str| folder.join(name).display().to_string();
    let mut drafts = Vec::new();
    let mut tree = Draft::begin(folder, TREE)?;
    payouts.dump(&mut tree, bar).wrap_err_with(|| context(TREE))?;
    tree.finish()?;
    drafts.push(tree);
    if proofs {
        let mut proofs = Draft::begin(folder, PROOFS)?;
        payouts.write_proofs(&mut proofs, bar).wrap_err_with(|| context(PROOFS))?;
        proofs.finish()?;
        drafts.push(proofs);
    }
    drafts.into_iter().map(Draft::publish).collect()
}

/// Arguments of `palisade rewards tree prove`.
#[derive(Debug, Args)]
pub struct ProveArgs {
    /// The list, or the tree as it was published. All of it is held in memory.
    #[arg(value_name = "FILE")]
    list: PathBuf,
    /// Whose proof.
    #[arg(value_parser = chain::address)]
    account: Address,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

impl ProveArgs {
    fn run(self) -> Result<()> {
        let Self { list, account, json } = self;
        let mut source = open(&list)?;
        let tree = if is_tree(&mut source).wrap_err_with(|| list.display().to_string())? {
            Tree::load(source)
        } else {
            Tree::read(List::new(source))
        };
        let tree = tree.wrap_err_with(|| list.display().to_string())?;
        let (leaf, proof) = tree
            .leaf(account)
            .zip(tree.proof(account))
            .ok_or_else(|| eyre!("{account} is not in {}", list.display()))?;
        let (root, amount) = (tree.root(), leaf.amount.to_string());
        if json {
            return output::print_json(&json!({
                "root": root,
                "account": account.to_string(),
                "amount": amount,
                "proof": proof,
            }));
        }
        let row = |name: &str, value: String| vec![name.to_owned(), value];
        let mut rows = vec![row("amount", amount), row("root", root.to_string())];
        rows.extend(proof.iter().map(|node| row("proof", node.to_string())));
        output::print(&output::table(row("account", account.to_string()), rows))
    }
}

/// Arguments of `palisade rewards tree verify`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("published").required(true).multiple(true))]
pub struct VerifyTreeArgs {
    /// What should have been published: the list, as for build, or a tree.
    #[arg(value_name = "FILE")]
    list: PathBuf,
    /// The root that was published.
    #[arg(long, value_name = "HASH", group = "published")]
    root: Option<B256>,
    /// The list or the tree that was published. A tree is checked whole: nodes, leaves and values.
    #[arg(long, value_name = "FILE", group = "published")]
    against: Option<PathBuf>,
    /// How many accounts that differ are named; all are counted.
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: usize,
    /// Keep to so much memory, in MiB; what does not fit is in temporary files meanwhile. Trees are held whole all the same.
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = value_parser!(u32).range(128..))]
    memory: u32,
    /// Where temporary files are; by default in the system's folder.
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

/// What a tree or list comes to.
#[derive(Debug, Serialize)]
struct Published {
    root: B256,
    total: String,
    accounts: u64,
}

/// What a comparison found.
#[derive(Debug, Default, Serialize)]
struct Compared {
    same: u64,
    missing: u64,
    extra: u64,
    amount: u64,
    /// The first of those that differ.
    differences: Vec<Different>,
}

/// One that differs, and what it should have and has.
#[derive(Debug, Serialize)]
struct Different {
    account: String,
    should: Option<String>,
    is: Option<String>,
}

impl VerifyTreeArgs {
    fn run(self) -> Result<()> {
        let Self { list, root, against, limit, memory, scratch, json } = self;
        let scratch = scratch.unwrap_or_else(env::temp_dir);
        let files = || tempfile::tempfile_in(&scratch);
        let mut bar = Growth::new();
        // Two lists share it.
        let each = mebibytes(memory) / if against.is_some() { 2 } else { 1 };
        let mut ours = Source::read(&list, Builder::new(&files).memory(each), &mut bar)?;
        let theirs = against
            .as_deref()
            .map(|path| Source::read(path, Builder::new(&files).memory(each), &mut bar));
        let mut theirs = theirs.transpose()?;
        drop(bar);
        let compared = match &mut theirs {
            Some(theirs) => Some(compared(&mut ours, theirs, limit)?),
            None => None,
        };
        let (ours, theirs) = (ours.published(), theirs.map(|it| it.published()));
        let differ = compared.as_ref().map_or(0, |it| it.missing + it.extra + it.amount);
        // A tree of the same payouts may have its leaves in another order, and then another root.
        let same = theirs.as_ref().filter(|_| differ == 0).map(|it| it.root);
        let other = root.filter(|root| *root != ours.root && Some(*root) != same);
        if json {
            output::print_json(&json!({
                "agrees": differ == 0 && other.is_none(),
                "computed": ours,
                "root": root,
                "against": theirs,
                "compared": compared,
            }))?;
        } else {
            let theirs = against.as_deref().zip(theirs.as_ref());
            output::print(&tables(&list, &ours, root, theirs, compared.as_ref()))?;
        }
        if let Some(Compared { missing, extra, amount, .. }) = compared
            && differ > 0
        {
            bail!(
                "{differ} accounts differ: {missing} missing, {extra} too many, {amount} with another amount"
            );
        }
        if let Some(other) = other {
            let (computed, list) = (ours.root, list.display());
            bail!("the published root is {other}, and that of {list} is {computed}");
        }
        Ok(())
    }
}

/// What should be or was published.
enum Source<'a> {
    List(Payouts<'a>),
    Tree(Tree),
}

impl<'a> Source<'a> {
    fn read(path: &Path, builder: Builder<'a>, bar: &mut Growth) -> Result<Self> {
        let mut source = open(path)?;
        let read = || -> Result<Self> {
            Ok(if is_tree(&mut source)? {
                Self::Tree(Tree::load(source)?)
            } else {
                Self::List(builder.read(List::new(source), bar)?)
            })
        };
        read().wrap_err_with(|| path.display().to_string())
    }

    fn published(&self) -> Published {
        let (root, total, accounts) = match self {
            Self::List(list) => (list.root(), list.total(), list.count()),
            Self::Tree(tree) => (tree.root(), tree.total(), tree.leaves().len() as u64),
        };
        Published { root, total: total.to_string(), accounts }
    }

    fn by_account(
        &mut self,
    ) -> Result<Box<dyn Iterator<Item = palisade_rewards::tree::Result<Leaf>> + '_>> {
        Ok(match self {
            Self::List(list) => Box::new(list.by_account()?),
            Self::Tree(tree) => Box::new(tree.by_account()),
        })
    }
}

fn compared(ours: &mut Source<'_>, theirs: &mut Source<'_>, limit: usize) -> Result<Compared> {
    let mut differences = Vec::new();
    let named = |account: Address, should: Option<U256>, is: Option<U256>| Different {
        account: account.to_string(),
        should: should.map(|it| it.to_string()),
        is: is.map(|it| it.to_string()),
    };
    let tell = |difference| {
        if differences.len() < limit {
            differences.push(match difference {
                Difference::Missing { account, should } => named(account, Some(should), None),
                Difference::Extra { account, is } => named(account, None, Some(is)),
                Difference::Amount { account, should, is } => {
                    named(account, Some(should), Some(is))
                }
            });
        }
    };
    let Differences { same, missing, extra, amount } =
        compare(ours.by_account()?, theirs.by_account()?, tell)?;
    Ok(Compared { same, missing, extra, amount, differences })
}

fn tables(
    list: &Path,
    ours: &Published,
    root: Option<B256>,
    theirs: Option<(&Path, &Published)>,
    compared: Option<&Compared>,
) -> String {
    let mut header = vec![String::new(), list.display().to_string()];
    let mut rows = vec![
        vec!["root".to_owned(), ours.root.to_string()],
        vec!["total".to_owned(), ours.total.clone()],
        vec!["accounts".to_owned(), ours.accounts.to_string()],
    ];
    if let Some((path, theirs)) = theirs {
        header.push(path.display().to_string());
        let values = [theirs.root.to_string(), theirs.total.clone(), theirs.accounts.to_string()];
        rows.iter_mut().zip(values).for_each(|(row, value)| row.push(value));
    }
    if let Some(root) = root {
        header.push("published".to_owned());
        let values = [root.to_string(), String::new(), String::new()];
        rows.iter_mut().zip(values).for_each(|(row, value)| row.push(value));
    }
    let mut text = output::table(header, rows);
    if let Some(Compared { same, missing, extra, amount, differences }) = compared {
        let counts = format!(
            "\n{same} the same, {missing} missing, {extra} too many, {amount} with another amount\n"
        );
        text.push_str(&counts);
        if !differences.is_empty() {
            let header = ["account", "should have", "has"].map(str::to_owned).to_vec();
            let nothing = || "nothing".to_owned();
            let rows = differences.iter().map(|Different { account, should, is }| {
                vec![
                    account.clone(),
                    should.clone().unwrap_or_else(nothing),
                    is.clone().unwrap_or_else(nothing),
                ]
            });
            text.push('\n');
            text.push_str(&output::table(header, rows));
        }
    }
    text
}

fn about(root: B256, total: U256, accounts: u64) -> Vec<Vec<String>> {
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    vec![
        row("root", root.to_string()),
        row("total", total.to_string()),
        row("accounts", accounts.to_string()),
    ]
}

fn mebibytes(count: u32) -> usize {
    usize::try_from(count).unwrap_or(LEAST_MEMORY).saturating_mul(1 << 20)
}

/// Opens a file, or standard input.
fn open(path: &Path) -> Result<BufReader<Box<dyn io::Read>>> {
    let source: Box<dyn io::Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        let file = File::open(path).wrap_err_with(|| format!("cannot read {}", path.display()))?;
        Box::new(file)
    };
    Ok(BufReader::with_capacity(1 << 20, source))
}

/// Whether it is a tree rather than a list.
fn is_tree(source: &mut impl BufRead) -> Result<bool> {
    let begin = source.fill_buf().wrap_err("cannot read it")?;
    Ok(begin.trim_ascii_start().starts_with(b"{"))
}
