//! Palisade: devnet.
