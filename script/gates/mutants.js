// The mutants of a Solidity source: small edits, found in the compiler's syntax tree, so that nearly all of them compile.
// Used by script/gates/mutate; docs/mutation.md lists the operators.
"use strict";

const RELATIONAL = { "<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"], ">=": [">", "<="], "==": ["!="], "!=": ["=="] };
const ARITHMETIC = { "+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "**": "*", "<<": ">>", ">>": "<<", "&": "|", "|": "&" };
const LOGICAL = { "&&": "||", "||": "&&" };
const ASSIGNMENT = { "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|=": "&=", "&=": "|=" };
const COUNTING = { "++": "--", "--": "++" };
/** Functions of the same type that are easily taken for each other. */
const SIBLINGS = { min: "max", max: "min", current: "next", next: "current", side: "current" };

/** All mutants of one file: what to put in place of which bytes, by which operator, and in which function. */
function mutantsOf(file, source, unit) {
    const found = [];
    const seen = new Set();
    const bytes = Buffer.from(source);
    const range = (node) => node.src.split(":").map(Number);
    const text = (node) => {
        const [start, length] = range(node);
        return bytes.subarray(start, start + length).toString();
    };
    const type = (node) => node.typeDescriptions?.typeString ?? "";

    function put(operator, where, start, end, replacement) {
        const original = bytes.subarray(start, end).toString();
        if (original === replacement) return;
        const id = `${start}:${end}:${replacement}`;
        if (seen.has(id)) return;
        seen.add(id);
        const line = bytes.subarray(0, start).toString().split("\n").length;
        found.push({ file, operator, where, line, start, end, replacement });
    }
    function replace(operator, where, node, replacement) {
        const [start, length] = range(node);
        put(operator, where, start, start + length, replacement);
    }
    /** Without the statement; its place may need one. */
    function remove(operator, where, node) {
        const [start, length] = range(node);
        const end = start + length + (bytes[start + length] === 59 ? 1 : 0);
        put(operator, where, start, end, "{}");
    }
    /** The operator between two operands: the only text there, but for brackets, space and comments. */
    function between(left, right, operator) {
        const [start, length] = range(left);
        const [end] = range(right);
        const gap = bytes.subarray(start + length, end).toString();
        const at = gap.indexOf(operator);
        return at < 0 ? undefined : start + length + Buffer.byteLength(gap.slice(0, at));
    }
    const nothing = (name) => {
        if (name === "address") return "address(0)";
        if (/^u?int\d*$/.test(name)) return "0";
        if (name === "bytes32") return "bytes32(0)";
        if (/^[A-Z]\w*$/.test(name)) return `${name}.wrap(0)`;
        return undefined;
    };
    const isRevert = (body) => {
        const statements = body.nodeType === "Block" ? body.statements : [body];
        return statements.length === 1 && statements[0].nodeType === "RevertStatement";
    };

    function binary(node, where) {
        const { operator: op, leftExpression: left, rightExpression: right } = node;
        const at = between(left, right, op);
        const swap = (kind, to) => at !== undefined && put(kind, where, at, at + op.length, to);
        for (const to of RELATIONAL[op] ?? []) swap("relation", to);
        if (ARITHMETIC[op]) swap("arithmetic", ARITHMETIC[op]);
        if (LOGICAL[op]) swap("logic", LOGICAL[op]);
        if (LOGICAL[op] || ARITHMETIC[op]) {
            replace("operand", where, node, text(left));
            if (/^(\+|&|\||&&|\|\|)$/.test(op)) replace("operand", where, node, text(right));
        }
        if (op === "/") replace("rounding", where, node, `(${text(left)} + ${text(right)} - 1) / ${text(right)}`);
    }

    function call(node, where, parent) {
        const args = node.arguments;
        const callee = node.expression;
        const name = callee.memberName ?? callee.name;
        const kind = parent?.nodeType === "EmitStatement" ? "event" : parent?.nodeType === "RevertStatement" ? "error" : "argument";
        for (let i = 0; i + 1 < args.length && !/^(min|max)$/.test(name); i++) {
            const j = args.findIndex((other, k) => k > i && type(other) === type(args[i]) && text(other) !== text(args[i]));
            if (j < 0) continue;
            const [start] = range(args[i]);
            const [from, length] = range(args[j]);
            const gap = bytes.subarray(start + range(args[i])[1], from).toString();
            put(kind, where, start, from + length, text(args[j]) + gap + text(args[i]));
        }
        if (kind === "event") {
            for (const arg of args) {
                if (type(arg) === "bool") replace(kind, where, arg, `!(${text(arg)})`);
                else if (nothing(type(arg))) replace(kind, where, arg, nothing(type(arg)));
            }
        }
        if (SIBLINGS[name]) {
            const [start, length] = range(callee);
            put("sibling", where, start + length - name.length, start + length, SIBLINGS[name]);
        }
        if (name === "ceilDiv") replace("rounding", where, node, `(${text(args[0])}) / (${text(args[1])})`);
        // A cast that checks, without the check.
        const cast = /^toUint(\d+)$/.exec(name);
        if (cast) replace("cast", where, node, `uint${cast[1]}(${text(callee.expression)})`);
    }

    function literal(node, where) {
        if (node.kind === "bool") replace("constant", where, node, node.value === "true" ? "false" : "true");
        if (node.kind !== "number" || /^0x[0-9a-f]{40}$/i.test(node.value)) return;
        if (node.subdenomination) {
            replace("constant", where, node, `(${text(node)} + 1)`);
            replace("constant", where, node, `(${text(node)} - 1)`);
        } else if (/^\d+$/.test(node.value)) {
            const value = BigInt(node.value);
            replace("constant", where, node, String(value + 1n));
            if (value > 0n) replace("constant", where, node, String(value - 1n));
        } else {
            replace("constant", where, node, `(${node.value} + 1)`);
            replace("constant", where, node, `(${node.value} - 1)`);
        }
    }

    function visit(node, where, scope, parent) {
        if (!node || typeof node !== "object") return;
        if (Array.isArray(node)) {
            for (const item of node) visit(item, where, scope, parent);
            return;
        }
        if (!node.nodeType || /TypeName$|^(StructuredDocumentation|UsingForDirective|ImportDirective|InlineAssembly)$/.test(node.nodeType)) return;
        switch (node.nodeType) {
            case "BinaryOperation":
                binary(node, where);
                break;
            case "FunctionCall":
                call(node, where, parent);
                break;
            case "Literal":
                literal(node, where);
                break;
            case "UnaryOperation":
                if (node.operator === "!" || node.operator === "~") replace("negation", where, node, text(node.subExpression));
                if (COUNTING[node.operator] && node.prefix) {
                    replace("arithmetic", where, node, `${COUNTING[node.operator]}${text(node.subExpression)}`);
                }
                break;
            case "Assignment":
                if (ASSIGNMENT[node.operator]) {
                    const at = between(node.leftHandSide, node.rightHandSide, node.operator);
                    put("arithmetic", where, at, at + 2, ASSIGNMENT[node.operator]);
                }
                break;
            case "IfStatement":
                if (isRevert(node.trueBody) && !node.falseBody) remove("guard", where, node);
                else {
                    replace("condition", where, node.condition, "true");
                    replace("condition", where, node.condition, "false");
                }
                break;
            case "Conditional":
                replace("condition", where, node, text(node.trueExpression));
                replace("condition", where, node, text(node.falseExpression));
                break;
            case "ExpressionStatement":
            case "EmitStatement":
                remove("statement", where, node);
                break;
            case "Return":
                if (!node.expression) remove("statement", where, node);
                break;
            case "ModifierInvocation":
                if (node.kind === "modifierInvocation") replace("modifier", where, node, "");
                break;
            case "TupleExpression":
                for (let i = 0; i + 1 < node.components.length; i++) {
                    const [a, b] = [node.components[i], node.components[i + 1]];
                    if (!a || !b || type(a) !== type(b) || text(a) === text(b)) continue;
                    const [start, length] = range(a);
                    const [from, more] = range(b);
                    put("argument", where, start, from + more, text(b) + bytes.subarray(start + length, from).toString() + text(a));
                }
                break;
            case "MemberAccess":
                if (/^type\(enum /.test(type(node.expression)) && type(node).startsWith("enum ")) {
                    const others = scope.enums.get(type(node)) ?? [];
                    const at = others.indexOf(node.memberName);
                    if (at >= 0) replace("enum", where, node, `${text(node.expression)}.${others[(at + 1) % others.length]}`);
                }
                break;
            case "Identifier": {
                const declared = scope.variables?.find(({ id }) => id === node.referencedDeclaration);
                const others = declared ? scope.variables.filter((v) => v.type === declared.type && v.name && v.start < range(node)[0]) : [];
                if (others.length > 1) {
                    const next = others[(others.findIndex(({ id }) => id === declared.id) + 1) % others.length];
                    replace("variable", where, node, next.name);
                }
                break;
            }
        }
        for (const [key, child] of Object.entries(node)) {
            if (/^(typeDescriptions|typeName|documentation|overrides|commonType|argumentTypes|parameters|returnParameters|baseContracts|names|src)$/.test(key)) continue;
            visit(child, where, scope, node);
        }
    }

    /** Parameters and local variables of a function. */
    function variablesOf(fn) {
        const list = [];
        (function gather(node) {
            if (!node || typeof node !== "object") return;
            if (node.nodeType === "VariableDeclaration") {
                list.push({ id: node.id, name: node.name, type: type(node), start: range(node)[0] });
            }
            for (const child of Object.values(node)) gather(child);
        })([fn.parameters, fn.returnParameters, fn.body]);
        return list;
    }

    const enums = unit.enums;
    (function top(node) {
        if (node.nodeType === "FunctionDefinition") {
            if (!node.body) return;
            const where = node.kind === "constructor" ? "constructor" : node.name;
            visit([node.modifiers, node.body], where, { enums, variables: variablesOf(node) });
        } else if (node.nodeType === "VariableDeclaration") {
            if (node.value) visit(node.value, node.name, { enums });
        } else {
            for (const child of node.nodes ?? []) top(child);
        }
    })(unit.ast);
    return found;
}

/** The members of every enum in the syntax trees, by its type. */
function enumsOf(asts) {
    const enums = new Map();
    (function top(node, outer) {
        if (node.nodeType === "EnumDefinition") {
            enums.set(`enum ${outer}${node.name}`, node.members.map(({ name }) => name));
        }
        for (const child of node.nodes ?? []) top(child, node.nodeType === "ContractDefinition" ? `${node.name}.` : "");
    })({ nodes: asts }, "");
    return enums;
}

function apply(source, { start, end, replacement }) {
    const bytes = Buffer.from(source);
    return Buffer.concat([bytes.subarray(0, start), Buffer.from(replacement), bytes.subarray(end)]).toString();
}

/** The lines that a mutant changes, as a diff has them. */
function diffOf(source, mutant) {
    const [before, after] = [source.split("\n"), apply(source, mutant).split("\n")];
    let head = 0;
    while (before[head] === after[head]) head++;
    let tail = 0;
    while (tail < Math.min(before.length, after.length) - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
    const part = (lines, sign) => lines.slice(head, lines.length - tail).map((line) => `${sign} ${line.trim()}`.trimEnd());
    return [...part(before, "-"), ...part(after, "+")].join("\n");
}

module.exports = { mutantsOf, enumsOf, apply, diffOf };
