//! What others wrote, as a part of a message.

/// More of a text than this tells nobody more.
const LONGEST: usize = 400;

/// A text that somebody else wrote, on one line, for a message: each run of white space becomes a space, other control characters are escaped (a terminal
/// would obey them), and what is too long is cut.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        for letter in word.chars() {
            if line.len() >= LONGEST {
                line.push('…');
                return line;
            }
            if letter.is_control() {
                line.extend(letter.escape_default());
            } else {
                line.push(letter);
            }
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
    fn is_cut_where_it_is_too_long() {
        let long = one_line(&"ab ".repeat(10_000));
        assert!(long.len() < LONGEST + 10 && long.ends_with('…'), "{long}");
        let exact = "a".repeat(LONGEST);
        assert_eq!(one_line(&exact), exact);
    }
}
