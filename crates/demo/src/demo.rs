use std::{io::Write, time::Duration};

use palisade_devnet::Devnet;

use crate::{
    Report, Result,
    cast::{Asset, Who},
    forecast::{Expected, forecast},
    format::duration,
    narrate::Narrator,
    player::Player,
    quantity::Quantity,
    script::Beat,
    story,
};

/// The story, ready to be played.
#[derive(Clone, Copy, Debug, Default)]
pub struct Demo {
    sabotage: bool,
    colour: bool,
}

/// How long after a failure anvil may take to be known as dead.
const MOMENT: Duration = Duration::from_millis(200);

impl Demo {
    /// An epoch of a live chain in seconds, 7 days. Any length will do that the play does not outlast.
    pub const EPOCH_LENGTH: u64 = 7 * 24 * 3_600;

    /// Expects one unit too much in one place: exactly one check must fail then.
    #[must_use]
    pub const fn sabotage(mut self, sabotage: bool) -> Self {
        self.sabotage = sabotage;
        self
    }

    /// Narrates in colours, as a terminal can show them.
    #[must_use]
    pub const fn colour(mut self, colour: bool) -> Self {
        self.colour = colour;
        self
    }

    /// Plays the story on a fresh network and narrates it to `out`. Checks that fail are no error: see
    /// [`Report::is_ok`].
    ///
    /// # Errors
    /// A transaction that is refused (or one that should be and is not), a network that is not fresh or dies, or a
    /// narration that cannot be written.
    pub async fn play(self, net: &Devnet, out: &mut dyn Write) -> Result<Report> {
        let script = story::script();
        // Before the first transaction: nothing that the chain says can reach the model.
        let mut expected = forecast(&script)?;
        let mut voice = Narrator::new(out, self.colour);
        let about = format!(
            "on chain {} at {}, where an epoch lasts {}",
            net.chain_id(),
            net.url(),
            duration(net.epoch_length())
        );
        voice.title("Palisade", &about)?;
        voice.note("An independent model has computed beforehand what must come of it. The checks compare.")?;
        if self.sabotage {
            spoil(&script, &mut expected);
            voice.verdict("Sabotage: alice is expected to leave with 1 unit too much.", false)?;
        }
        let outcome = Player::new(net, voice)?.play(&script, &expected).await;
        match outcome {
            Ok(report) => Ok(report),
            // That anvil died is the cause of whatever failed just then.
            Err(error) => match tokio::time::timeout(MOMENT, net.died()).await {
                Ok(death) => Err(death.into()),
                Err(_) => Err(error),
            },
        }
    }
}

/// Adds one unit to what alice should have in the end.
fn spoil(script: &[Beat], expected: &mut [Expected]) {
    let spoilt = Quantity::Wallet(Who::Alice, Asset::REth);
    let last = script
        .iter()
        .zip(expected)
        .rev()
        .find(|(beat, _)| matches!(beat, Beat::Agree { quantity, .. } if *quantity == spoilt));
    if let Some((_, Expected::Value(value))) = last {
        *value += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sabotage_spoils_one_expectation() {
        let script = story::script();
        let truth = forecast(&script).unwrap();
        let mut spoilt = truth.clone();
        spoil(&script, &mut spoilt);
        assert_eq!(truth.iter().zip(&spoilt).filter(|(a, b)| a != b).count(), 1);
    }
}
