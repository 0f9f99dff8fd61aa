"""axe-core on a page or a frame that is open."""

import json
from importlib.resources import files

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def axe_findings(target):
    """Return every finding of axe: impact, rule, selector, markup."""
    target.evaluate(AXE)
    # Without the lists of what passes, which are long and which nobody reads.
    report = target.evaluate(
        "async () => JSON.stringify((await axe.run(document, "
        "{iframes: false, resultTypes: ['violations']})).violations)"
    )
    return [
        (rule["impact"], rule["id"], " ".join(map(str, node["target"])), node["html"][:160])
        for rule in json.loads(report)
        for node in rule["nodes"]
    ]
