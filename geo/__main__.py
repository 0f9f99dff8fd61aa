"""Hand ``python -m geo`` over to the commands."""

import sys

from commands.main import main

if __name__ == "__main__":
    sys.exit(main())
