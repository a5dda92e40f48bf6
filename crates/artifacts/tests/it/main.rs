//! The tool on a project of its own, so that it runs in a moment. The repository's artifacts are checked by
//! `palisade-artifacts --check`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests fail as tests do"
)]

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use palisade_artifacts::{CONTRACTS, Error, FOLDER, ImmutableRange, Settings, compile};
use tempfile::TempDir;

/// The root of the repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A project with small contracts of all names, compiled by the repository's compiler with its settings.
struct Project {
    root: TempDir,
}

impl Project {
    fn new() -> Self {
        let project = Self { root: tempfile::tempdir().unwrap() };
        let repository = repository();
        symlink(repository.join("script"), project.path("script")).unwrap();
        symlink(repository.join("node_modules"), project.path("node_modules")).unwrap();
        fs::copy(repository.join("foundry.toml"), project.path("foundry.toml")).unwrap();
        fs::create_dir(project.path("contracts")).unwrap();
        for name in CONTRACTS {
            project.contract(name, "");
        }
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn contract(&self, name: &str, body: &str) {
        let text = format!(
            "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n\ncontract {name} {{ {body} }}\n"
        );
        fs::write(self.path("contracts").join(format!("{name}.sol")), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_palisade-artifacts"))
            .args(arguments)
            .current_dir(self.root.path())
            .output()
            .unwrap()
    }

    fn artifact(&self, name: &str) -> String {
        fs::read_to_string(self.path(FOLDER).join(format!("{name}.json"))).unwrap()
    }
}

fn lines(output: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(output).lines().map(ToOwned::to_owned).collect()
}

#[test]
fn writes_and_then_finds_nothing_to_do() {
    let project = Project::new();
    let written = project.run(&[]);
    assert!(written.status.success(), "{written:?}");
    assert_eq!(lines(&written.stdout).len(), CONTRACTS.len());
    let first = project.artifact("StakeVault");
    assert!(first.ends_with("}\n"));
    let again = project.run(&[]);
    assert!(again.status.success() && again.stdout.is_empty(), "{again:?}");
    assert_eq!(project.artifact("StakeVault"), first);
    let check = project.run(&["--check"]);
    assert!(check.status.success() && check.stderr.is_empty(), "{check:?}");
}

#[test]
fn check_names_every_file_that_differs_and_writes_nothing() {
    let project = Project::new();
    assert!(project.run(&[]).status.success());
    let before = project.artifact("DevToken");
    project.contract("DevToken", "function one() external pure returns (uint256) { return 1; }");
    fs::remove_file(project.path(FOLDER).join("Genesis.json")).unwrap();
    fs::write(project.path(FOLDER).join("Gone.json"), "{}").unwrap();
    let check = project.run(&["--check"]);
    assert_eq!(check.status.code(), Some(1), "{check:?}");
    let told = lines(&check.stderr);
    assert_eq!(
        told[..3],
        [
            "crates/bindings/artifacts/DevToken.json is not what the contracts compile to",
            "crates/bindings/artifacts/Genesis.json is missing",
            "crates/bindings/artifacts/Gone.json belongs to no contract",
        ]
    );
    assert!(told[3].starts_with("error: the artifacts have drifted"), "{told:?}");
    assert_eq!(project.artifact("DevToken"), before);
    assert!(project.run(&[]).status.success());
    assert!(!project.path(FOLDER).join("Gone.json").exists());
    assert!(project.run(&["--check"]).status.success());
}

#[test]
fn immutables_are_named_whatever_else_is_compiled() {
    let project = Project::new();
    project.contract(
        "StakeVault",
        "uint256 public immutable FIRST = 1; address public immutable SECOND;",
    );
    let settings = Settings::find(&project.path("contracts")).unwrap();
    let artifact = compile(&settings, &["StakeVault"]).unwrap().remove("StakeVault").unwrap();
    let names: Vec<_> = artifact.deployed_bytecode.immutable_references.keys().collect();
    assert_eq!(names, ["FIRST", "SECOND"]);
    let ImmutableRange { length, start } =
        artifact.deployed_bytecode.immutable_references["FIRST"][0];
    let code = artifact.deployed_bytecode.object.strip_prefix("0x").unwrap();
    assert_eq!(code[2 * start as usize..2 * (start + length) as usize], "00".repeat(32));
    // An unrelated contract moves all of solc's own ids.
    project.contract("AAA", "uint256 public immutable OTHER = 3;");
    assert_eq!(compile(&settings, &["StakeVault"]).unwrap()["StakeVault"], artifact);
}

#[test]
fn errors_are_clear() {
    let project = Project::new();
    let settings = Settings::find(project.root.path()).unwrap();
    let error = compile(&settings, &["Nowhere"]).unwrap_err();
    assert_eq!(error.to_string(), "expected one contract called Nowhere, found 0");
    project.contract("DevToken", "function f() external { unknown(); }");
    let error = compile(&settings, &CONTRACTS).unwrap_err();
    assert!(
        matches!(&error, Error::Rejected { report } if report.contains("Undeclared identifier")),
        "{error}"
    );
    let error = Settings::find(Path::new("/")).unwrap_err();
    assert!(error.to_string().starts_with("no foundry.toml in / or above it"), "{error}");
    fs::write(project.path("foundry.toml"), "[profile.default]\nsrc = \"contracts\"\n").unwrap();
    let error = Settings::find(project.root.path()).unwrap_err();
    assert!(error.to_string().ends_with("missing field `solc`"), "{error}");
}

#[test]
fn a_missing_compiler_is_one_line() {
    let project = Project::new();
    let edit = |from: &str, to: &str| {
        let path = project.path("foundry.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(path, text.replace(from, to)).unwrap();
    };
    edit("\"script/solc\"", "\"nowhere/solc\"");
    let run = project.run(&[]);
    assert_eq!((run.status.code(), lines(&run.stderr).len()), (Some(1), 1), "{run:?}");
    let line = lines(&run.stderr).remove(0);
    assert!(line.starts_with("error: cannot run solc at ") && line.contains("Node.js"), "{line}");
    // A wrapper whose Node.js is missing.
    let broken = project.path("broken");
    fs::write(&broken, "#!/usr/bin/env no-such-node\n").unwrap();
    fs::set_permissions(&broken, fs::Permissions::from_mode(0o755)).unwrap();
    edit("nowhere/solc", "broken");
    let run = project.run(&[]);
    assert_eq!((run.status.code(), lines(&run.stderr).len()), (Some(1), 1), "{run:?}");
    edit("via_ir = true\n", "via_ir = true\nrevert_strings = \"strip\"\n");
    let line = lines(&project.run(&[]).stderr).remove(0);
    assert!(
        line.ends_with("`revert_strings` changes bytecode and is not supported here"),
        "{line}"
    );
}
