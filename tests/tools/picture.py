"""Renders the sample digest to ``docs/digest-ko.png`` and ``docs/digest-en.png``, for the README.

    python tests/tools/picture.py [FOLDER]

Needs Chromium; where there is none it says so and leaves the pictures as they are.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from fakes.digest_turns import in_english_too, model, turned  # noqa: E402 - found through the line above
from fakes.digests import ENGLISH, KOREAN  # noqa: E402 - stands with the other imports

from mailwatch.adapters.catalog import catalog  # noqa: E402 - stands with the other imports
from mailwatch.adapters.templates import Templates  # noqa: E402 - stands with the other imports
from mailwatch.core.reminders import Recipient  # noqa: E402 - stands with the other imports

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH, HEIGHT = 680, 1960


def browser() -> str | None:
    """The path of a Chromium, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def take(
    program: str, page: str, picture: Path, width: int = WIDTH, height: int = HEIGHT, *, dark: bool = False
) -> None:
    """A picture of ``page`` (HTML) as a window of this size shows it."""
    with TemporaryDirectory(prefix="mwpicture") as folder:
        source = Path(folder) / "digest.html"
        source.write_text(page, encoding="utf-8")
        command = [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
            f"--window-size={width},{height}",
            f"--screenshot={picture}",
            *(["--blink-settings=preferredColorScheme=0"] if dark else []),
            source.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def page(reader: Recipient) -> str:
    """The sample digest in the reader's language."""
    korean = turned(replace(model(), reviews=()))
    return Templates(catalog).html(in_english_too() if reader.language == "en" else korean, reader)


def main(folder: Path) -> int:
    program = browser()
    if program is None:
        sys.stdout.write(
            "No Chromium was found (Debian: apt install chromium); the pictures stay as they are.\n"
        )
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    for reader in (KOREAN, ENGLISH):
        picture = folder / f"digest-{reader.language}.png"
        take(program, page(reader), picture)
        sys.stdout.write(f"{picture}: {picture.stat().st_size // 1024} KiB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"))
