//! What the chain tells of a quantity.

use alloy::primitives::{Address, U256};
use palisade_bindings::{DevToken, Lens, RebasingWrapper, RewardsDistributor};
use palisade_deploy::ask;

use crate::{
    Result,
    calls::Book,
    cast::{Asset, Operator, Pool, Set, Terms, Who},
    chain::{ANSWER, Chain},
    format::{duration, share},
    pay::{DROP, EVER, STREAM},
    quantity::Quantity,
};

impl Chain<'_> {
    /// Reads a quantity. None is larger than 128 bits; one that were would read as the largest number and fail its
    /// check.
    pub(crate) async fn observe(&self, quantity: Quantity) -> Result<u128> {
        let value = match quantity {
            Quantity::Epoch => U256::from(self.net.epoch().await?.0),
            Quantity::Wallet(who, asset) => self.balance(asset, self.book.person(who)).await?,
            Quantity::Vault(asset) => self.balance(asset, self.book.vault).await?,
            Quantity::Burned(asset) => {
                let vault = self.net.vault();
                let nobody = vault.BURN_ADDRESS();
                let nobody = ask(ANSWER, "read the burn address", nobody.call()).await?;
                self.balance(asset, nobody).await?
            }
            Quantity::Supply(asset) => {
                let token = DevToken::new(self.book.asset(asset), self.net.provider());
                ask(ANSWER, "read a supply", token.totalSupply().call()).await?
            }
            Quantity::Rate => self.worth(U256::from(Asset::WstEth.one())).await?,
            Quantity::Worth(who) => {
                let shares = self.balance(Asset::WstEth, self.book.person(who)).await?;
                self.worth(shares).await?
            }
            Quantity::StakeLeft(asset) => {
                let mut shares = U256::ZERO;
                for pool in Pool::all_of(asset) {
                    shares += self.pool(pool).await?.1;
                }
                shares
            }
            Quantity::ExitsLeft => self.exits_left().await?,
            Quantity::PoolAssets(pool) => self.pool(pool).await?.0,
            Quantity::PoolShares(pool) => self.pool(pool).await?.1,
            Quantity::Generation(pool) => self.pool(pool).await?.2,
            Quantity::Position(..) | Quantity::SharesAt(..) | Quantity::Exit(..) => {
                self.claim(quantity).await?
            }
            Quantity::Outlook(..) | Quantity::AtRisk(..) => self.foretold(quantity).await?,
            Quantity::Cap(asset) => {
                let vault = self.net.vault();
                let cap = vault.depositCapOf(self.book.asset(asset));
                ask(ANSWER, "read a deposit cap", cap.call()).await?
            }
            Quantity::Purse(who) => self.rewards(self.book.person(who)).await?,
            Quantity::Held(desk) => self.rewards(self.book.desk(desk)).await?,
            Quantity::Claimable(..)
            | Quantity::Commission(..)
            | Quantity::Collectable(_)
            | Quantity::StreamDue
            | Quantity::Dropped(_) => self.owed(quantity).await?,
            _ => self.promise(quantity).await?,
        };
        Ok(value.saturating_to())
    }

    /// What stakers hold.
    async fn claim(&self, quantity: Quantity) -> Result<U256> {
        let vault = self.net.vault();
        Ok(match quantity {
            Quantity::Position(who, pool) => {
                let value = vault.positionValue(self.pool_id(pool).await?, self.book.person(who));
                ask(ANSWER, "read a position", value.call()).await?
            }
            Quantity::SharesAt(who, pool, epoch) => {
                let (id, owner) = (self.pool_id(pool).await?, self.book.person(who));
                let shares = vault.sharesAt(id, owner, U256::from(epoch));
                ask(ANSWER, "read history", shares.call()).await?
            }
            Quantity::Exit(who, pool, epoch) => {
                let (id, owner) = (self.pool_id(pool).await?, self.book.person(who));
                let value = vault.exitValue(id, U256::from(epoch), owner);
                ask(ANSWER, "read an exit", value.call()).await?
            }
            _ => U256::ZERO,
        })
    }

    /// What is owed in reward tokens, and by what rate.
    async fn owed(&self, quantity: Quantity) -> Result<U256> {
        let (rewards, token) = (self.net.rewards(), self.book.reward);
        Ok(match quantity {
            Quantity::Claimable(who, pool) => {
                let claim = RewardsDistributor::Claim { pool: self.pool_id(pool).await?, token };
                let amounts = rewards.claimable(self.book.person(who), EVER, vec![claim]);
                first(&ask(ANSWER, "read what is earned", amounts.call()).await?)
            }
            Quantity::Commission(op, epoch) => {
                let rate = rewards.commissionAt(self.book.person(op.who()), U256::from(epoch));
                ask(ANSWER, "read a commission", rate.call()).await?
            }
            Quantity::Collectable(op) => {
                let amount = rewards.commissionOf(self.book.person(op.who()), token);
                ask(ANSWER, "read what is collectable", amount.call()).await?
            }
            Quantity::StreamDue => {
                let streams = self.net.streams();
                ask(ANSWER, "read what a stream owes", streams.due(STREAM).call()).await?
            }
            Quantity::Dropped(who) => {
                let drops = self.net.drops();
                let claimed = drops.claimedOf(DROP, self.book.person(who));
                ask(ANSWER, "read what a drop has paid", claimed.call()).await?
            }
            _ => U256::ZERO,
        })
    }

    /// What the Lens foretells.
    async fn foretold(&self, quantity: Quantity) -> Result<U256> {
        let lens = self.net.lens();
        let mut sets = Set::ALL.map(|set| self.book.set(set).packed());
        sets.sort();
        Ok(match quantity {
            Quantity::Outlook(op, asset, ahead) => {
                let (operator, strategy) = (self.book.person(op.who()), self.book.asset(asset));
                let pools = lens.pools(vec![Lens::PoolRef { operator, strategy }], sets.to_vec());
                let pools = ask(ANSWER, "read a pool's outlook", pools.call()).await?;
                pools.first().map_or(U256::ZERO, |pool| pool.outlook[usize::from(ahead)].loss)
            }
            Quantity::AtRisk(who, asset, ahead) => {
                let mut pools = Vec::new();
                for pool in Pool::all_of(asset) {
                    pools.push(self.pool_id(pool).await?);
                }
                pools.sort();
                let owners = vec![self.book.person(who)];
                let now = U256::from(self.net.epoch().await?.0);
                let owners = lens.owners(owners, pools, sets.to_vec(), now);
                let owners = ask(ANSWER, "read an owner's risk", owners.call()).await?;
                let holding = owners.first().and_then(|owner| owner.holdings.first());
                holding.map_or(U256::ZERO, |holding| holding.risk[usize::from(ahead)].loss)
            }
            _ => U256::ZERO,
        })
    }

    /// What operators promise.
    async fn promise(&self, quantity: Quantity) -> Result<U256> {
        let manager = self.net.manager();
        let place = |op: Operator, asset| (self.book.person(op.who()), self.book.asset(asset));
        Ok(match quantity {
            Quantity::Guaranteed(set, op, asset) => {
                let (operator, strategy) = place(op, asset);
                let set = self.book.set(set).into();
                let stake = manager.guaranteedStake(set, strategy, vec![operator]);
                first(&ask(ANSWER, "read guaranteed stake", stake.call()).await?)
            }
            Quantity::Slashable(set, op, asset) => {
                let (operator, strategy) = place(op, asset);
                let set = self.book.set(set).into();
                let stake = manager.slashableStake(set, strategy, vec![operator]);
                first(&ask(ANSWER, "read slashable stake", stake.call()).await?)
            }
            Quantity::Allocated(set, op, asset) => {
                let (operator, strategy) = place(op, asset);
                let allocation =
                    manager.allocationOf(self.book.set(set).into(), operator, strategy);
                ask(ANSWER, "read an allocation", allocation.call()).await?.current
            }
            Quantity::Left(op, asset) => self.budget(op, asset).await?.0,
            Quantity::Committed(op, asset) => self.budget(op, asset).await?.1,
            Quantity::WorstCase(op, asset) => {
                let (operator, strategy) = place(op, asset);
                let losses = manager.worstCaseLoss(strategy, vec![operator]);
                first(&ask(ANSWER, "read the worst case", losses.call()).await?)
            }
            Quantity::Proposed(set, op, asset) => {
                let (operator, strategy) = place(op, asset);
                let proposal = manager.proposalOf(self.book.set(set).into(), operator, strategy);
                ask(ANSWER, "read a proposal", proposal.call()).await?.wad
            }
            Quantity::Contested(op, asset) => {
                let (operator, strategy) = place(op, asset);
                let until = manager.contestedUntil(operator, strategy);
                ask(ANSWER, "read a pool's mark", until.call()).await?
            }
            _ => U256::ZERO,
        })
    }

    /// A set's terms as they stand, in words.
    pub(crate) async fn terms(&self, set: Set) -> Result<String> {
        let manager = self.net.manager();
        let terms = manager.termsOf(self.book.set(set).into());
        let terms = ask(ANSWER, "read a set's terms", terms.call()).await?;
        Ok(self.book.in_words(&terms))
    }

    async fn balance(&self, asset: Asset, owner: Address) -> Result<U256> {
        let token = DevToken::new(self.book.asset(asset), self.net.provider());
        Ok(ask(ANSWER, "read a balance", token.balanceOf(owner).call()).await?)
    }

    async fn rewards(&self, owner: Address) -> Result<U256> {
        let token = DevToken::new(self.book.reward, self.net.provider());
        Ok(ask(ANSWER, "read a balance", token.balanceOf(owner).call()).await?)
    }

    /// What shares of the wrapper can be changed back for.
    async fn worth(&self, shares: U256) -> Result<U256> {
        let wrapper = RebasingWrapper::new(self.book.asset(Asset::WstEth), self.net.provider());
        Ok(ask(ANSWER, "read the wrapper's rate", wrapper.convertToAssets(shares).call()).await?)
    }

    /// Assets, shares and generation.
    async fn pool(&self, pool: Pool) -> Result<(U256, U256, U256)> {
        let vault = self.net.vault();
        let state = vault.poolState(self.pool_id(pool).await?);
        let state = ask(ANSWER, "read a pool", state.call()).await?;
        Ok((state.assets, state.shares, state.generation))
    }

    /// Left and committed.
    async fn budget(&self, operator: Operator, asset: Asset) -> Result<(U256, U256)> {
        let manager = self.net.manager();
        let budget = manager.budgetOf(self.book.person(operator.who()), self.book.asset(asset));
        let budget = ask(ANSWER, "read a budget", budget.call()).await?;
        Ok((budget.left, budget.committed))
    }

    async fn exits_left(&self) -> Result<U256> {
        let vault = self.net.vault();
        let mut left = U256::ZERO;
        for &(who, pool, epoch) in &self.exits {
            let (id, owner) = (self.pool_id(pool).await?, self.book.person(who));
            let exit = vault.exitOf(id, U256::from(epoch), owner);
            if !ask(ANSWER, "read an exit", exit.call()).await?.is_zero() {
                left += U256::ONE;
            }
        }
        Ok(left)
    }
}

impl Book {
    /// The terms that a set was given, in words.
    pub(crate) fn given(&self, terms: &Terms) -> String {
        self.in_words(&self.terms(terms))
    }

    fn in_words(&self, terms: &palisade_bindings::AllocationManager::Terms) -> String {
        let name = |address: Address| {
            let named = self.names().find(|(named, _)| *named == address);
            named.map_or_else(|| address.to_string(), |(_, name)| name.to_owned())
        };
        let fate = if terms.recipient.is_zero() {
            "burned".to_owned()
        } else {
            format!("to {}", name(terms.recipient))
        };
        let cap = u64::try_from(terms.cap)
            .map_or_else(|_| terms.cap.to_string(), |cap| share(crate::cast::Share(cap)));
        format!(
            "{} slashes, {cap} an epoch at most, {fate}, window {}, resolver {}, registrar {}, conditions {}",
            name(terms.slasher),
            duration(terms.window.saturating_to()),
            name(terms.resolver),
            terms.registrar,
            terms.conditions,
        )
    }
}

fn first(stakes: &[U256]) -> U256 {
    stakes.first().copied().unwrap_or_default()
}

/// Everybody and everything whose balance the report tells.
pub(crate) fn wallets() -> Vec<(String, Quantity)> {
    let mut wallets = Vec::new();
    for who in Who::STAKERS.into_iter().chain([Who::Treasury1]) {
        for asset in Asset::ALL {
            wallets.push((who.name().to_owned(), Quantity::Wallet(who, asset)));
        }
    }
    let earners = Who::STAKERS.into_iter().chain([Who::Operator1, Who::Operator2]);
    for who in earners.chain([Who::Avs1, Who::Avs2]) {
        wallets.push((who.name().to_owned(), Quantity::Purse(who)));
    }
    for asset in Asset::ALL {
        wallets.push(("burned".to_owned(), Quantity::Burned(asset)));
    }
    for asset in Asset::ALL {
        wallets.push(("vault".to_owned(), Quantity::Vault(asset)));
    }
    wallets
}
