//! Palisade: deploy.
