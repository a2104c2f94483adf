"""Run the command line: ``python -m spikon_async.cli``."""

import sys

from spikon_async.cli import main

if __name__ == "__main__":
    sys.exit(main())
