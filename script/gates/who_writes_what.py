"""Who may write what: for each contract that is deployed, its entry points, each with what it writes, what it refuses to
which `msg.sender`, and whom it calls. Read from slither's intermediate form, through all internal calls, with parameters,
pointers and names put in: `_positions[pool][owner].position`, whatever the function that writes it calls them.

Slither's own printer of that kind, vars-and-auth, leaves out what is written through a storage pointer that is a parameter,
conditions on a parameter that is `msg.sender`, what such a condition itself depends on, and whose record is written.
"""

from slither.core.cfg.node import Node, NodeType
from slither.core.declarations import Contract, Function
from slither.core.variables.local_variable import LocalVariable
from slither.core.variables.state_variable import StateVariable
from slither.slithir.operations import (
    Assignment,
    Binary,
    BinaryType,
    Condition,
    Delete,
    HighLevelCall,
    Index,
    InitArray,
    InternalCall,
    InternalDynamicCall,
    Length,
    LibraryCall,
    LowLevelCall,
    Member,
    NewArray,
    NewContract,
    NewStructure,
    OperationWithLValue,
    Return,
    Send,
    SolidityCall,
    Transfer,
    TypeConversion,
    Unary,
    Unpack,
)
from slither.slithir.variables import Constant, ReferenceVariable

HEAD = """\
Who may write what, as script/gates/slither reads it from the contracts. `script/gates/slither --write` rewrites it.

  locked  whether the function holds its contract's lock; or the internal functions that do
  refuses where all of a line holds, the call reverts; of these lines, those in which msg.sender plays a part
  writes  storage, through all internal calls; `where`: then alone, if msg.sender plays a part in it
  calls   what may be called of other contracts, but for views, likewise; a library's function stands for the calls it makes

  A name that is not a parameter is a local one of the function that writes or calls; `name@function` where a parameter
  has the same.
"""

LOCK = "nonReentrant"
LOCKED = {LOCK, f"{LOCK}View"}
SENDER = "msg.sender"
# User-defined operators, which are functions to slither.
OPERATORS = {
    "eq": "==", "neq": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "wadLt": "<", "wadGt": ">", "add": "+", "sub": "-",
}
# What is longer goes by its name.
LONGEST = 100


class Row:
    """What is found of one entry point, each once, in the order in which it happens."""

    def __init__(self, entry: Function) -> None:
        self.names = {p.name for p in entry.parameters}
        # As the contract has them: called by `super`, slither gives a base's own, whose calls know no overrides.
        self.functions = {f.canonical_name: f for f in entry.contract.functions_and_modifiers}
        self.locked: list[str] = []
        self.refuses: list[str] = []
        self.writes: list[str] = []
        self.calls: list[str] = []
        # Fields of structs in memory that are set once.
        self.structs: dict[str, dict[str, str]] = {}

    @staticmethod
    def note(where: list[str], what: str) -> None:
        if what not in where:
            where.append(what)

    def refuse(self, conditions: list[str]) -> None:
        if any(SENDER in condition for condition in conditions):
            self.note(self.refuses, together(conditions))


def together(conditions: list[str]) -> str:
    mixed = len(conditions) > 1
    return " and ".join(f"({c})" if mixed and (" && " in c or " || " in c) else c for c in conditions)


def reverts(node: Node) -> bool:
    return node.type == NodeType.THROW or any(
        isinstance(ir, SolidityCall) and ir.function.name.startswith("revert") for ir in node.irs
    )


def is_lock(modifier: Function) -> bool:
    """Only OpenZeppelin's: one that is called like it may do nothing."""
    return modifier.name in LOCKED and modifier.contract_declarer.name == "ReentrancyGuardTransient"


def enclosing(node: Node) -> list[tuple[Node, bool]]:
    """The conditions that hold where this node is reached, but for those that revert where they do not hold."""
    found = []
    above = node.dominators | {node}
    for test in sorted(above, key=lambda n: n.node_id):
        if test.type not in (NodeType.IF, NodeType.IFLOOP) or test == node:
            continue
        for branch, other, holds in ((test.son_true, test.son_false, True), (test.son_false, test.son_true, False)):
            if branch not in above:
                continue
            # After the test, which only one branch comes to: the other one returns, or reverts.
            if branch.type == NodeType.ENDLOOP:
                continue
            if branch.type == NodeType.ENDIF and (set(branch.fathers) != {test} or other is None or reverts(other)):
                continue
            found.append((test, holds))
    return found


class Walk:
    """A function as an entry point comes to it: under which conditions, and what its parameters stand for."""

    def __init__(self, row: Row, function: Function, names: dict, when: list[str], through: tuple) -> None:
        self.row, self.function, self.when, self.through = row, function, when, through
        # What parameters and locals stand for, what intermediate values are, and what was returned.
        self.names = dict(names)
        self.values: dict = {}
        self.returned: list[str] = []
        self.tests: dict[Node, str] = {}
        operations = [ir for node in function.nodes for ir in node.irs if getattr(ir, "lvalue", None) is not None]
        targets = [ir.lvalue for ir in operations]
        self.once = {v for v in targets if isinstance(v, LocalVariable) and targets.count(v) == 1 and v not in function.parameters}
        changed = [v for ir, v in zip(operations, targets) if isinstance(v, ReferenceVariable) and not isinstance(ir, (Index, Member))]
        self.changed = {str(ir.variable_right) for ir in operations if isinstance(ir, Member) and ir.lvalue in changed}

    def run(self) -> None:
        for modifier in self.function.modifiers:
            if is_lock(modifier):
                Row.note(self.row.locked, self.function.name)
            else:
                self.enter(modifier, [], None)
        for node in self.function.nodes:
            for ir in node.irs:
                self.step(node, ir)
            if reverts(node):
                self.row.refuse(self.conditions(node))

    def text(self, value) -> str:
        if isinstance(value, list):
            return ", ".join(self.text(v) for v in value)
        if value in self.values:
            return self.values[value]
        if value in self.names:
            return self.names[value]
        if isinstance(value, Constant):
            if value.value == 2**256 - 1:
                return "max"
            if str(value.type) == "bytes4":
                return f"0x{int(value.value):08x}"
            if isinstance(value.value, str) and not (value.value.isascii() and value.value.isprintable()):
                return f"0x{value.value.encode().hex()}"
        if isinstance(value, (Contract, Function)):
            return value.name
        if isinstance(value, LocalVariable) and value.name in self.row.names and len(self.through) > 1:
            return f"{value.name}@{self.function.name}"
        return str(value)

    def conditions(self, node: Node | None) -> list[str]:
        found = list(self.when)
        for test, holds in enclosing(node) if node else ():
            Row.note(found, self.tests.get(test, "?") if holds else f"!({self.tests.get(test, '?')})")
        return found

    def enter(self, function: Function, arguments: list, node: Node | None) -> str | None:
        """Follows a call into a function. Returns what it returns, where that is one thing."""
        function = self.row.functions.get(function.canonical_name, function)
        if function in self.through or not function.is_implemented:
            return None
        names = {p: self.text(a) for p, a in zip(function.parameters, arguments)}
        inner = Walk(self.row, function, names, self.conditions(node), (*self.through, function))
        inner.run()
        return inner.returned[0] if len(inner.returned) == 1 else None

    def step(self, node: Node, ir) -> None:
        text = self.text
        if isinstance(ir, Index):
            self.values[ir.lvalue] = f"{text(ir.variable_left)}[{text(ir.variable_right)}]"
        elif isinstance(ir, Member):
            left, field = text(ir.variable_left), str(ir.variable_right)
            self.values[ir.lvalue] = self.row.structs.get(left, {}).get(field, f"{left}.{field}")
        elif isinstance(ir, Length):
            self.values[ir.lvalue] = f"{text(ir.value)}.length"
        elif isinstance(ir, Condition):
            self.tests[node] = text(ir.value)
        elif isinstance(ir, Return):
            self.returned.append(text(ir.values))
        elif isinstance(ir, InitArray):
            pass
        else:
            value = self.evaluate(node, ir)
            target = ir.variable if isinstance(ir, Delete) else getattr(ir, "lvalue", None)
            if target is not None and value is not None:
                self.assign(node, target, value, ir)

    def act(self, node: Node, where: list[str], what: str) -> None:
        """Notes a write or a call, with what of msg.sender it depends on."""
        senders = [condition for condition in self.conditions(node) if SENDER in condition]
        Row.note(where, f"{what} where {together(senders)}" if senders else what)

    def assign(self, node: Node, target, value: str, ir) -> None:
        if self.is_stored(target):
            self.act(node, self.row.writes, self.text(target))
        elif isinstance(target, ReferenceVariable) and target in self.values:
            # Memory. What a constructor puts there is what it passes on.
            if self.function.is_constructor:
                self.act(node, self.row.writes, f"{self.text(target)} = {value}, in memory")
        elif isinstance(target, LocalVariable):
            if target not in self.once:
                return
            if isinstance(ir, Assignment) and value in self.row.structs:
                self.row.structs[target.name] = self.row.structs[value]
            elif (len(value) <= LONGEST or target.is_storage) and not value.startswith(("new ", "[")):
                self.names[target] = f"({value})" if str(target.type) == "bool" and " " in value else value
        else:
            self.values[target] = value

    @staticmethod
    def is_stored(target) -> bool:
        origin = target.points_to_origin if isinstance(target, ReferenceVariable) else target
        if isinstance(target, ReferenceVariable) and isinstance(origin, LocalVariable):
            return origin.is_storage
        return isinstance(origin, StateVariable)

    def evaluate(self, node: Node, ir) -> str | None:
        """What an operation yields; what it does is noted."""
        text = self.text
        if isinstance(ir, Assignment):
            return text(ir.rvalue)
        if isinstance(ir, TypeConversion):
            return text(ir.variable)
        if isinstance(ir, Binary):
            logical = ir.type in (BinaryType.ANDAND, BinaryType.OROR)
            sides = [text(side) for side in (ir.variable_left, ir.variable_right)]
            other = " || " if ir.type == BinaryType.ANDAND else " && "
            wrap = [(other in s) if logical else any(f" {b.value} " in s for b in BinaryType) for s in sides]
            return f" {ir.type.value} ".join(f"({s})" if w and not s.endswith(")") else s for s, w in zip(sides, wrap))
        if isinstance(ir, Unary):
            return f"{ir.type.value}{text(ir.rvalue)}"
        if isinstance(ir, Unpack):
            return f"{text(ir.tuple)}.{ir.index}"
        if isinstance(ir, Delete):
            return "0"
        if isinstance(ir, NewContract):
            made = f"new {ir.contract_name}({text(ir.arguments)})"
            self.act(node, self.row.calls, made)
            return made
        if isinstance(ir, NewStructure):
            made = f"{ir.structure_name}({text(ir.arguments)})"
            fields = zip((e.name for e in ir.structure.elems_ordered), ir.arguments)
            self.row.structs[made] = {name: text(a) for name, a in fields if name not in self.changed}
            return made
        if isinstance(ir, NewArray):
            return f"new {ir.array_type}({text(ir.arguments)})"
        if isinstance(ir, SolidityCall):
            return self.builtin(node, ir.function.name.split("(")[0], ir.arguments)
        if isinstance(ir, (LowLevelCall, Send, Transfer)):
            name = getattr(ir, "function_name", "transfer")
            made = f"{text(ir.destination)}.{name}({text(getattr(ir, 'arguments', []))})"
            value = getattr(ir, "call_value", None)
            made += f" with value {text(value)}" if value is not None else ""
            self.act(node, self.row.calls, made)
            return made
        if isinstance(ir, HighLevelCall) and not isinstance(ir, LibraryCall):
            made = f"{text(ir.destination)}.{ir.function_name}({text(ir.arguments)})"
            made += f" with value {text(ir.call_value)}" if ir.call_value is not None else ""
            if not isinstance(ir.function, StateVariable) and not getattr(ir.function, "view", False):
                self.act(node, self.row.calls, made)
            return made
        if isinstance(ir, (InternalCall, LibraryCall)) and isinstance(ir.function, Function):
            return None if getattr(ir, "is_modifier_call", False) else self.call(node, ir.function, ir.arguments)
        if isinstance(ir, InternalDynamicCall):
            self.act(node, self.row.writes, f"whatever {text(ir.function)} does, which only the run knows")
        return str(ir) if isinstance(ir, OperationWithLValue) else None

    def builtin(self, node: Node, name: str, arguments: list) -> str:
        made = f"{name}({self.text(arguments)})"
        if name in ("require", "assert"):
            self.row.refuse([*self.conditions(node), f"!({self.text(arguments[0])})"])
        elif name in ("sstore", "tstore"):
            self.act(node, self.row.writes, made)
        elif name in ("selfdestruct", "call", "callcode", "delegatecall", "create", "create2"):
            self.act(node, self.row.calls, made)
        return made

    def call(self, node: Node, function: Function, arguments: list) -> str:
        texts = [self.text(a) for a in arguments]
        made = f"{function.name}({', '.join(texts)})"
        home = getattr(function, "contract_declarer", None)
        if home is None and function.name in OPERATORS and len(texts) == 2:
            return f" {OPERATORS[function.name]} ".join(texts)
        if home is not None and home.is_library and home.is_from_dependency():
            # A library's word for a call says more than what it does for it.
            if not function.view and not function.pure:
                self.act(node, self.row.calls, made)
            return made
        returned = self.enter(function, arguments, node)
        return SENDER if returned == SENDER else made


def listed(name: str, found: list[str]) -> list[str]:
    return [f"    {name if i == 0 else '':8}{what}" for i, what in enumerate(found)]


def table(contracts: list[Contract]) -> str:
    lines = [HEAD.rstrip()]
    for contract in sorted(contracts, key=lambda c: c.name):
        lines += ["", contract.name]
        has_lock = any(is_lock(m) for m in contract.modifiers)
        entries = [f for f in contract.functions_entry_points if f.is_implemented and not f.is_constructor_variables]
        views = [f for f in entries if f.view or f.pure]
        for function in sorted(set(entries) - set(views), key=lambda f: (not f.is_constructor, f.full_name)):
            row = Row(function)
            bases = [f for f in contract.constructors if f != function] if function.is_constructor else []
            for each in [*bases, function]:
                Walk(row, each, {}, [], (each,)).run()
            lines.append(f"  {function.name}({', '.join(f'{p.type} {p.name}'.strip() for p in function.parameters)})")
            if has_lock and not function.is_constructor:
                own = row.locked == [function.name]
                lines += listed("locked", ["yes"] if own else row.locked or ["no"])
            lines += listed("refuses", row.refuses) + listed("writes", row.writes) + listed("calls", row.calls)
        refusing = {f.name for f in views if any(is_lock(m) for m in f.modifiers)}
        if refusing:
            lines.append(f"  views that refuse while the lock is held: {', '.join(sorted(refusing))}")
        if views:
            lines.append(f"  other views: {', '.join(sorted({f.name for f in views} - refusing))}")
    return "\n".join(lines) + "\n"
