use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use crate::{Artifact, Error, Result};

/// How a committed file differs from what the compiler makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The file should exist.
    Missing,
    /// The file has other contents.
    Changed,
    /// The file belongs to no contract that is compiled.
    Unexpected,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Changed => "is not what the contracts compile to",
            Self::Unexpected => "belongs to no contract",
        })
    }
}

/// Compares the artifacts with the files in `folder` and returns those that differ.
///
/// # Errors
/// [`Error::Io`] where the folder cannot be read.
pub fn check(
    artifacts: &BTreeMap<String, Artifact>,
    folder: &Path,
) -> Result<Vec<(PathBuf, Difference)>> {
    let mut differences = Vec::new();
    for (path, text) in texts(artifacts, folder)? {
        match std::fs::read_to_string(&path) {
            Ok(actual) if actual == text => {}
            Ok(_) => differences.push((path, Difference::Changed)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                differences.push((path, Difference::Missing));
            }
            Err(source) => return Err(Error::Io { action: "read", path, source }),
        }
    }
    let unexpected = unexpected(artifacts, folder)?;
    differences.extend(unexpected.into_iter().map(|path| (path, Difference::Unexpected)));
    Ok(differences)
}

/// Writes the artifacts into `folder`, removes artifacts of contracts that are gone, and leaves files alone that are
/// right already. Returns the files that it touched.
///
/// # Errors
/// [`Error::Io`] where a file cannot be written.
pub fn write(artifacts: &BTreeMap<String, Artifact>, folder: &Path) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|source| Error::Io {
        action: "create",
        path: folder.to_owned(),
        source,
    })?;
    let mut touched = Vec::new();
    for (path, text) in texts(artifacts, folder)? {
        if std::fs::read_to_string(&path).is_ok_and(|actual| actual == text) {
            continue;
        }
        std::fs::write(&path, text).map_err(|source| Error::Io {
            action: "write",
            path: path.clone(),
            source,
        })?;
        touched.push(path);
    }
    for path in unexpected(artifacts, folder)? {
        std::fs::remove_file(&path).map_err(|source| Error::Io {
            action: "remove",
            path: path.clone(),
            source,
        })?;
        touched.push(path);
    }
    Ok(touched)
}

fn texts(artifacts: &BTreeMap<String, Artifact>, folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let text = |(name, artifact): (&String, &Artifact)| {
        let path = folder.join(format!("{name}.json"));
        match artifact.to_text() {
            Ok(text) => Ok((path, text)),
            Err(error) => Err(Error::Io { action: "write", path, source: error.into() }),
        }
    };
    artifacts.iter().map(text).collect()
}

fn unexpected(artifacts: &BTreeMap<String, Artifact>, folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |source| Error::Io { action: "read", path: folder.to_owned(), source };
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let is_known = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .is_some_and(|stem| artifacts.contains_key(stem));
        if is_json && !is_known {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
