"""Write the example files of `examples/` anew from the published tables they are taken from.

    python scripts/make_examples.py [FOLDER]

FOLDER holds `bristol/` and `uk/` as the Open SDG repositories of the two offices publish them (default: ../shared/data).
The results are committed: nobody needs the sources to run the demonstration.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bristol_tables import write_bristol
from uk_message import write_uk

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    write_bristol(source / "bristol", ROOT / "examples" / "bristol")
    for line in write_uk(source / "uk", ROOT / "examples" / "uk" / "national.xml"):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
