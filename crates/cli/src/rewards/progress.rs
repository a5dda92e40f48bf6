use palisade_rewards::tree::{Progress, Step};

use crate::progress::Bar;

const COUNTED: &str = "{msg}: {bar:30} {human_pos} of {human_len}, {per_sec}, {eta} left";
const ENDLESS: &str = "{msg}: {human_pos}, {per_sec}";

/// How far a tree is.
pub(super) struct Growth {
    bar: Bar,
    step: Option<Step>,
}

impl Growth {
    pub(super) fn new() -> Self {
        Self { bar: Bar::new(None, ENDLESS), step: None }
    }
}

impl Progress for Growth {
    fn tell(&mut self, step: Step, done: u64, of: Option<u64>) {
        let name = match step {
            Step::Read => "reading",
            Step::Sort => "sorting",
            Step::Hash => "hashing",
            Step::Dump => "writing the tree",
            Step::Prove => "writing proofs",
            _ => "working",
        };
        let shown = &self.bar.shown;
        if self.step != Some(step) {
            self.step = Some(step);
            self.bar.style(if of.is_some() { COUNTED } else { ENDLESS });
            shown.reset();
            shown.set_message(name);
        }
        shown.set_length(of.unwrap_or(done));
        shown.set_position(done);
        self.bar.line(|| {
            let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
            format!("{name}: {done}{of}")
        });
    }
}
