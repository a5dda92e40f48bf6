use std::{
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use palisade_rewards::tree::{Progress, Step};

use crate::output;

/// How far a tree is: a bar on a terminal, a line every ten seconds elsewhere.
pub(super) struct Bar {
    shown: ProgressBar,
    step: Option<Step>,
    on_terminal: bool,
    told: Instant,
}

impl Bar {
    pub(super) fn new() -> Self {
        let on_terminal = io::stderr().is_terminal();
        let shown = if on_terminal { ProgressBar::no_length() } else { ProgressBar::hidden() };
        Self { shown, step: None, on_terminal, told: Instant::now() }
    }
}

impl Progress for Bar {
    fn tell(&mut self, step: Step, done: u64, of: Option<u64>) {
        let name = match step {
            Step::Read => "reading",
            Step::Sort => "sorting",
            Step::Hash => "hashing",
            Step::Dump => "writing the tree",
            Step::Prove => "writing proofs",
            _ => "working",
        };
        if self.step != Some(step) {
            self.step = Some(step);
            let template = match of {
                Some(_) => "{msg}: {bar:30} {human_pos} of {human_len}, {per_sec}, {eta} left",
                None => "{msg}: {human_pos}, {per_sec}",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.shown.set_style(style);
            }
            self.shown.reset();
            self.shown.set_message(name);
        }
        self.shown.set_length(of.unwrap_or(done));
        self.shown.set_position(done);
        if !self.on_terminal && self.told.elapsed() >= Duration::from_secs(10) {
            self.told = Instant::now();
            let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
            output::note(&format!("{name}: {done}{of}"));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.shown.finish_and_clear();
    }
}
