//! What people and programs read: results on standard output, everything else on standard error.

use std::io::{self, ErrorKind, Write};

use comfy_table::{LineStyle, Row, Table, TableStyle};
use eyre::{Report, Result, WrapErr};
use palisade_artifacts::one_line;
use serde::Serialize;

/// Writes a result to standard output. That nobody reads it (any more) is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.wrap_err("cannot write to standard output"),
    }
}

/// Writes a result as one JSON object on one line.
pub(crate) fn print_json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string(value).wrap_err("cannot write JSON")?;
    print(&format!("{text}\n"))
}

/// A line below the header, and no other.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table as text, with a newline at its end.
pub(crate) fn table<R: Into<Row>>(header: R, rows: impl IntoIterator<Item = R>) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header).add_rows(rows);
    format!("{}\n", table.trim_fmt())
}

/// Tells people something on standard error.
pub(crate) fn note(text: &str) {
    // There is nobody left to tell if it fails.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Tells an error and its causes: on one line, or on one each.
pub(crate) fn error(report: &Report, in_detail: bool) {
    let causes: Vec<String> = report.chain().map(|cause| one_line(&cause.to_string())).collect();
    let separator = if in_detail { "\n  caused by: " } else { ": " };
    note(&format!("error: {}", causes.join(separator)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_does_nothing_to_a_terminal() {
        assert_eq!(one_line("cannot\n read \u{1b}[2J\u{7}"), "cannot read \\u{1b}[2J\\u{7}");
    }

    #[test]
    fn tables_have_a_line_for_each_row() {
        let text = table(vec!["name", "address"], [vec!["a", "0x1"], vec!["b", "0x2"]]);
        assert!(text.ends_with('\n') && text.lines().any(|line| line.contains("name  ")), "{text}");
        assert_eq!(text.lines().filter(|line| line.contains("0x")).count(), 2);
    }
}
