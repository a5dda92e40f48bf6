//! What others wrote, as a part of a message.

/// More characters of a text than these tell nobody more: what is wrong stands at its beginning, and where at its end.
const BEGINNING: usize = 300;
const END: usize = 60;

/// A text that somebody else wrote, on one line, for a message: each run of white space becomes a space, other control
/// characters are escaped (a terminal would obey them), and of what is too long the middle is left out.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = words.chars().count();
    if length <= BEGINNING + END {
        return escaped(words.chars());
    }
    let end = words.chars().skip(length - END);
    format!("{} … {}", escaped(words.chars().take(BEGINNING)), escaped(end))
}

fn escaped(letters: impl Iterator<Item = char>) -> String {
    let mut line = String::new();
    for letter in letters {
        if letter.is_control() {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_line_that_does_nothing_to_a_terminal() {
        assert_eq!(one_line(" a\n\tb\r\n c "), "a b c");
        assert_eq!(one_line("red \u{1b}[31m"), "red \\u{1b}[31m");
        assert_eq!(one_line("\u{85}"), "");
    }

    #[test]
    fn of_what_is_too_long_both_ends_are_kept() {
        let long = one_line(&format!("{} at line 7", "é ".repeat(10_000)));
        assert_eq!(long.chars().count(), BEGINNING + 3 + END);
        assert!(long.starts_with("é é") && long.ends_with("é at line 7"), "{long}");
        let exact = "a".repeat(BEGINNING + END);
        assert_eq!(one_line(&exact), exact);
    }
}
