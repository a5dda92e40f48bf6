// What @openzeppelin/merkle-tree makes of the same payouts. Reads standard input, prints one JSON object.
//   node peer.mjs of          of values, [["0x…", "1"], …]: root, proofs in their order, and the dump as text
//   node peer.mjs load        of a dump: root and proofs of the tree that is loaded, which the library checks
//   node peer.mjs bench STEP  of values: how long the tree takes, and the proof of every STEP-th, in ms; peak memory in bytes
import { readFileSync } from "node:fs";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";

const [command, step] = process.argv.slice(2);
const given = JSON.parse(readFileSync(0, "utf8"));
const encoding = ["address", "uint256"];

function shown(tree) {
    return { root: tree.root, proofs: [...tree.entries()].map(([index]) => tree.getProof(index)) };
}

function bench() {
    const begun = performance.now();
    const tree = StandardMerkleTree.of(given, encoding);
    const built = performance.now();
    let proofs = 0;
    for (let index = 0; index < given.length; index += Number(step)) {
        tree.getProof(index);
        proofs++;
    }
    const proven = performance.now();
    const memory = process.resourceUsage().maxRSS * 1024;
    return { root: tree.root, tree: built - begun, proofs, proving: proven - built, memory };
}

function of() {
    const tree = StandardMerkleTree.of(given, encoding);
    return { ...shown(tree), dump: JSON.stringify(tree.dump()) };
}

const commands = { of, bench, load: () => shown(StandardMerkleTree.load(given)) };
process.stdout.write(JSON.stringify(commands[command]()));
