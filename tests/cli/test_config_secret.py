"""Secrets: where they may lie, how they are fetched, and that nothing ever shows one."""

import logging
import os
import pickle
import sys
import traceback
from pathlib import Path

import pytest

from mailwatch.config import Config, Secret, config_hash, load, secret
from mailwatch.config.secret import parse_secret
from mailwatch.errors import ConfigError, TemporaryError

HEAD = "data: /d\ntimezone: Asia/Seoul\n"
NEEDLE = "hunter2-geheim"


def private(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"pass word\n", "pass word"),
        (b"pass\r\n", "pass"),
        (b" kept \n\n", " kept \n"),
        ("비밀".encode(), "비밀"),
    ],
)
def test_file(tmp_path: Path, content: bytes, expected: str) -> None:
    """A secret in a file loses one line break at its end and nothing else."""
    assert expected == Secret("file", (str(private(tmp_path / "s", content)),)).reveal()


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o606, 0o601])
def test_file_open_to_everybody_is_refused(tmp_path: Path, mode: int) -> None:
    """A secret that every user can read is no secret; the mend is one command."""
    path = private(tmp_path / "s", NEEDLE.encode(), mode)
    with pytest.raises(ConfigError, match="every user") as caught:
        Secret("file", (str(path),)).reveal()
    assert f"run: chmod 600 {path}" == str(caught.value.mend)


def test_file_open_to_the_group_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Group-readable files are in use (a group for secrets), so they only warn."""
    path = private(tmp_path / "s", NEEDLE.encode(), 0o640)
    assert NEEDLE == Secret("file", (str(path),)).reveal()
    assert [logging.WARNING] == [record.levelno for record in caplog.records]
    assert NEEDLE not in caplog.text


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty"), (b"\n", "is empty"), (b"\xff\xfe", "is not UTF-8 text")]
)
def test_useless_contents(tmp_path: Path, content: bytes, words: str) -> None:
    """An empty or undecodable secret is told as such, not tried on the server."""
    with pytest.raises(ConfigError, match=words):
        Secret("file", (str(private(tmp_path / "s", content)),)).reveal()


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A missing file is named with the reason."""
    with pytest.raises(ConfigError, match=r"nothing-here cannot be read: No such file"):
        Secret("file", (str(tmp_path / "nothing-here"),)).reveal()


def test_env(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable is read when it is asked for; one that is not set is named."""
    monkeypatch.setenv("MAILWATCH_TEST_SECRET", NEEDLE)
    assert NEEDLE == Secret("env", ("MAILWATCH_TEST_SECRET",)).reveal()
    monkeypatch.delenv("MAILWATCH_TEST_SECRET")
    with pytest.raises(ConfigError, match="MAILWATCH_TEST_SECRET, which holds a secret, is not set"):
        Secret("env", ("MAILWATCH_TEST_SECRET",)).reveal()


def test_credential_in_systemds_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential of the unit wins over one below /etc; the latter is used where there is no unit."""
    unit, etc = tmp_path / "unit", tmp_path / "etc"
    for folder, content in ((unit, b"from the unit"), (etc, b"from etc")):
        folder.mkdir()
        private(folder / "imap", content)
    monkeypatch.setattr(secret, "CREDENTIALS", etc)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(unit))
    assert "from the unit" == Secret("credential", ("imap",)).reveal()
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    assert "from etc" == Secret("credential", ("imap",)).reveal()
    with pytest.raises(ConfigError, match="the credential smtp is neither"):
        Secret("credential", ("smtp",)).reveal()


def test_credential_from_the_folder_that_our_unit_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """LoadCredential=mailwatch:FOLDER calls imap ``mailwatch_imap``; group bits are an ACL mask."""
    private(tmp_path / "mailwatch_imap", b"from the folder", 0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert "from the folder" == Secret("credential", ("imap",)).reveal()
    assert [] == caplog.records
    private(tmp_path / "imap", b"named one by one", 0o440)
    assert "named one by one" == Secret("credential", ("imap",)).reveal()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
def test_credentials_that_we_may_not_look_at_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that belongs to another user is one line for a person, no traceback."""
    monkeypatch.setattr(secret, "CREDENTIALS", tmp_path / "closed")
    private(tmp_path / "imap", b"x")
    (tmp_path / "closed").mkdir(mode=0o000)
    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        Secret("credential", ("imap",)).reveal()


def test_command_runs_without_a_shell() -> None:
    """The words of a command reach the program as they are."""
    words = (sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME; echo `id`")
    assert "$HOME; echo `id`" == Secret("command", words).reveal()


def test_command_that_fails_tells_nothing_of_its_output(caplog: pytest.LogCaptureFixture) -> None:
    """The exit code is told; what the command wrote may be the secret and is not."""
    code = f"import sys; print('{NEEDLE}'); print('{NEEDLE}', file=sys.stderr); sys.exit(3)"
    with pytest.raises(ConfigError, match="failed with exit code 3") as caught:
        Secret("command", (sys.executable, "-c", code)).reveal()
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text + str(caught.value.mend)
    assert NEEDLE not in shown.replace(code, "")


def test_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that does not end is stopped, and another try may succeed."""
    monkeypatch.setattr(secret, "COMMAND_SECONDS", 1)
    with pytest.raises(TemporaryError, match="took longer than 1 seconds"):
        Secret("command", (sys.executable, "-c", "import time; time.sleep(60)")).reveal()


def test_command_that_is_not_there() -> None:
    """A program that does not exist is named."""
    with pytest.raises(ConfigError, match="/no/such/program, which fetches a secret, cannot be run"):
        Secret("command", ("/no/such/program",)).reveal()


@pytest.mark.parametrize(
    "value",
    [
        NEEDLE,
        {"file": "a", "env": "b"},
        {"fil": NEEDLE},
        {"x": NEEDLE},
        {"file": 7},
        {"file": ""},
        {"env": None},
        {"credential": "../shadow"},
        {"credential": ".."},
        {"command": NEEDLE},
        {"command": []},
        {"command": [1]},
        [NEEDLE],
        7,
        None,
    ],
)
def test_what_is_no_secret_is_refused_without_being_repeated(value: object) -> None:
    """A wrong value may be the password itself, so no message repeats it."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse_secret(value)
    assert NEEDLE not in str(caught.value)


def test_did_you_mean_for_kinds() -> None:
    """A kind that was misspelled is guessed."""
    with pytest.raises(ValueError, match=r"unknown kind of secret fil \(did you mean file\?\)"):
        parse_secret({"fil": "/x"})


@pytest.mark.parametrize(
    "broken",
    [
        f"password: {NEEDLE}",
        f"{{password:{NEEDLE}: x}}: y",
        f"imap: {{password:{NEEDLE}}}",
        f"imap: {{'password: {NEEDLE}': 1, 'password: {NEEDLE}': 2}}",
        f"password: !{NEEDLE}",
        f"password: !x!{NEEDLE}",
        f"password: *{NEEDLE}",
        f"password: &{NEEDLE} *{NEEDLE}",
        f"password: '{NEEDLE}",
        f"password: %{NEEDLE}",
        f"password: {{{NEEDLE}",
        f"password: @{NEEDLE}",
        f'password: "{NEEDLE}\\q"',
        f"{NEEDLE}: &{NEEDLE}\n      : {NEEDLE} : {NEEDLE}",
        f"password: [{NEEDLE}]",
        f"password: {{command: {NEEDLE}}}",
        f"pasword: {NEEDLE}",
        f"password: {{env: P}}\n    imap: {NEEDLE}",
        f"password: {{env: P}}\n    address: {NEEDLE}",
    ],
)
def test_load_never_shows_what_may_be_a_password(tmp_path: Path, broken: str) -> None:
    """Message, problems, repr and the whole traceback of a broken configuration are free of its values."""
    path = tmp_path / "config.yaml"
    path.write_text(HEAD + f"mailboxes:\n  - name: a\n    {broken}\n")
    with pytest.raises(ConfigError) as caught:
        load(path)
    error = caught.value
    shown = [str(error), repr(error), *map(str, error.problems), *map(repr, error.problems)]
    shown.append("".join(traceback.format_exception(error)))
    assert not [text for text in shown if NEEDLE in text]


def test_database_url_with_password_is_refused(tmp_path: Path) -> None:
    """A URL that holds a password is refused, unrepeated; one that lies elsewhere is fetched late."""
    path = tmp_path / "config.yaml"
    path.write_text(HEAD + f"mailboxes: []\ndatabase: postgresql://me:{NEEDLE}@db.example/x\n")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert NEEDLE not in str(caught.value.problems[0])
    url = private(tmp_path / "url", f"postgresql://me:{NEEDLE}@db.example/x\n".encode())
    path.write_text(HEAD + f"mailboxes: []\ndatabase: {{file: {url}}}\n")
    config = load(path)
    assert f"postgresql://me:{NEEDLE}@db.example/x" == config.database_url()
    assert NEEDLE not in repr(config) + str(config.model_dump()) + config.model_dump_json()


def secret_config(tmp_path: Path, password: str) -> Config:
    path = tmp_path / "config.yaml"
    box = f"{{name: a, address: a@b.example, imap: {{host: h.example}}, password: {password}}}"
    path.write_text(HEAD + f"mailboxes: [{box}]\n")
    return load(path)


def test_config_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded configuration knows where secrets lie; its repr, dump, pickle and hash hold none."""
    monkeypatch.setenv("MAILWATCH_TEST_SECRET", NEEDLE)
    config = secret_config(tmp_path, "{env: MAILWATCH_TEST_SECRET}")
    assert NEEDLE == config.mailboxes[0].password.reveal()
    assert NEEDLE.encode() not in pickle.dumps(config)
    assert NEEDLE not in repr(config) + str(config.model_dump()) + config.model_dump_json()
    before = config_hash(config)
    monkeypatch.setenv("MAILWATCH_TEST_SECRET", "changed")
    assert before == config_hash(config)


def test_words_of_a_command_are_confidential(tmp_path: Path) -> None:
    """A command may carry a key itself: repr, dump and hash leave its words out."""
    one = secret_config(tmp_path, f"{{command: [fetch, {NEEDLE}]}}")
    assert NEEDLE not in repr(one) + one.model_dump_json()
    assert config_hash(one) == config_hash(secret_config(tmp_path, "{command: [fetch, other]}"))


def test_secret_is_read_anew_each_time(tmp_path: Path) -> None:
    """A changed password counts at the next sign-in without a restart."""
    path = private(tmp_path / "s", b"old")
    value = Secret("file", (str(path),))
    assert "old" == value.reveal()
    path.write_bytes(b"new")
    assert "new" == value.reveal()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission_is_named(tmp_path: Path) -> None:
    """A file that may not be read is named with the reason."""
    path = private(tmp_path / "s", b"x", 0o000)
    with pytest.raises(ConfigError, match="Permission denied"):
        Secret("file", (str(path),)).reveal()


@pytest.mark.parametrize("elsewhere", ["/", None])
def test_a_relative_path_of_a_secret_starts_at_the_configurations_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: str | None
) -> None:
    """A service works in another folder than whoever typed ``check``: both must find the same file."""
    private(tmp_path / "pw", NEEDLE.encode())
    url = private(tmp_path / "url", b"sqlite:////d/mailwatch.db")
    config = secret_config(tmp_path, "{file: pw}")
    monkeypatch.chdir(elsewhere or tmp_path)
    assert NEEDLE == config.mailboxes[0].password.reveal()
    (tmp_path / "config.yaml").write_text(HEAD + f"mailboxes: []\ndatabase: {{file: {url.name}}}\n")
    assert "sqlite:////d/mailwatch.db" == load(tmp_path / "config.yaml").database_url()
