//! Palisade: e2e.
