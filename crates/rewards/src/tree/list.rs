use std::{
    io::{BufRead, Read},
    ops::Range,
};

use rayon::prelude::*;

use super::{
    Error, Flaw, Leaf, Result,
    text::{account, amount, shown},
};

/// No entry is longer.
const LONGEST: usize = 1024;
/// So many entries are read before any is parsed.
const BATCH: usize = 1 << 14;

/// An entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it begins; the first line is 1.
    pub line: u64,
    /// What it says.
    pub leaf: Leaf,
}

/// A list of payouts, read as a stream; an iterator over its entries. It may be CSV (`account,amount`, with a header or
/// without), JSON lines, or one JSON array, of `["account", "amount"]`: what it is, its first character tells.
///
/// That no account comes twice is not checked here, but by who builds a tree.
#[derive(Debug)]
pub struct List<R> {
    source: R,
    form: Form,
    line: u64,
    batch: Batch,
    parsed: std::vec::IntoIter<Result<Entry>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Unknown,
    Csv,
    /// Of JSON, one array after the other. The `[` of the first may have been read to find that out.
    Lines {
        opened: bool,
    },
    /// Of JSON, within one array. Whether an entry may come next, rather than what stands between two.
    Array {
        entry: bool,
    },
    Ended,
}

/// Entries as they stand in the list, and what came after them.
#[derive(Debug, Default)]
struct Batch {
    text: Vec<u8>,
    raw: Vec<Raw>,
    wrong: Option<Error>,
}

#[derive(Clone, Debug)]
struct Raw {
    line: u64,
    account: Range<usize>,
    amount: Range<usize>,
}

impl<R: BufRead> List<R> {
    /// The list that is read from `source`.
    pub fn new(source: R) -> Self {
        let (batch, parsed) = (Batch::default(), Vec::new().into_iter());
        Self { source, form: Form::Unknown, line: 1, batch, parsed }
    }

    /// The next entries, parsed; none at the end. An error is the last that comes.
    pub(crate) fn batch(&mut self) -> Vec<Result<Entry>> {
        self.batch.text.clear();
        self.batch.raw.clear();
        while self.form != Form::Ended && self.batch.raw.len() < BATCH {
            if let Err(error) = self.raw() {
                self.batch.wrong = Some(error);
                self.form = Form::Ended;
            }
        }
        let Batch { text, raw, wrong } = &mut self.batch;
        let wrong = wrong.take();
        let parse = |raw: &Raw| {
            let part = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
            let parsed = account(part(&raw.account)).and_then(|account| {
                amount(part(&raw.amount)).map(|amount| Leaf { account, amount })
            });
            match parsed {
                Ok(leaf) => Ok(Entry { line: raw.line, leaf }),
                Err(flaw) => Err(Error::Line { line: raw.line, flaw }),
            }
        };
        let mut parsed: Vec<_> = raw.par_iter().with_min_len(256).map(parse).collect();
        if let Some(first) = parsed.iter().position(Result::is_err) {
            parsed.truncate(first + 1);
            self.form = Form::Ended;
        } else {
            parsed.extend(wrong.map(Err));
        }
        parsed
    }

    /// Reads the next entry, if there is one, to the end of the batch.
    fn raw(&mut self) -> Result<()> {
        match self.form {
            Form::Unknown => self.begin(),
            Form::Csv => self.csv(),
            Form::Lines { opened } => {
                if !opened {
                    match self.beyond_space()? {
                        None => {
                            self.form = Form::Ended;
                            return Ok(());
                        }
                        Some(b'[') => self.source.consume(1),
                        Some(_) => return Err(self.no_entry()),
                    }
                }
                self.form = Form::Lines { opened: false };
                self.json()
            }
            Form::Array { entry } => match self.beyond_space()? {
                Some(b'[') if entry => {
                    self.source.consume(1);
                    self.form = Form::Array { entry: false };
                    self.json()
                }
                Some(b',') if !entry => {
                    self.source.consume(1);
                    if self.beyond_space()? != Some(b'[') {
                        return Err(self.no_entry());
                    }
                    self.form = Form::Array { entry: true };
                    Ok(())
                }
                Some(b']') => {
                    self.source.consume(1);
                    self.form = Form::Ended;
                    if self.beyond_space()?.is_some() { Err(self.no_entry()) } else { Ok(()) }
                }
                Some(_) => Err(self.no_entry()),
                None => Err(Error::Line { line: self.line, flaw: Flaw::Unfinished }),
            },
            Form::Ended => Ok(()),
        }
    }

    /// Finds out what the list is.
    fn begin(&mut self) -> Result<()> {
        // What some programs begin UTF-8 with.
        if self.peek()? == Some(0xef) {
            let mut mark = Vec::new();
            let mut limited = self.source.by_ref().take(3);
            limited.read_to_end(&mut mark).map_err(Error::io("read the list"))?;
            if mark != *b"\xef\xbb\xbf" {
                return Err(no_entry(self.line, &mark));
            }
        }
        self.form = Form::Csv;
        if self.beyond_space()? == Some(b'[') {
            self.source.consume(1);
            self.form = match self.beyond_space()? {
                Some(b'[' | b']') => Form::Array { entry: true },
                _ => Form::Lines { opened: true },
            };
            return Ok(());
        }
        let line = self.line;
        self.csv()?;
        let is = |range: &Range<usize>, names: &[&str]| {
            let given = self.batch.text.get(range.clone()).unwrap_or_default();
            names.iter().any(|name| given.eq_ignore_ascii_case(name.as_bytes()))
        };
        if let Some(raw) = self.batch.raw.last()
            && raw.line == line
            && is(&raw.account, &["account", "address"])
            && is(&raw.amount, &["amount", "uint256"])
        {
            self.batch.raw.pop();
        }
        Ok(())
    }

    /// A line of CSV. Empty ones are passed over.
    fn csv(&mut self) -> Result<()> {
        let begin = self.batch.text.len();
        let limit = LONGEST as u64 + 1;
        let mut limited = self.source.by_ref().take(limit);
        let read =
            limited.read_until(b'\n', &mut self.batch.text).map_err(Error::io("read the list"))?;
        if read == 0 {
            self.form = Form::Ended;
            return Ok(());
        }
        let (line, text) = (self.line, self.batch.text.get(begin..).unwrap_or_default());
        if read > LONGEST {
            return Err(Error::Line { line, flaw: Flaw::TooLong });
        }
        self.line += 1;
        if text.trim_ascii().is_empty() {
            self.batch.text.truncate(begin);
            return Ok(());
        }
        let end = begin + text.len();
        let Some(comma) = text.iter().position(|byte| *byte == b',') else {
            return Err(no_entry(line, text));
        };
        if text.get(comma + 1..).unwrap_or_default().contains(&b',') {
            return Err(no_entry(line, text));
        }
        let field = |range: Range<usize>| {
            let field = within(&self.batch.text, range);
            let text = self.batch.text.get(field.clone()).unwrap_or_default();
            let is_quoted = text.len() >= 2 && text.starts_with(b"\"") && text.ends_with(b"\"");
            if is_quoted { field.start + 1..field.end - 1 } else { field }
        };
        let account = field(begin..begin + comma);
        let amount = field(begin + comma + 1..end);
        self.batch.raw.push(Raw { line, account, amount });
        Ok(())
    }

    /// An entry of JSON, whose `[` has been read.
    fn json(&mut self) -> Result<()> {
        let (line, begin) = (self.line, self.batch.text.len());
        loop {
            let byte = self.peek()?;
            let text = self.batch.text.get(begin..).unwrap_or_default();
            match byte {
                None => return Err(no_entry(line, &[b"[", text].concat())),
                Some(_) if text.len() >= LONGEST => {
                    return Err(Error::Line { line, flaw: Flaw::TooLong });
                }
                Some(byte) => {
                    self.source.consume(1);
                    if byte == b']' {
                        break;
                    }
                    self.line += u64::from(byte == b'\n');
                    self.batch.text.push(byte);
                }
            }
        }
        let (end, text) = (self.batch.text.len(), self.batch.text.get(begin..).unwrap_or_default());
        let no_entry = || no_entry(line, &[b"[", text, b"]"].concat());
        let comma = text.iter().position(|byte| *byte == b',').ok_or_else(no_entry)?;
        let string = |range: Range<usize>| {
            let string = within(&self.batch.text, range);
            let text = self.batch.text.get(string.clone()).unwrap_or_default();
            let inner = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
            let is_plain = inner.is_some_and(|it| !it.iter().any(|byte| b"\"\\".contains(byte)));
            is_plain.then(|| string.start + 1..string.end - 1)
        };
        let account = string(begin..begin + comma).ok_or_else(no_entry)?;
        let amount = string(begin + comma + 1..end).ok_or_else(no_entry)?;
        self.batch.raw.push(Raw { line, account, amount });
        Ok(())
    }

    /// The next byte, without taking it.
    fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.source.fill_buf().map_err(Error::io("read the list"))?.first().copied())
    }

    /// The next byte that is not space, without taking it.
    fn beyond_space(&mut self) -> Result<Option<u8>> {
        loop {
            let next = self.peek()?;
            match next {
                Some(byte) if byte.is_ascii_whitespace() => {
                    self.source.consume(1);
                    self.line += u64::from(byte == b'\n');
                }
                _ => return Ok(next),
            }
        }
    }

    /// What stands here is no entry.
    fn no_entry(&mut self) -> Error {
        let line = self.line;
        match self.source.fill_buf() {
            Ok(rest) => no_entry(line, rest.split(|byte| *byte == b'\n').next().unwrap_or(rest)),
            Err(source) => Error::Io { action: "read the list", source },
        }
    }
}

impl<R: BufRead> Iterator for List<R> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(next) = self.parsed.next() {
            return Some(next);
        }
        self.parsed = self.batch().into_iter();
        self.parsed.next()
    }
}

fn no_entry(line: u64, text: &[u8]) -> Error {
    Error::Line { line, flaw: Flaw::NoEntry(shown(text.trim_ascii())) }
}

/// The part of `text` in this range, without the space around it.
fn within(text: &[u8], range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (part.len() - part.trim_ascii_start().len());
    start..start + part.trim_ascii().len()
}
