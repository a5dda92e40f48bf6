//! Logs of a core as bytes, so that a fuzzer can write them.

use alloy::primitives::{Address, B256, Bytes, Log};
use palisade_replay::{Core, Error, Event, Replay};

use crate::told::assert_told;

/// Where the contracts stand; another address is anybody's.
const CORE: Core = Core {
    vault: Address::repeat_byte(1),
    allocation_manager: Address::repeat_byte(2),
    distributor: Address::repeat_byte(3),
};

/// The timestamp that the first log counts from.
const BEGIN: u64 = 1_000;

/// So many logs are read at most: enough for what one can do to the next.
const MOST: usize = 64;

/// A log as bytes: seconds since the one before (2 bytes), whose it is (1: 0 the vault, 1 the allocation manager, 2 the
/// rewards distributor),
/// the number of topics (1), the topics, the length of the data (2), and the data.
#[must_use]
pub fn frame(seconds: u16, contract: u8, topics: &[B256], data: &[u8]) -> Vec<u8> {
    let mut bytes = seconds.to_be_bytes().to_vec();
    bytes.push(contract);
    bytes.push(u8::try_from(topics.len()).unwrap_or(u8::MAX));
    for topic in topics {
        bytes.extend_from_slice(topic.as_slice());
    }
    bytes.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend_from_slice(data);
    bytes
}

/// Reads a frame, and takes it from the front of the bytes.
fn unframe(bytes: &mut &[u8]) -> Option<(u16, Log)> {
    let mut take = |length: usize| {
        let (part, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        Some(part)
    };
    let seconds = u16::from_be_bytes(take(2)?.try_into().ok()?);
    let address = match take(1)?[0] {
        0 => CORE.vault,
        1 => CORE.allocation_manager,
        2 => CORE.distributor,
        other => Address::repeat_byte(other),
    };
    let count = usize::from(take(1)?[0]);
    let topics =
        (0..count.min(5)).map(|_| take(32).map(B256::from_slice)).collect::<Option<_>>()?;
    let length = u16::from_be_bytes(take(2)?.try_into().ok()?);
    let data = Bytes::copy_from_slice(take(usize::from(length))?);
    Some((seconds, Log::new(address, topics, data)?))
}

/// Logs of a core, one after the other. They are taken where they are those of a chain.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn logs(mut data: &[u8]) -> bool {
    let (mut replay, mut time) = (Replay::new(), BEGIN);
    for _ in 0..MOST {
        if data.is_empty() {
            break;
        }
        let Some((seconds, log)) = unframe(&mut data) else { return false };
        time += u64::from(seconds);
        let event = match Event::read(CORE, &log) {
            Ok(Some(event)) => event,
            Ok(None) => {
                let known = [CORE.vault, CORE.allocation_manager, CORE.distributor];
                assert!(!known.contains(&log.address));
                continue;
            }
            Err(error) => {
                assert_told(&error.to_string());
                return false;
            }
        };
        assert_eq!(Some(&event.topic()), log.topics().first());
        let before = replay.clone();
        if let Err(error) = replay.apply(time, &event) {
            // A log that does not fit leaves no trace, and is named.
            assert_eq!(replay, before, "{error} left a trace");
            assert!(matches!(error, Error::Misfit { .. }));
            assert!(error.to_string().contains(event.name()), "{error}");
            assert_told(&error.to_string());
            return false;
        }
        assert_eq!(replay.applied(), before.applied() + 1);
    }
    // What stands can be stored: fields fit their words, and are read back from them.
    let storages = [replay.vault_storage(), replay.manager_storage(), replay.distributor_storage()];
    for word in storages.iter().flat_map(|storage| storage.values()) {
        let fields = word.place.decode(word.word);
        assert!(fields.iter().all(|(name, _)| *name != "unused"), "{} has {fields:?}", word.place);
    }
    data.is_empty() && replay.applied() > 0 && replay.owes().is_none()
}
