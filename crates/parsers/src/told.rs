//! What holds of every text.

/// The bytes as text; parsers of text are given no others.
pub(crate) fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// No message is longer, whatever came in. Arguments of a nested refusal are the longest.
const LONGEST: usize = 6_000;

/// It is a message for people: one line, not too long, and nothing in it that a terminal would obey.
pub(crate) fn assert_told(message: &str) {
    assert!(!message.trim().is_empty(), "nothing is told");
    assert!(!message.contains(char::is_control), "{message:?} is not one plain line");
    assert!(message.len() <= LONGEST, "{} bytes are told: {message}", message.len());
}
