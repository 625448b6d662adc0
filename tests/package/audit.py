"""Look for known vulnerabilities of the pinned dependencies with pip-audit.

Exits with 1 where there is one. Where the database cannot be asked, as without a network, that is said,
and is no error.
"""

from __future__ import annotations

import json
import subprocess
import sys

_SECONDS = 120
_ARGUMENTS = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--timeout", "10")


def main(pins: str) -> int:
    """Audit the pins, print what was found, and return the exit code."""
    command = [sys.executable, "-m", "pip_audit", "-r", pins, *_ARGUMENTS]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
        told = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return _not_audited(f"no answer within {_SECONDS} s")
    except (ValueError, KeyError):
        return _not_audited((done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1])
    found = [(one["name"], one["version"], flaw) for one in told for flaw in one.get("vulns", ())]
    for name, version, flaw in found:
        print(f"{name} {version}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}")
    skipped = [one["name"] for one in told if "skip_reason" in one]
    if skipped:
        print(
            f"not audited: {len(skipped)} of {len(told)} packages, which the database did not know: {skipped[0]}, ..."
        )
    print(f"audited {len(told) - len(skipped)} of {len(told)} packages: {len(found)} known vulnerabilities")
    return 1 if found else 0


def _not_audited(why: str) -> int:
    print(f"not audited, since the database of vulnerabilities could not be asked: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
