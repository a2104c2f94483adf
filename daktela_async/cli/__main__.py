"""Run the command line: ``python -m daktela_async.cli``."""

import sys

from daktela_async.cli import main

if __name__ == "__main__":
    sys.exit(main())
