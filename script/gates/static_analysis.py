"""static_analysis.py ROOT BUILD_INFO ACCEPTED OUT: runs slither over the project in ROOT, whose syntax trees stand in the folder
BUILD_INFO, and writes to the folder OUT:

  findings.txt  what slither finds, medium and above, that ACCEPTED does not name: one line each, and slither's description
  stale.txt     what ACCEPTED names that slither does not find any more
  counts.txt    how many findings there are of each impact, accepted ones among them
  table.txt     who may write what

ACCEPTED has a line for each finding, and below one or more of them, indented, the reason why they are no bugs. A finding is
named by its detector, the function or variable it is about, and the code in question: a line that moves changes nothing.
"""

import inspect
import sys
from collections import Counter
from pathlib import Path

from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector

from who_writes_what import table

DEPLOYED = ("core", "governance", "periphery", "rewards")
JUDGED = ("High", "Medium")


def name_of(finding: dict) -> str:
    elements = finding["elements"]
    code = sorted({e["name"] for e in elements if e["type"] == "node"})
    home, *_ = [e for e in elements if e["type"] != "node"] or elements
    parent = home.get("type_specific_fields", {}).get("parent", {})
    where = [home["name"]]
    while parent:
        where.insert(0, parent["name"])
        parent = parent.get("type_specific_fields", {}).get("parent", {})
    # Contracts alone have parents in turn: files are left out.
    where = [part for part in where if not part.endswith(".sol")]
    return " ".join([finding["check"], ".".join(where), *([f"| {'; '.join(code)}"] if code else [])])


def read_accepted(path: Path) -> set[str]:
    """Checks that each line has a reason."""
    names: list[str] = []
    waiting: list[str] = []
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            waiting.clear()
        else:
            names.append(line.strip())
            waiting.append(line.strip())
    if waiting or len(set(names)) != len(names):
        sys.exit(f"error: {path}: without a reason, or twice: {waiting or [n for n, k in Counter(names).items() if k > 1]}")
    return set(names)


def main(root: str, build_info: str, accepted_file: str, out: str) -> None:
    accepted = read_accepted(Path(accepted_file))
    slither = Slither(
        root, ignore_compile=True, foundry_build_info_directory=str(Path(build_info).resolve()), filter_paths=["node_modules/"]
    )
    for _, detector in inspect.getmembers(all_detectors, inspect.isclass):
        if issubclass(detector, AbstractDetector) and detector is not AbstractDetector:
            slither.register_detector(detector)
    findings = [finding for results in slither.run_detectors() for finding in results]
    judged = {name_of(f): f["description"] for f in findings if f["impact"] in JUDGED}

    folder = Path(out)
    new = sorted(set(judged) - accepted)
    (folder / "findings.txt").write_text("".join(f"{name}\n    {judged[name].strip()}\n" for name in new))
    (folder / "stale.txt").write_text("".join(f"{name}\n" for name in sorted(accepted - set(judged))))
    counts = Counter(f["impact"] for f in findings)
    impacts = ("High", "Medium", "Low", "Informational", "Optimization")
    (folder / "counts.txt").write_text(", ".join(f"{counts[i]} {i.lower()}" for i in impacts) + "\n")

    def is_deployed(contract) -> bool:
        folders = Path(contract.file_scope.filename.relative).parts
        plain = not (contract.is_interface or contract.is_library or contract.is_abstract)
        return plain and folders[0] == "contracts" and folders[1] in DEPLOYED

    (folder / "table.txt").write_text(table([c for c in slither.contracts if is_deployed(c)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
