"""A program: ``python -m servers.steered_main CONFIG TIME``. Workers load it again and find it empty."""

import sys
from datetime import datetime
from pathlib import Path

if __name__ == "__main__":
    from servers.steered import main

    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
