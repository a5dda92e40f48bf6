//! How far a long piece of work is.

use std::{
    io::{self, IsTerminal},
    sync::Mutex,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// A bar on a terminal, a line every ten seconds elsewhere.
pub(crate) struct Bar {
    pub(crate) shown: ProgressBar,
    on_terminal: bool,
    told: Mutex<Instant>,
}

impl Bar {
    /// One of this length, if it is known, shown as `indicatif`'s template says.
    pub(crate) fn new(length: Option<u64>, template: &str) -> Self {
        let on_terminal = io::stderr().is_terminal();
        let shown = if on_terminal { ProgressBar::no_length() } else { ProgressBar::hidden() };
        if let Some(length) = length {
            shown.set_length(length);
        }
        let it = Self { shown, on_terminal, told: Mutex::new(Instant::now()) };
        it.style(template);
        it
    }

    /// Shows it as this template says from now on.
    pub(crate) fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.shown.set_style(style);
        }
    }

    /// Writes a line where there is no terminal, if the last one was ten seconds ago.
    pub(crate) fn line(&self, text: impl FnOnce() -> String) {
        let Ok(mut told) = self.told.lock() else { return };
        if !self.on_terminal && told.elapsed() >= Duration::from_secs(10) {
            *told = Instant::now();
            output::note(&text());
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.shown.finish_and_clear();
    }
}
