use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process,
};

use eyre::{Result, WrapErr};

/// A file that gets its name when it is whole. Dropped before, it is gone.
#[derive(Debug)]
pub(super) struct Draft {
    writer: BufWriter<File>,
    temporary: PathBuf,
    path: PathBuf,
}

impl Draft {
    /// Begins the file `name` in `folder`, beside whatever has that name already.
    pub(super) fn begin(folder: &Path, name: &str) -> Result<Self> {
        let temporary = folder.join(format!(".{name}.draft-{}", process::id()));
        let file = File::create(&temporary)
            .wrap_err_with(|| format!("cannot create {}", temporary.display()))?;
        let writer = BufWriter::with_capacity(1 << 20, file);
        Ok(Self { writer, temporary, path: folder.join(name) })
    }

    /// Sees to it that all of it is on the disk.
    pub(super) fn finish(&mut self) -> Result<()> {
        let written = self.writer.flush().and_then(|()| self.writer.get_ref().sync_all());
        written.wrap_err_with(|| format!("cannot write {}", self.path.display()))
    }

    /// Gives it its name.
    pub(super) fn publish(self) -> Result<PathBuf> {
        fs::rename(&self.temporary, &self.path)
            .wrap_err_with(|| format!("cannot write {}", self.path.display()))?;
        Ok(self.path.clone())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Published, it is not there any more. Otherwise there is an error to tell already.
        let _ = fs::remove_file(&self.temporary);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let names = || fs::read_dir(folder.path()).unwrap().count();
        let written = |text: &str| {
            let mut draft = Draft::begin(folder.path(), "a.json").unwrap();
            draft.write_all(text.as_bytes()).unwrap();
            draft.finish().unwrap();
            draft
        };
        drop(written("dropped"));
        assert_eq!(names(), 0);
        let path = written("first").publish().unwrap();
        let second = written("second");
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        drop(second);
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names()), ("first", 1));
        written("third").publish().unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names()), ("third", 1));
    }
}
