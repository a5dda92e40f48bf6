//! Lists as others write them.

use alloy_primitives::{Address, U256};
use palisade_rewards::tree::{Error, Leaf, List, Tree};

use crate::{payouts, read};

const ONE: &str = "0x1111111111111111111111111111111111111111";
const TWO: &str = "0x2222222222222222222222222222222222222222";

fn leaves(text: &str) -> Vec<(u64, Leaf)> {
    read(text).unwrap().into_iter().map(|entry| (entry.line, entry.leaf)).collect()
}

fn leaf(byte: u8, amount: u64) -> Leaf {
    Leaf { account: Address::repeat_byte(byte), amount: U256::from(amount) }
}

/// The list is refused, with this message.
fn assert_refused(text: &str, wanted: &str) {
    let refused = read(text).and_then(|_| Tree::read(List::new(text.as_bytes())));
    let error = refused.expect_err(text);
    let told = match &error {
        Error::Line { .. } => error.to_string(),
        _ => format!("no line: {error}"),
    };
    assert_eq!(told, wanted, "{text}");
}

#[test]
fn csv_is_read_with_a_header_or_without() {
    let wanted = [leaf(0x11, 5), leaf(0x22, 7)];
    for header in
        ["", "account,amount\n", "Address, Amount\r\n", "\u{feff}\"account\",\"amount\"\n", "\n\n"]
    {
        let text = format!("{header}{ONE},5\r\n\n \"{TWO}\" ,\t\"7\"");
        let first = 1 + header.matches('\n').count() as u64;
        assert_eq!(leaves(&text), [(first, wanted[0]), (first + 2, wanted[1])], "{text}");
    }
}

#[test]
fn json_is_read_by_lines_or_as_one_array() {
    let wanted = [leaf(0x11, 5), leaf(0x22, 7)];
    let lines = format!("[\"{ONE}\", \"5\"]\n\n [ \"{TWO}\",\n\"7\" ] ");
    assert_eq!(leaves(&lines), [(1, wanted[0]), (3, wanted[1])]);
    let array = format!("\n[\n  [\"{ONE}\",\"5\"],\n  [\"{TWO}\",\"7\"]\n]\n");
    assert_eq!(leaves(&array), [(3, wanted[0]), (4, wanted[1])]);
    let close = format!("[[\"{ONE}\",\"5\"],[\"{TWO}\",\"7\"]]");
    assert_eq!(leaves(&close), [(1, wanted[0]), (1, wanted[1])]);
    assert_eq!(leaves("[ ]"), []);
}

/// However the bytes of a list come, it is the same list.
#[test]
fn a_list_may_come_in_pieces() {
    let list = payouts(40);
    let json: Vec<_> =
        list.iter().map(|it| format!("[\"{}\", \"{}\"]", it.account, it.amount)).collect();
    let csv = format!("\u{feff}account,amount\n{}", crate::csv(&list));
    for text in [csv, json.join("\n"), format!("[{}]", json.join(", "))] {
        let pieces = std::io::BufReader::with_capacity(3, text.as_bytes());
        let read: Vec<_> = List::new(pieces).map(|it| it.unwrap().leaf).collect();
        assert_eq!(read, list, "{text}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_value() {
    let not_an_entry = "is not an entry: `account,amount`, or [\"account\", \"amount\"] in JSON";
    let cases = [
        (format!("{ONE},5\n0x12,7\n"), "line 2: \"0x12\" is not an address: 0x and 40 hexadecimal digits".to_owned()),
        (format!("vitalik.eth,5\n{ONE},5\n"), "line 1: \"vitalik.eth\" is not an address: 0x and 40 hexadecimal digits".to_owned()),
        (
            "\n0xD8dA6BF26964aF9D7eEd9e03E53415D37aA96045,5".to_owned(),
            "line 2: \"0xD8dA6BF26964aF9D7eEd9e03E53415D37aA96045\" has a wrong checksum; if it is the right account, it is written 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045".to_owned(),
        ),
        (format!("{},5", Address::ZERO), "line 1: the account is zero".to_owned()),
        (format!("account,amount\n{ONE},1.5"), "line 2: \"1.5\" is not an amount: decimal digits alone, in the token's smallest unit".to_owned()),
        (format!("{ONE},-1"), "line 1: \"-1\" is not an amount: decimal digits alone, in the token's smallest unit".to_owned()),
        (format!("{ONE},"), "line 1: \"\" is not an amount: decimal digits alone, in the token's smallest unit".to_owned()),
        (
            format!("{ONE},{0}0", U256::MAX),
            format!("line 1: \"{}0\" is more than 2^256 - 1", U256::MAX),
        ),
        (
            format!("{ONE},{}\n{TWO},1", U256::MAX),
            "line 2: with 1, all amounts come to more than 2^256 - 1".to_owned(),
        ),
        (format!("{ONE},5\n{TWO},6\n\n{ONE},7"), format!("line 4: {ONE} is there already, on line 1")),
        (ONE.to_owned(), format!("line 1: \"{ONE}\" {not_an_entry}")),
        (format!("{ONE},1,000"), format!("line 1: \"{ONE},1,000\" {not_an_entry}")),
        (format!("[[\"{ONE}\",\"5\"],]"), format!("line 1: \"]\" {not_an_entry}")),
        (format!("[[\"{ONE}\",\"5\"]\n[\"{TWO}\",\"5\"]]"), format!("line 2: \"[\\\"{TWO}\\\",\\\"5\\\"]]\" {not_an_entry}")),
        (format!("[[\"{ONE}\",\"5\"]"), "line 1: the array does not end: its last `]` is missing".to_owned()),
        (format!("[[\"{ONE}\",\"5\"]] 1"), format!("line 1: \"1\" {not_an_entry}")),
        (format!("[[\"{ONE}\",5]]"), format!("line 1: \"[\\\"{ONE}\\\",5]\" {not_an_entry}")),
        (format!("[\"{ONE}\",\"5\""), format!("line 1: \"[\\\"{ONE}\\\",\\\"5\\\"\" {not_an_entry}")),
        (format!("{ONE},5\n{}", "9".repeat(2_000)), "line 2: the entry is longer than 1024 bytes".to_owned()),
        (format!("[\"{ONE}\",\"{}\"]", "9".repeat(2_000)), "line 1: the entry is longer than 1024 bytes".to_owned()),
    ];
    for (text, wanted) in cases {
        assert_refused(&text, &wanted);
    }
}

/// The first mistake is the one that is told, and nothing comes after it.
#[test]
fn the_first_mistake_ends_the_list() {
    let text = format!("{ONE},5\n{TWO},x\nnothing\n{TWO},7\n");
    let read: Vec<_> = List::new(text.as_bytes()).collect();
    assert_eq!(read.len(), 2);
    assert!(read[0].is_ok());
    assert!(read[1].as_ref().unwrap_err().to_string().starts_with("line 2: \"x\""));
}
