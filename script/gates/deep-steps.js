// The steps of `make deep`: a name, what it does, the command, and the seconds that it took on 2 cores.
"use strict";

/** Fails where a runner ran fewer tests than the number that follows. */
const atLeast = "FORGE_SNAPSHOT_EMIT=false script/at-least";
const PALISADE = "target/release/palisade";
const built = "cargo build --locked --release --package palisade-cli --quiet &&";

const steps = [];
for (const decimals of [6, 8, 18]) {
    steps.push(
        {
            name: `contracts-${decimals}`,
            what: `every contract test with tokens of ${decimals} decimals, 20,000 runs of each fuzz test`,
            command: `DECIMALS=${decimals} FOUNDRY_FUZZ_SEED="$SEED" FOUNDRY_FUZZ_RUNS=20000 ${atLeast} "\${FORGE_TESTS_AT_OTHER_DECIMALS:?start it with make deep}" script/foundry forge test --no-match-path 'test/{gas,invariant}/**'`,
            seconds: 1800,
        },
        {
            name: `invariants-${decimals}`,
            what: `12 times the calls of each campaign (300,000 of the first) with tokens of ${decimals} decimals`,
            command: `DECIMALS=${decimals} FOUNDRY_INVARIANT_RUNS=12 ${atLeast} 6 script/foundry forge test -vv --fuzz-seed "$SEED" --match-path 'test/invariant/*'`,
            seconds: 900,
        },
    );
}
steps.push({
    name: "model",
    what: "200,000 random histories of the model, by itself",
    command: 'PROPTEST_RNG_SEED="$SEED" PROPTEST_CASES=200000 script/at-least 190 cargo test --locked --release --package palisade-model --lib --tests',
    seconds: 900,
});
// In parts, so that a run that was stopped loses one of them at most.
for (let part = 1; part <= 10; part += 1) {
    steps.push({
        name: `fuzz-${part}`,
        what: "5 million actions on the contracts and on the model",
        command: `${built} ${PALISADE} fuzz --seed "\${SEED}${part}" --actions 5000000`,
        seconds: 150,
    });
}
steps.push(
    {
        name: "fuzz-guided",
        what: "5 million actions, chosen by what they reach",
        command: `${built} ${PALISADE} fuzz --seed "$SEED" --actions 5000000 --corpus target/fuzz/corpus`,
        seconds: 300,
    },
    { name: "catch", what: "each bug of test/bugs, below the fast tests", command: "script/catch", seconds: 1500 },
    {
        name: "bite",
        what: "each bug of the core in test/bugs, hunted by fuzzing alone",
        command: `${built} PALISADE=${PALISADE} script/bite`,
        seconds: 1500,
    },
    { name: "prove", what: "all symbolic proofs, their controls, and planted bugs that must break them", command: "script/gates/prove all", seconds: 222 },
    { name: "prove-maths", what: "rounding at 256 bits, with solc's model checker", command: "script/gates/prove-maths", seconds: 70 },
    { name: "mutate", what: "small mistakes in the core, below the tests", command: `${built} SEED=1 COUNT=150 script/gates/mutate`, seconds: 3600 },
    { name: "mutate-rust", what: "small mistakes in the model, below its tests", command: "script/gates/mutate-rust", seconds: 3600 },
    { name: "parsers", what: "every parser, fuzzed for a minute each", command: "script/gates/parsers", seconds: 1200 },
    { name: "reproduce", what: "the same bytecode from two fresh clones", command: "script/gates/reproduce", seconds: 63 },
    { name: "deny", what: "licences, sources and bans of crates", command: "script/gates/deny", seconds: 240 },
);

module.exports = steps;
