"""Drive one harness with atheris: ``python tests/fuzz/run_fuzz.py HARNESS SECONDS``. Run by ``make fuzz``.

What breaks a promise is written to tests/fuzz/found/HARNESS/ and stays there: the tests try it for good.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]

with atheris.instrument_imports(include=["mailwatch", "imapclient", "mailparser", "fuzz"]):
    from fuzz import harnesses
    from fuzz.seeds import SEEDS, WORDS


def main(name: str, seconds: str) -> None:
    found = HERE / "found" / name
    found.mkdir(parents=True, exist_ok=True)
    corpus = Path(tempfile.mkdtemp(prefix=f"mailwatch-fuzz-{name}-"))
    for n, seed in enumerate((*SEEDS[name], *(p.read_bytes() for p in found.glob("*.bin")))):
        (corpus / f"seed-{n}").write_bytes(seed)
    words = corpus.parent / f"{corpus.name}.dict"
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in WORDS))
    options = [
        f"-max_total_time={seconds}", "-max_len=8192", "-timeout=25", "-rss_limit_mb=3000", "-verbosity=1",
        "-print_final_stats=1", f"-dict={words}", f"-artifact_prefix={found}/", str(corpus),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], harnesses.HARNESSES[name])
    atheris.Fuzz()


def _quoted(word: bytes) -> str:
    return "".join(chr(b) if chr(b).isalnum() else f"\\x{b:02x}" for b in word)


def every(seconds: str) -> int:
    """All harnesses, one after another, each in a process of its own; how many failed."""
    names = ("mail", "copy", "number", "quotes", "config", "imap")
    return sum(bool(subprocess.call([sys.executable, __file__, name, seconds])) for name in names)


if __name__ == "__main__":
    if sys.argv[1] == "all":
        sys.exit(every(sys.argv[2]))
    main(sys.argv[1], sys.argv[2])
