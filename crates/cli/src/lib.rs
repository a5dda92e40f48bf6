//! Palisade: cli.
