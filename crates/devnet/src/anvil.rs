use std::{
    collections::BTreeSet,
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Error, Result};

/// The environment variable that names an anvil.
pub(crate) const VARIABLE: &str = "PALISADE_ANVIL";

/// The oldest Foundry that knows everything the contracts need.
const LEAST: (u64, u64) = (1, 5);
pub(crate) const LEAST_TEXT: &str = "1.5";

/// Where an npm package is installed.
pub(crate) const PACKAGE: &str = "node_modules/.bin/anvil";

/// Finds anvil: what the environment names, else the one on PATH if it is new enough, else the nearest
/// `node_modules/.bin/anvil` above the current folder, above the crate that cargo runs, or above this crate's source.
pub(crate) fn find() -> Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        return named_program(named.into(), VARIABLE);
    }
    let ran = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    // A crate elsewhere depends on the repository in which this one lies.
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> = env::current_dir().ok().into_iter().chain(ran).collect();
    folders.push(own);
    let mut seen = BTreeSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    search(&env::var_os("PATH").unwrap_or_default(), folders)
}

fn search(path: &OsStr, folders: Vec<PathBuf>) -> Result<PathBuf> {
    let on_path = env::split_paths(path)
        .map(|folder| folder.join("anvil"))
        .find(|candidate| is_program(candidate));
    let mut too_old = None;
    if let Some(path) = on_path {
        match version(&path) {
            Some(version) if is_new_enough(&version) => return Ok(path),
            version => too_old = Some((path, version.unwrap_or_else(|| "unknown".to_owned()))),
        }
    }
    match folders.iter().find_map(|folder| above(folder)) {
        Some(found) => Ok(found),
        None => Err(Error::NoAnvil { folders, too_old }),
    }
}

/// The program that somebody named, if it is one.
pub(crate) fn named_program(path: PathBuf, origin: &'static str) -> Result<PathBuf> {
    if is_program(&path) { Ok(path) } else { Err(Error::BadAnvil { path, origin }) }
}

fn above(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(PACKAGE)).find(|candidate| is_program(candidate))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// The version that an anvil tells, as "1.7.1".
fn version(anvil: &Path) -> Option<String> {
    let output = Command::new(anvil)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout)).map(ToOwned::to_owned)
}

/// From "anvil Version: 1.7.1-stable" or the older "anvil 0.2.0 (cafe 2024…)".
fn parse_version(text: &str) -> Option<&str> {
    let first = text.lines().next()?;
    first.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split(['.', '-', '+']).map_while(|number| number.parse::<u64>().ok());
    let major = numbers.next().unwrap_or_default();
    (major, numbers.next().unwrap_or_default()) >= LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        let current = "anvil Version: 1.7.1\nCommit SHA: 4072e48705af\n";
        assert_eq!(parse_version(current), Some("1.7.1"));
        assert_eq!(parse_version("anvil 0.2.0 (abc 2024-05-01)"), Some("0.2.0"));
        assert_eq!(parse_version("anvil Version: 1.5.0-nightly"), Some("1.5.0-nightly"));
        assert_eq!(parse_version(""), None);
        for (version, enough) in [
            ("1.7.1", true),
            ("1.5.0-nightly", true),
            ("2.0.0", true),
            ("1.4.9", false),
            ("0.2.0", false),
        ] {
            assert_eq!(is_new_enough(version), enough, "{version}");
        }
    }

    #[test]
    fn the_nearest_package_above_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let found = above(root);
        // Only where `npm ci` has run.
        if let Some(found) = found {
            assert!(found.ends_with("node_modules/.bin/anvil"));
            assert_eq!(above(&root.join("src")), Some(found));
        }
        assert_eq!(above(Path::new("/nowhere")), None);
    }

    #[test]
    fn the_places_searched_are_told() {
        let folders = || vec![PathBuf::from("/nowhere/mine"), PathBuf::from("/elsewhere")];
        let error = search(OsStr::new("/nowhere/bin"), folders()).unwrap_err().to_string();
        assert_eq!(
            error,
            "no anvil found on PATH, nor as node_modules/.bin/anvil in or above /nowhere/mine or /elsewhere: run `npm ci` \
             in the repository, put Foundry 1.5 or newer on PATH, or name one in PALISADE_ANVIL"
        );
        let too_old = Some((PathBuf::from("/bin/anvil"), "1.4.3".to_owned()));
        let folders = folders();
        let error = Error::NoAnvil { folders, too_old }.to_string();
        let told = "no anvil found on PATH (/bin/anvil is version 1.4.3), nor as ";
        assert!(error.starts_with(told), "{error}");
    }
}
