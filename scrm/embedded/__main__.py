"""Where bin/* enters; runs on the machine's own Python before there is an environment."""

import sys
from pathlib import Path

# Run as a folder, Python puts this folder first, where redis.py would hide the real package.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from scrm.embedded.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
