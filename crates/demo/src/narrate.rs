//! Tells the story to a person, line by line.

use std::{
    io::{self, Write},
    mem,
};

use comfy_table::{Cell, CellAlignment, Color, LineStyle, Table, TableStyle};

use crate::{cast::Who, chain::Done, format::number};

/// How wide the column of deeds is.
const DEED: usize = 78;

/// How wide the column of names of checks is.
const CHECK: usize = 76;

/// Writes the narration.
pub(crate) struct Narrator<'a> {
    out: &'a mut (dyn Write + 'a),
    colour: bool,
    chapters: usize,
    /// Whether the latest line is empty.
    apart: bool,
}

/// How something is shown on a terminal.
#[derive(Clone, Copy, Debug)]
enum Ink {
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Cyan,
}

/// A cell of a table.
pub(crate) enum Entry {
    Label(String),
    Value(String),
    Loss(String),
    Gain(String),
}

/// Nothing but a line under the head.
const PLAIN: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A check as it is shown.
pub(crate) struct Shown<'a> {
    pub(crate) name: &'a str,
    /// What a person is shown of the value; the exact ones are shown where they differ.
    pub(crate) value: &'a str,
    pub(crate) expected: &'a str,
    pub(crate) actual: &'a str,
    pub(crate) ok: bool,
}

impl<'a> Narrator<'a> {
    pub(crate) fn new(out: &'a mut (dyn Write + 'a), colour: bool) -> Self {
        Self { out, colour, chapters: 0, apart: true }
    }

    /// What comes now, and what it is about.
    pub(crate) fn title(&mut self, title: &str, about: &str) -> io::Result<()> {
        self.part()?;
        let (title, about) = (self.ink(Ink::Bold, title), self.ink(Ink::Dim, about));
        self.line(&format!("{title}  {about}"))
    }

    pub(crate) fn chapter(&mut self, title: &str) -> io::Result<()> {
        self.part()?;
        self.chapters += 1;
        let title = self.ink(Ink::Bold, &format!("{}  {title}", self.chapters));
        self.line(&title)?;
        if self.chapters > 1 {
            return Ok(());
        }
        let (epoch, block, who, does, gas) = ("epoch", "block", "who", "does", "gas");
        let head = format!("   {epoch:>5} {block:>5}  {who:<10}  {does:<DEED$} {gas:>7}");
        let head = self.ink(Ink::Dim, &head);
        self.line(&head)
    }

    /// Something that a person should know.
    pub(crate) fn note(&mut self, text: &str) -> io::Result<()> {
        let text = self.ink(Ink::Dim, text);
        self.line(&format!("{:28}{text}", ""))
    }

    /// A transaction that was mined.
    pub(crate) fn step(&mut self, epoch: u32, who: Who, deed: &str, done: &Done) -> io::Result<()> {
        let (block, gas) = (done.block, number(done.gas));
        let who = self.ink(Ink::Cyan, &format!("{who:<10}"));
        self.line(&format!("   {epoch:>5} {block:>5}  {who}  {deed:<DEED$} {gas:>7}"))
    }

    /// A call that was refused.
    pub(crate) fn refused(
        &mut self,
        epoch: u32,
        who: Who,
        deed: &str,
        reason: &str,
    ) -> io::Result<()> {
        let who = self.ink(Ink::Cyan, &format!("{who:<10}"));
        let reason = self.ink(Ink::Yellow, &format!("refused: {reason}"));
        self.line(&format!("   {epoch:>5} {:>5}  {who}  {deed}", "–"))?;
        self.line(&format!("{:28}{reason}", ""))
    }

    /// Time that passes.
    pub(crate) fn travel(&mut self, to: u32, passed: &str, why: &str) -> io::Result<()> {
        let line = self.ink(Ink::Yellow, &format!("››› {passed} on, epoch {to}: {why}"));
        self.line(&format!("   {line}"))
    }

    pub(crate) fn table(
        &mut self,
        title: &str,
        head: &[String],
        rows: Vec<Vec<Entry>>,
    ) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(PLAIN).force_no_tty();
        if self.colour {
            table.enforce_styling();
        }
        let right = |text: &String| Cell::new(text).set_alignment(CellAlignment::Right);
        let mut header = vec![Cell::new(head.first().map_or("", String::as_str))];
        header.extend(head.iter().skip(1).map(right));
        table.set_header(header);
        for row in rows {
            table.add_row(row.into_iter().map(Entry::cell));
        }
        self.part()?;
        let title = self.ink(Ink::Bold, title);
        self.line(&format!("    {title}"))?;
        for line in table.lines() {
            self.line(&format!("   {}", line.trim_end()))?;
        }
        self.part()
    }

    /// Begins a list of checks.
    pub(crate) fn group(&mut self, name: &str) -> io::Result<()> {
        let name = self.ink(Ink::Dim, name);
        self.line(&format!("   {name}"))
    }

    pub(crate) fn check(&mut self, shown: &Shown<'_>) -> io::Result<()> {
        let Shown { name, value, expected, actual, ok } = *shown;
        if ok {
            let mark = self.ink(Ink::Green, "✓");
            return self.line(&format!("     {mark} {name:<CHECK$}  {value}"));
        }
        let text = format!("✗ {name}: expected {expected}, the chain says {actual}");
        let text = self.ink(Ink::Red, &text);
        self.line(&format!("     {text}"))
    }

    /// The end of it, or something else that must not be overlooked.
    pub(crate) fn verdict(&mut self, text: &str, ok: bool) -> io::Result<()> {
        self.part()?;
        let text = self.ink(if ok { Ink::Green } else { Ink::Red }, text);
        self.line(&text)
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        self.apart = false;
        self.write(&format!("{text}\n"))
    }

    /// Leaves one line empty.
    fn part(&mut self) -> io::Result<()> {
        if mem::replace(&mut self.apart, true) { Ok(()) } else { self.write("\n") }
    }

    /// That nobody reads it any more is no error: the story is played to its end.
    fn write(&mut self, text: &str) -> io::Result<()> {
        match self.out.write_all(text.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    fn ink(&self, ink: Ink, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Bold => 1,
            Ink::Dim => 2,
            Ink::Red => 31,
            Ink::Green => 32,
            Ink::Yellow => 33,
            Ink::Cyan => 36,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

impl Entry {
    fn cell(self) -> Cell {
        let right = |text| Cell::new_owned(text).set_alignment(CellAlignment::Right);
        match self {
            Self::Label(text) => Cell::new_owned(text),
            Self::Value(text) => right(text),
            Self::Loss(text) => right(text).fg(Color::Red),
            Self::Gain(text) => right(text).fg(Color::Green),
        }
    }

    /// What became of an amount.
    pub(crate) fn change(before: u128, after: u128, text: String) -> Self {
        match after.cmp(&before) {
            std::cmp::Ordering::Less => Self::Loss(text),
            std::cmp::Ordering::Equal => Self::Value(text),
            std::cmp::Ordering::Greater => Self::Gain(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(colour: bool, tell: impl Fn(&mut Narrator<'_>) -> io::Result<()>) -> String {
        let mut text = Vec::new();
        tell(&mut Narrator::new(&mut text, colour)).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn colours_are_used_only_where_they_are_wanted() {
        let tell = |voice: &mut Narrator<'_>| {
            voice.chapter("One")?;
            voice.note("a note")?;
            let rows = vec![vec![Entry::Label("a".to_owned()), Entry::Loss("−1".to_owned())]];
            voice.table("Table", &[String::new(), "change".to_owned()], rows)?;
            voice.verdict("the end", false)
        };
        assert!(!told(false, tell).contains('\x1b'));
        let coloured = told(true, tell);
        assert!(coloured.contains("\x1b[31mthe end\x1b[0m"), "{coloured:?}");
    }

    #[test]
    fn tables_have_a_line_under_the_head_and_one_empty_line_on_either_side() {
        let text = told(false, |voice| {
            voice.note("before")?;
            let row = || vec![Entry::Label("alice".to_owned()), Entry::Value("12".to_owned())];
            voice.table("Table", &[String::new(), "rETH".to_owned()], vec![row(), row()])?;
            voice.chapter("After")
        });
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        assert_eq!(&lines[..4], ["before", "", "Table", "rETH"]);
        assert!(lines[4].chars().all(|c| c == '─'), "{text}");
        assert_eq!(&lines[5..9], ["alice     12", "alice     12", "", "1  After"]);
    }

    #[test]
    fn a_failed_check_tells_both_values() {
        let shown = Shown { name: "a", value: "1 rETH", expected: "2", actual: "1", ok: false };
        let text = told(false, |voice| voice.check(&shown));
        assert_eq!(text.trim(), "✗ a: expected 2, the chain says 1");
    }
}
