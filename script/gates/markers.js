// Puts markers into Solidity sources: each function, each statement and each side of each decision leaves a file in hits/ when it
// first runs in a process of forge. The sources mean the same otherwise: a marker costs gas and bytes, and writes to memory beyond
// the free pointer. It works in views and pure functions, and what it has written stays where the transaction reverts.
"use strict";

const HOOK_FILE = "contracts/Cover.sol";

/** A marker is a number below 2^16; its file is named by its four hexadecimal digits, as letters from a to p. */
const HOOK = `// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

interface Recorder {
    function envExists(string calldata name) external view returns (bool);
    function setEnv(string calldata name, string calldata value) external;
    function writeFile(string calldata path, string calldata data) external;
}

/// @dev A function that calls, taken for one that does not: so it may stand everywhere.
function __ran(uint256 marker) pure {
    function(uint256) internal view calls = __record;
    function(uint256) internal pure silent;
    assembly ("memory-safe") { silent := calls }
    silent(marker);
}

function __is(bool answer, uint256 marker) pure returns (bool) {
    __ran(answer ? marker : marker + 1);
    return answer;
}

/// @dev Asks for an environment variable of that name first, for that is cheaper than a file. Called statically even to write,
/// since views run too: forge does not mind.
function __record(uint256 marker) view {
    bytes4 exists = Recorder.envExists.selector;
    bytes4 set = Recorder.setEnv.selector;
    bytes4 write = Recorder.writeFile.selector;
    assembly ("memory-safe") {
        let vm := 0x7109709ECfa91a80626fF3989D68f67F5b1DD12D
        let m := mload(0x40)
        let low := or(and(marker, 0xf), shl(4, and(marker, 0xf0)))
        let high := or(shl(8, and(marker, 0xf00)), shl(12, and(marker, 0xf000)))
        let name := shl(224, add(0x61616161, or(low, high)))
        mstore(m, exists)
        mstore(add(m, 0x04), 0x20)
        mstore(add(m, 0x24), 4)
        mstore(add(m, 0x44), name)
        if iszero(staticcall(gas(), vm, m, 0x64, m, 0x20)) { revert(0, 0) }
        if iszero(mload(m)) {
            mstore(m, set)
            mstore(add(m, 0x04), 0x40)
            mstore(add(m, 0x24), 0x80)
            mstore(add(m, 0x44), 4)
            mstore(add(m, 0x64), name)
            mstore(add(m, 0x84), 1)
            mstore(add(m, 0xa4), "1")
            if iszero(staticcall(gas(), vm, m, 0xc4, 0, 0)) { revert(0, 0) }
            mstore(m, write)
            mstore(add(m, 0x04), 0x40)
            mstore(add(m, 0x24), 0x80)
            mstore(add(m, 0x44), 9)
            mstore(add(m, 0x64), or("hits/", shr(40, name)))
            mstore(add(m, 0x84), 0)
            if iszero(staticcall(gas(), vm, m, 0xa4, 0, 0)) { revert(0, 0) }
        }
    }
}
`;

const BLOCKS = new Set(["Block", "UncheckedBlock"]);
const BODIES = ["trueBody", "falseBody", "body"];
/** What this knows how to walk, or to leave as it is. Another one would be left out silently. */
const KNOWN = new Set([
    ...BLOCKS,
    ...["IfStatement", "ForStatement", "WhileStatement", "TryStatement", "Break", "Continue", "Return", "InlineAssembly"],
    ...["EmitStatement", "ExpressionStatement", "RevertStatement", "VariableDeclarationStatement"],
]);

/**
 * @param sources texts by file
 * @param treeOf the syntax tree of a file
 * @param isWanted whether a file gets markers
 * @returns the sources with markers, and what is marked: each with its marker (`code`), kind (function, statement or branch), file,
 * line, the function that holds it, its own text in one line, and for a branch the side of the decision
 */
function mark(sources, treeOf, isWanted) {
    const items = [];
    const marked = { ...sources, [HOOK_FILE]: HOOK };
    for (const file of Object.keys(sources).filter(isWanted)) marked[file] = markFile(file, sources[file], treeOf(file), items);
    return { sources: marked, items };
}

function markFile(file, source, tree, items) {
    // The compiler counts bytes.
    const bytes = Buffer.from(source);
    const textOf = (from, to) => bytes.subarray(from, to).toString();
    const insertions = [];
    let holder;

    function rangeOf({ src }) {
        const [start, length] = src.split(":").map(Number);
        return [start, start + length];
    }

    /** Where something else runs just when this does, it shares the marker of that. */
    function item(kind, from, to, { side, shared } = {}) {
        const line = textOf(0, from).split("\n").length;
        const text = textOf(from, to).replace(/\s+/g, " ").trim();
        const code = shared ?? items.length;
        items.push({ code, kind, file, line, holder, text, side });
        return code;
    }

    /** Where a statement ends, with its semicolon, which all trees leave out but that of a bare `return;`. */
    function endOf(statement) {
        const last = statement.falseBody ?? statement.trueBody ?? statement.body;
        if (last) return endOf(last);
        const [, end] = rangeOf(statement);
        return BLOCKS.has(statement.nodeType) || ["InlineAssembly", "TryStatement"].includes(statement.nodeType) ? end : bytes.indexOf(";", end - 1) + 1;
    }

    const before = (at, text) => insertions.push({ at, text, ends: 0, order: insertions.length });
    const after = (at, text) => insertions.push({ at, text, ends: 1, order: -insertions.length });

    function walkStatement(statement, shared) {
        if (!KNOWN.has(statement.nodeType)) throw new Error(`${file}: a ${statement.nodeType}, which markers.js does not know`);
        const [from, to] = rangeOf(statement);
        if (BLOCKS.has(statement.nodeType)) {
            statement.statements.forEach((child, i) => walkStatement(child, i === 0 ? shared : undefined));
            return;
        }
        // Of one that holds others, the head alone is its text.
        const body = statement.trueBody ?? statement.body ?? statement.clauses?.[0].block;
        const marker = item("statement", from, body ? rangeOf(body)[0] : to, { shared });
        if (shared === undefined) before(from, `__ran(${marker}); `);
        const yes = body && statement.condition ? decide(statement.condition) : undefined;
        for (const [part, child] of Object.entries(statement)) {
            if (part === "clauses") child.forEach((clause, i) => walkClause(statement, clause, i === 0 ? "succeeds" : "fails"));
            else if (!BODIES.includes(part)) walkExpression(child);
            else if (child) walkBody(child, part === "falseBody" ? yes + 1 : yes);
        }
    }

    function walkBody(body, shared) {
        if (BLOCKS.has(body.nodeType)) return walkStatement(body, shared);
        before(rangeOf(body)[0], "{ ");
        walkStatement(body, shared);
        after(endOf(body), " }");
    }

    function walkClause({ externalCall }, { block }, side) {
        const marker = item("branch", ...rangeOf(externalCall), { side });
        before(rangeOf(block)[0] + 1, ` __ran(${marker});`);
        walkStatement(block, marker);
    }

    function decide(condition) {
        const [from, to] = rangeOf(condition);
        before(from, "__is(");
        const yes = item("branch", from, to, { side: "true" });
        after(to, `, ${yes})`);
        item("branch", from, to, { side: "false" });
        return yes;
    }

    function walkExpression(node) {
        if (node === null || typeof node !== "object") return;
        if (node.nodeType === "Conditional") decide(node.condition);
        if (node.nodeType === "BinaryOperation" && ["&&", "||"].includes(node.operator)) {
            decide(node.leftExpression);
            decide(node.rightExpression);
        }
        Object.values(node).forEach(walkExpression);
    }

    function walk(node) {
        if (node.body && ["FunctionDefinition", "ModifierDefinition"].includes(node.nodeType)) {
            holder = node.name || node.kind;
            const [start] = rangeOf(node.body);
            const marker = item("function", rangeOf(node)[0], start);
            before(start + 1, ` __ran(${marker});`);
            walkStatement(node.body, marker);
        } else {
            (node.nodes ?? []).forEach(walk);
        }
    }
    walk(tree);

    // At one place what ends comes before what begins; of two that end, the one that began later; of two that begin, the earlier.
    insertions.sort((a, b) => a.at - b.at || b.ends - a.ends || a.order - b.order);
    const parts = [];
    let done = 0;
    for (const { at, text } of insertions) {
        parts.push(textOf(done, at), text);
        done = at;
    }
    return `${parts.join("")}${textOf(done)}\nimport {__is, __ran} from "palisade/Cover.sol";\n`;
}

module.exports = { mark };
