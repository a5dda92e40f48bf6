# Two commands do everything: `make demo` and `make test`. They need Rust, Node and make; the rest they install below
# this folder. `make help` lists all.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

FOUNDRY := script/foundry
# Forge's lint shares no cache with its build: mixed, they can make it find no tests.
FORGE_LINT := FOUNDRY_CACHE_PATH=target/forge-lint/cache FOUNDRY_OUT=target/forge-lint/out $(FOUNDRY) forge
BIN := $(or $(CARGO_TARGET_DIR),target)/debug
RELEASE := $(or $(CARGO_TARGET_DIR),target)/release
# The least numbers of tests that must have run: raise them with every test added.
FORGE_TESTS := 1600
FORGE_TESTS_AT_OTHER_DECIMALS := 1532
RUST_TESTS := 600
export FORGE_TESTS_AT_OTHER_DECIMALS

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)

##@ The two that matter

.PHONY: demo
demo: tools ## Build, start a local chain, and play the whole story on it
	@script/say "building palisade (a few minutes the first time)"
	@cargo build --locked --workspace --bins
	@$(BIN)/palisade demo

.PHONY: test
test: tools lint test-contracts test-rust gates ## Every check and every test
	@script/say "all checks and tests passed$$(sed 's/^/; SKIPPED: /' target/gates/skipped | tr -d '\n')"

##@ Parts of them

.PHONY: tools
tools: node_modules/.package-lock.json ## Install Foundry, solc and the Solidity libraries below node_modules
	@command -v cargo >/dev/null || { echo "error: cargo is missing; install Rust from https://rustup.rs" >&2; exit 1; }

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo "error: npm is missing; install Node.js 20 or newer" >&2; exit 1; }
	@script/say "installing the pinned tools below node_modules (npm ci)"
	@npm ci --prefer-offline --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: lint
lint: tools ## Formatting, compiler warnings, lints, links, and trees
	@script/say "formatting"
	@$(FOUNDRY) forge fmt --check
	@cargo fmt --all --check
	@script/say "warnings and lints"
	@$(FORGE_LINT) build --deny warnings --skip test --skip script --quiet
	@$(FORGE_LINT) lint --deny warnings --quiet
	@script/check-trees
	@script/check-docs
	@script/check-cases
	@for patch in test/bugs/*.patch; do git apply --check "$$patch" || \
		{ echo "error: $$patch does not fit the contracts any more" >&2; exit 1; }; done
	@found=0; grep -rnE 'new (StakeVault|AllocationManager|Genesis|Governance|GovernanceGenesis|Router|Lens|RebasingWrapper|MerkleDrops|RewardStreams|RewardsDistributor)\b' test script --include='*.sol' || found=$$?; [[ $$found -eq 1 ]] || \
		{ echo "error: tests compile without IR: deploy contracts from their artifacts, not with new" >&2; exit 1; }
	@cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
	@RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet

.PHONY: build
build: tools ## Compile the contracts and the Rust workspace
	@$(FOUNDRY) forge build
	@cargo build --locked --workspace

.PHONY: test-contracts
test-contracts: tools ## Solidity tests; gas, layouts, ABIs and sizes against the committed snapshots
	@script/say "contracts"
	@rm -rf target/snapshots
	@FOUNDRY_SNAPSHOTS=target/snapshots FORGE_SNAPSHOT_EMIT=true script/at-least $(FORGE_TESTS) $(FOUNDRY) forge test
	@for group in core periphery rewards; do \
		diff -u snapshots/$$group.json target/snapshots/$$group.json || \
			{ echo "error: gas differs from snapshots/$$group.json; if it should: make snapshots, and commit it" >&2; exit 1; }; \
	done
	@script/gas-table
	@script/snapshot --check
	@for decimals in 6 8; do \
		script/say "contracts, with tokens of $$decimals decimals (and 64 fuzz runs)"; \
		DECIMALS=$$decimals FOUNDRY_FUZZ_RUNS=64 FORGE_SNAPSHOT_EMIT=false script/at-least $(FORGE_TESTS_AT_OTHER_DECIMALS) \
			$(FOUNDRY) forge test --no-match-path 'test/{gas,invariant}/**'; \
	done

.PHONY: test-rust
test-rust: tools ## Rust tests, and the committed artifacts against the compiler's output
	@script/say "artifacts against the compiler's output"
	@# With the tests at once: without them the crates below have other features, and would be built twice.
	@cargo build --locked --workspace --bins --tests --quiet
	@$(BIN)/palisade-artifacts --check
	@script/say "rust"
	@if cargo nextest --version >/dev/null 2>&1; then \
		script/at-least $(RUST_TESTS) cargo nextest run --locked --workspace --status-level fail --no-fail-fast; \
	else \
		script/at-least $(RUST_TESTS) cargo test --locked --workspace --lib --bins --tests; \
	fi
	@cargo test --locked --workspace --doc --quiet

.PHONY: gates
gates: tools ## Static analysis, symbolic proofs, coverage, licences; says what it skips for want of Python
	@script/gates/deep-control
	@script/gates/quick

##@ Now and then

.PHONY: fuzz
fuzz: tools ## Hunt for disagreement between the contracts and the model: a million actions
	@script/say "building palisade for speed (a few minutes the first time)"
	@cargo build --locked --release --package palisade-cli --quiet
	@$(RELEASE)/palisade fuzz --actions 1000000

.PHONY: devnet
devnet: tools ## A local chain with everything deployed and funded, until Ctrl-C
	@cargo build --locked --workspace --bins
	@$(BIN)/palisade devnet

.PHONY: catch
catch: tools ## Put each bug of test/bugs below the fast tests, and show which test catches it
	@script/catch

# Always the whole workspace: to build one package alone would mean other features, and building everything again.
.PHONY: artifacts
artifacts: tools ## Recompile the contracts into the artifacts that the bindings embed
	@cargo build --locked --workspace --bins --quiet
	@$(BIN)/palisade-artifacts

.PHONY: snapshots
snapshots: tools ## Write the gas, storage layouts, ABIs and sizes that a review compares
	@$(FOUNDRY) forge test --match-path 'test/gas/*'
	@script/gas-table --write
	@script/snapshot

.PHONY: fmt
fmt: tools ## Format everything
	@$(FOUNDRY) forge fmt
	@cargo fmt --all

.PHONY: deep
deep: tools ## Long campaigns: hours, resumed where they were stopped (STEPS="catch bite": only these)
	@script/gates/deep $(STEPS)

.PHONY: bench
bench: tools ## How fast a devnet starts and the fuzzer runs
	@cargo bench --locked --workspace

.PHONY: clean
clean: ## Remove what was built (not what was installed)
	@rm -rf target out cache
