use std::{
    fs::File,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use rustix::{
    io::Errno,
    process::{Pid, test_kill_process},
};

use crate::{Error, Manifest, Result, failpoint};

/// A folder of manifests: `<chain id>.json` each.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The manifests in `folder`, which need not exist yet.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The file of a chain's manifest.
    #[must_use]
    pub fn path(&self, chain_id: u64) -> PathBuf {
        self.folder.join(format!("{chain_id}.json"))
    }

    /// Reads the manifest of a chain, if there is one.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Malformed`].
    pub fn read(&self, chain_id: u64) -> Result<Option<Manifest>> {
        let path = self.path(chain_id);
        match Manifest::read(&path) {
            Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// Writes a manifest, all or nothing: whatever happens, the file has its old contents or the new ones.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, manifest: &Manifest) -> Result<PathBuf> {
        let path = self.path(manifest.chain_id);
        let fail = |action, path: &Path| {
            let path = path.to_owned();
            move |source| Error::Io { action, path, source }
        };
        std::fs::create_dir_all(&self.folder).map_err(fail("create", &self.folder))?;
        self.clear_drafts(manifest.chain_id)?;
        let text = manifest.to_text().map_err(|error| Error::Io {
            action: "write",
            path: path.clone(),
            source: error.into(),
        })?;
        failpoint::pass("manifest", "before");
        let draft =
            self.folder.join(format!("{}{}", draft_prefix(manifest.chain_id), std::process::id()));
        let written = File::create(&draft).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        let moved = written.and_then(|()| {
            failpoint::pass("manifest", "drafted");
            std::fs::rename(&draft, &path)
        });
        if let Err(source) = moved {
            // The first error is the one to tell.
            let _ = std::fs::remove_file(&draft);
            return Err(Error::Io { action: "write", path, source });
        }
        failpoint::pass("manifest", "after");
        Ok(path)
    }

    /// Removes drafts that killed processes left, and none of a process that is still at it.
    fn clear_drafts(&self, chain_id: u64) -> Result<()> {
        let fail = |action, path: &Path| {
            let path = path.to_owned();
            move |source| Error::Io { action, path, source }
        };
        for entry in std::fs::read_dir(&self.folder).map_err(fail("read", &self.folder))? {
            let path = entry.map_err(fail("read", &self.folder))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let writer =
                name.strip_prefix(&draft_prefix(chain_id)).and_then(|pid| pid.parse().ok());
            if let Some(writer) = writer.and_then(Pid::from_raw)
                && test_kill_process(writer) == Err(Errno::SRCH)
                && let Err(source) = std::fs::remove_file(&path)
                && source.kind() != ErrorKind::NotFound
            {
                return Err(Error::Io { action: "remove", path, source });
            }
        }
        Ok(())
    }
}

fn draft_prefix(chain_id: u64) -> String {
    format!(".{chain_id}.json.draft-")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use alloy::primitives::{Address, B256};

    use super::*;
    use crate::{Config, GovernanceConfig, ManifestVersion, Record};

    fn manifest(chain_id: u64) -> Manifest {
        let record = Record {
            address: Address::repeat_byte(0xab),
            code_hash: B256::repeat_byte(1),
            tx: None,
            block: Some(3),
        };
        Manifest {
            version: ManifestVersion,
            chain_id,
            genesis_hash: B256::repeat_byte(2),
            config: Config {
                salt: B256::ZERO,
                epoch_length: 60,
                governance: GovernanceConfig {
                    council: Address::repeat_byte(0xcd),
                    guardian: Address::repeat_byte(0xef),
                    delay: 60,
                },
            },
            origin: 1_700_000_000,
            contracts: BTreeMap::from([("StakeVault".to_owned(), record)]),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("new"));
        assert_eq!(store.read(1).unwrap(), None);
        let path = store.write(&manifest(1)).unwrap();
        assert_eq!(store.read(1).unwrap(), Some(manifest(1)));
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.ends_with("}\n"));
        assert!(
            text.contains("0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB"),
            "no checksum in {text}"
        );
    }

    #[test]
    fn drafts_of_killed_processes_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        let (ended, living) = (ended.id(), std::process::id());
        let draft = |chain_id: u64, pid: u32| format!("{}{pid}", draft_prefix(chain_id));
        for name in
            [draft(1, ended), draft(11, ended), draft(1, std::os::unix::process::parent_id())]
        {
            std::fs::write(folder.path().join(name), "{").unwrap();
        }
        Store::new(folder.path()).write(&manifest(1)).unwrap();
        let mut expected = vec![
            draft(1, std::os::unix::process::parent_id()),
            draft(11, ended),
            "1.json".to_owned(),
        ];
        expected.sort();
        assert_eq!(names(folder.path()), expected);
        assert!(!names(folder.path()).contains(&draft(1, living)));
    }

    #[test]
    fn a_file_that_is_no_manifest_is_refused_in_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        for text in ["", "{}", "{\"chain_id\": 1, \"more\": 2}", "[\n1\n]"] {
            std::fs::write(store.path(1), text).unwrap();
            let message = store.read(1).unwrap_err().to_string();
            assert!(message.contains("1.json: ") && !message.contains('\n'), "{message}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let message = Store::new(&file).write(&manifest(1)).unwrap_err().to_string();
        assert!(message.starts_with("cannot create "), "{message}");
        assert_eq!(names(folder.path()), ["file"]);
    }
}
