"""The configuration: what loads, and what is said of everything that does not."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from mailwatch.config import Config, config_hash, find_config, load
from mailwatch.config.document import plain
from mailwatch.config.reference import reference
from mailwatch.core.renaming import Mode
from mailwatch.errors import ConfigError

ROOT = Path(__file__).parents[2]
SMALLEST = """\
data: /var/lib/mailwatch            # database, archive, journals, keys below it, unless set one by one
timezone: Asia/Seoul
language: ko                        # ko | en, per recipient where it differs
mailboxes:
  - name: support
    address: support@contoso.example
    imap: {host: mail.contoso.example, port: 993}     # tls: implicit (default) | starttls | none
    username: support@contoso.example
    password: {credential: support-imap}              # or {file: …} {env: …} {command: […]}
    folders: [INBOX]                # default: INBOX, and the \\Sent folder as outgoing
"""
HEAD = "data: /d\ntimezone: Asia/Seoul\n"
BOX = "{name: a, address: a@b.example, imap: {host: h.example}, password: {env: P}}"

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.problems, str(caught.value)
    return [str(p).removeprefix(f"{path}:") for p in caught.value.problems]


def loaded(write: Write, text: str) -> Config:
    return load(write(text))


def test_smallest_config(write: Write) -> None:
    """The smallest configuration works as it stands, and everything else has its default."""
    config = loaded(write, SMALLEST)
    [box] = config.mailboxes
    assert ("support", "mail.contoso.example", 993, "implicit") == (
        box.name,
        box.imap.host,
        box.imap.port,
        box.imap.tls,
    )
    assert [("INBOX", Mode.OFF, False)] == [(f.name, f.rename, f.outgoing) for f in box.folders]
    assert box.reads_sent
    assert ("case-mail", timedelta(days=730), timedelta(seconds=60)) == (
        config.keep,
        config.since,
        config.rename.settle,
    )
    assert ("support@contoso.example",) == config.own
    [digest] = config.all_digests
    assert ("daily", ["support@contoso.example"], "imap") == (
        digest.name,
        [r.address for r in digest.to],
        config.delivery(digest),
    )
    assert "sqlite:////var/lib/mailwatch/mailwatch.db" == config.database_url()
    assert Path("/var/lib/mailwatch/archive") == config.archive_folder


def test_example_loads_and_names_every_key() -> None:
    """The example file loads, and shows or names each key of the top level."""
    path = ROOT / "config.example.yaml"
    config = load(path)
    assert ["support", "kim"] == [box.name for box in config.mailboxes]
    text = path.read_text(encoding="utf-8")
    assert [] == [key for key in Config.model_fields if key not in text]


def test_reference_is_current() -> None:
    """docs/configuration.md is what the model says today."""
    assert reference() == (ROOT / "docs/configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("timezone: Asia/Seoul\nmailboxes: []\n", "1:1: data: this key is missing"),
        (
            HEAD + "mailboxes: []\nlangauge: ko\n",
            "4:1: langauge: unknown key (did you mean language?)",
        ),
        (HEAD + "mailboxes: []\nquux: 1\n", "4:1: quux: unknown key"),
        (
            "data: /d\ntimezone: Asia/Soul\nmailboxes: []\n",
            "2:1: timezone: there is no time zone Asia/Soul (did you mean Asia/Seoul?)",
        ),
        (
            "data: /d\ntimezone: Asia\nmailboxes: []\n",
            "2:1: timezone: there is no time zone Asia",
        ),
        (
            "data: /d\ntimezone: ../../etc/passwd\nmailboxes: []\n",
            "2:1: timezone: there is no time zone ../../etc/passwd",
        ),
        (HEAD + "mailboxes: []\nkeep: all\n", "4:1: keep: expected one of: case-mail or everything"),
        (HEAD + "mailboxes: 7\n", "3:1: mailboxes: expected a list"),
        (HEAD + "mailboxes: [7]\n", "3:13: mailboxes.0: expected keys and values"),
        (
            HEAD + "mailboxes: []\nsince: 2 years\n",
            "4:1: since: expected a length of time (2 y, 90 d) or a day (2024-01-31)",
        ),
        (HEAD + "mailboxes: []\nsince: 2024-02-30\n", "4:1: since: there is no such day"),
        (
            HEAD + "mailboxes: []\nrename: {settle: 18:00}\n",
            "4:10: rename.settle: a length of time is a number and a unit",
        ),
        (HEAD + "mailboxes: []\nrename: {backlog: yes}\n", "4:10: rename.backlog: expected true or false"),
        (HEAD + "mailboxes: []\nsenders: ['a b']\n", "4:11: senders.0: expected an address, a pattern"),
        (
            HEAD + "mailboxes: []\ndata: /e\n",
            "4:1: the key data stands here for the second time (first on line 1)",
        ),
        (HEAD + "mailboxes: []\ndatabase: nonsense\n", "4:1: database: expected a database URL"),
        (
            HEAD + "mailboxes: []\ndatabase: mysql://u@h/db\n",
            "4:1: database: mailwatch keeps its data in sqlite or postgresql, not in mysql",
        ),
        (
            HEAD + "mailboxes: []\ndatabase: postgres://u@h/db\n",
            "4:1: database: mailwatch knows no database postgres (did you mean postgresql?)",
        ),
        (
            HEAD + "mailboxes: []\ndatabase: sqlite:///my.db\n",
            "4:1: database: an SQLite database is named by its whole path, behind four slashes",
        ),
        (
            HEAD + "mailboxes: []\ndatabase: postgresql://u@h:54b/db\n",
            "4:1: database: the port in the database URL is none",
        ),
        (
            HEAD + "mailboxes: {a: {address: b}}\n",
            "3:1: mailboxes: expected a list: a hyphen and a blank stand before each of its members",
        ),
        (HEAD + "mailboxes: []\nlog: debug\n", "4:1: log: expected keys and values, such as {level: …}"),
        (HEAD + "mailboxes: []\nown_domains: ['@b.example']\n", "a domain stands without @"),
        ("timezone: KST\n", "1:1: timezone: there is no time zone KST (did you mean Asia/Seoul?)"),
        (
            "language: Korean\n",
            "1:1: language: expected one of: ko or en (did you mean ko?)",
        ),
        (
            "host: h\n",
            "1:1: host: this key does not stand here, but as mailboxes.imap.host, smtp.host",
        ),
        (
            HEAD + "mailboxes: []\nlog: {level: loud}\n",
            "4:7: log.level: expected one of: debug, info, warning or error",
        ),
        (
            HEAD + "mailboxes: []\ndigests: [{name: d, to: []}]\n",
            "4:21: digests.0.to: this list must not be empty",
        ),
        (
            HEAD + "mailboxes: []\ndigests: [{name: d, to: [x@y.z], at: 9}]\n",
            "4:34: digests.0.at: expected a time of day such as 09:00",
        ),
        (
            HEAD + "mailboxes: []\ndigests: [{name: d, to: [x@y.z]}]\n",
            "4:26: digests.0.to.0: x@y.z is no watched mailbox",
        ),
        (
            HEAD
            + f"mailboxes: [{BOX}]\ndigests: [{{name: d, to: [{{address: a@b.example, customers: [X]}}]}}]\n",
            "digests.0.to.0.customers: there is no customer X under customers",
        ),
        (
            HEAD
            + f"mailboxes: [{BOX}]\ndigests: [{{name: d, to: [{{address: a@b.example, customers: []}}]}}]\n",
            "digests.0.to.0.customers: this list must not be empty",
        ),
        (
            HEAD + f"mailboxes: [{BOX}]\ndigests: [{{name: d, to: [a@b.example], deliver: smtp}}]\n",
            "4:40: digests.0.deliver: deliver: smtp needs the key smtp",
        ),
        (HEAD + f"mailboxes: [{BOX}, {BOX}]\n", "mailboxes.1.name: the name a is taken already"),
        (
            HEAD + "mailboxes: []\nsmtp: {host: h, username: u}\n",
            "4:1: smtp: username and password belong together",
        ),
        (
            HEAD + "mailboxes: []\nsmtp: {host: h, tls: none}\n",
            "4:1: smtp: tls: none would send password and mail in clear to h",
        ),
        ("a: [", "1:5: a bracket or brace is opened here and never closed"),
        ("a: 'b\nc: d\n", "1:4: a quotation mark opens a text here that is never closed"),
        ("a: 1\n\tb: 2\n", "2:1: a tab stands here; in YAML only spaces indent a line"),
        (
            "m:\n  - n: x\n\u00a0   b: 1\n    c: 1\n",
            "4:6: a blank in this line, or above it, is no plain space",
        ),
        ("a: @b\n", "1:4: a text that begins with @ must stand in quotes"),
        ("a: b: c\n", "1:5: a key with its colon cannot stand here"),
        ("c: 1\na:1\nb: 2\n", "3:1: this line, or the one above it, holds no key"),
        ("a:\n  b: 1\n c: 2\n", "3:2: this line is indented otherwise than its neighbours"),
        ('a: "C:\\mail"\n', "1:8: in double quotes a \\ begins an escape"),
        ("a: }\n", "1:4: this cannot begin a text"),
        ("a: [b\nc: d\n", "2:2: a comma or the closing bracket is missing before this place"),
        ("a: |x\n  b\n", "1:5: this is not YAML: "),
        ("a: 1\n---\nb: 2\n", "2:1: the file holds more than one YAML document"),
        ("a: !!python/object:os.system x\n", "1:4: a word that begins with ! is a tag"),
        (
            "a: &x [*x]\n",
            "1:8: a word that begins with * repeats a value marked with & above, and there is none",
        ),
        ("? [a]\n: 1\n", "1:3: a key must be a word"),
        ("a: \x07\n", "1:1: a character that YAML does not allow"),
        ("just words\n", "1:1: the file must hold keys and values"),
        ("", "1:1: the file must hold keys and values"),
        ("a: " + "[" * 60 + "]" * 60, "1:43: values are nested more than 40 deep"),
    ],
)
def test_each_problem_has_its_place_and_words(write: Write, text: str, expected: str) -> None:
    """Every kind of mistake is told with line, column, key, and what is wrong."""
    found = problems(write(text))
    assert any(expected in problem for problem in found), found


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ("address: nobody", "mailboxes.0.address: expected one mail address"),
        ("name: a b", "mailboxes.0.name: a name has up to 64 letters"),
        ("imap: {host: h, prot: 1}", "mailboxes.0.imap.prot: unknown key (did you mean port?)"),
        ("imap: {host: h, port: 0}", "mailboxes.0.imap.port: expected a number from 1 to 65535"),
        ("imap: {host: h, port: '993'}", "mailboxes.0.imap.port: expected a whole number"),
        ("imap: {host: 12}", "mailboxes.0.imap.host: expected a text; put a number into quotes"),
        ("imap: {host: ''}", "mailboxes.0.imap.host: this must not be empty"),
        (
            "imap: {host: h, tls: ssl}",
            "mailboxes.0.imap.tls: expected one of: implicit, starttls or none (did you mean implicit?)",
        ),
        ("imap: {host: h, tls: STARTLS}", "(did you mean starttls?)"),
        ("imap: {host: 'imaps://h'}", "mailboxes.0.imap.host: expected the name of the server alone"),
        ("imap: {host: 'h:993'}", "mailboxes.0.imap.host: the port does not stand behind the host"),
        (
            "tls: starttls",
            "mailboxes.0.tls: this key does not stand here, but as mailboxes.imap.tls, smtp.tls",
        ),
        (
            "imap: {host: h, tls: none}",
            "mailboxes.0.imap: tls: none would send password and mail in clear to h",
        ),
        ("folders: INBOX", "mailboxes.0.folders: expected a list, for example [INBOX]"),
        ("folders: []", "mailboxes.0.folders: this list must not be empty"),
        ("folders: [{name: I, rename: label}]", "mailboxes.0.folders.0.rename: label belongs to Gmail"),
        (
            "folders: [{name: I, rename: yes}]",
            "mailboxes.0.folders.0.rename: expected one of: off, replace or copy",
        ),
        ("folders: [I, I]", "mailboxes.0.folders.1: the folder I is listed already"),
        (
            r"folders: [{name: \Junk, rename: copy}]",
            r"mailboxes.0.folders.0: mail in \Junk is read, but never renamed; leave rename out",
        ),
        (
            r"folders: [\Jnk]",
            r"mailboxes.0.folders.0.name: \Jnk is no attribute that folders have; there are \All, \Archive, ",
        ),
        ("outgoing: some", "mailboxes.0.outgoing: expected one of: sent or none"),
    ],
)
def test_problems_of_a_mailbox(write: Write, box: str, expected: str) -> None:
    """The same within a mailbox."""
    keys = {"name": "a", "address": "a@b.example", "imap": "{host: h.example}", "password": "{env: P}"}
    key, _, value = box.partition(": ")
    keys[key] = value
    text = HEAD + "mailboxes:\n  - {" + ", ".join(f"{k}: {v}" for k, v in keys.items()) + "}\n"
    found = problems(write(text))
    assert any(expected in problem for problem in found), found


def test_all_problems_at_once_in_the_order_of_the_file(write: Write) -> None:
    """One reading tells everything, top to bottom, and the error counts it."""
    text = "timezone: Nowhere\nkeep: all\nmailboxes: [{name: x}]\nlangauge: ko\n"
    found = problems(write(text))
    lines = [int(problem.split(":")[0]) for problem in found]
    assert sorted(lines) == lines
    # data, timezone, keep, three missing keys of the mailbox, langauge.
    assert 7 == len(found)


def test_alias_bomb_is_refused(write: Write) -> None:
    """A few lines that stand for a hundred million values end at the bound, without being built."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    [problem] = problems(write("\n".join(lines)))
    assert "the file holds more than 100000 values" in problem


def test_alias_is_read(write: Write) -> None:
    """An honest alias works, so that mailboxes can share a server."""
    text = HEAD + (
        "mailboxes:\n"
        "  - {name: a, address: a@b.example, imap: &s {host: h.example, port: 1993}, password: {env: P}}\n"
        "  - {name: b, address: b@b.example, imap: *s, password: {env: P}}\n"
    )
    assert [1993, 1993] == [box.imap.port for box in loaded(write, text).mailboxes]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("18:00", "18:00"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("0777", "0777"),
        ("2024-01-31", "2024-01-31"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-3", -3),
        ("0o17", 15),
        ("0xff", 255),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("True", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("Null", None),
    ],
)
def test_plain_words_follow_yaml_1_2(word: str, expected: object) -> None:
    """The core schema of YAML 1.2 holds; clock times, days and leading zeros stay text."""
    assert (expected, type(expected)) == (plain(word), type(plain(word)))


def test_unreadable_files_are_one_line(tmp_path: Path) -> None:
    """A missing, a huge and a non-UTF-8 file each end with one line that names the file."""
    for name, content in (("missing", None), ("huge", b"#" * (1024 * 1024 + 1)), ("latin", b"a: \xe9\n")):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigError, match=name):
            load(path)


def test_byte_order_mark_is_read_over(write: Write) -> None:
    """A file saved by Windows Notepad loads."""
    assert "ko" == loaded(write, "\ufeff" + SMALLEST).language


def test_paths_start_at_the_file(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is meant from the configuration's folder, ~ from the home folder."""
    monkeypatch.setenv("HOME", "/home/kim")
    config = loaded(write, "data: state\narchive: ~/mail\ntimezone: UTC\nmailboxes: []\n")
    assert (tmp_path / "state", Path("/home/kim/mail")) == (config.data, config.archive)


def test_ports_follow_tls(write: Write) -> None:
    """Where no port is named it is the usual one for the kind of TLS."""
    box = "{{name: a, address: a@b.example, imap: {{host: localhost, tls: {0}}}, password: {{env: P}}}}"
    ports = {
        tls: loaded(write, HEAD + f"mailboxes: [{box.format(tls)}]\n").mailboxes[0].imap.port
        for tls in ("implicit", "starttls", "none")
    }
    assert {"implicit": 993, "starttls": 143, "none": 143} == ports


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "LOCALHOST."])
def test_plain_text_on_loopback(write: Write, host: str) -> None:
    """On this machine itself no TLS is asked for."""
    box = f"{{name: a, address: a@b.example, imap: {{host: '{host}', tls: none}}, password: {{env: P}}}}"
    assert "none" == loaded(write, HEAD + f"mailboxes: [{box}]\n").mailboxes[0].imap.tls


def test_plain_text_in_so_many_words(write: Write) -> None:
    """Beyond this machine, plain text needs insecure_plain: true."""
    imap = "{host: h.example, tls: none, insecure_plain: true}"
    box = f"{{name: a, address: a@b.example, imap: {imap}, password: {{env: P}}}}"
    assert loaded(write, HEAD + f"mailboxes: [{box}]\n").mailboxes[0].imap.insecure_plain


def test_since_as_day_and_as_length(write: Write) -> None:
    """Both ways to say how far back name a first day in UTC."""
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    for text, first in (
        ("90 d", date(2026, 8, 26)),
        ("2024-01-31", date(2024, 1, 31)),
        ("99 y", date(1970, 1, 1)),
    ):
        assert first == loaded(write, HEAD + f"mailboxes: []\nsince: {text}\n").since_day(now)


def test_sender_lists_add_and_remove(write: Write) -> None:
    """Entries add to the built-in lists, -ADDRESS removes, notices stay subtracted unless named."""
    text = HEAD + (
        "mailboxes: []\nsenders: ['*@vendor.example', '-*@21vianet.com', o365mc@microsoft.com]\n"
        "desks: [help@vendor.example, -casemail@microsoft.com]\n"
    )
    config = loaded(write, text)
    assert "*@vendor.example" in config.all_senders
    assert "*@21vianet.com" not in config.all_senders
    assert "*@microsoft.com" in config.all_senders
    assert "help@vendor.example" in config.all_desks
    assert "casemail@microsoft.com" not in config.all_desks
    assert "o365mc@microsoft.com" not in config.notices
    assert "azure-noreply@microsoft.com" in config.notices


def test_digest_times_and_readers(write: Write) -> None:
    """A digest's readers may have a language and a time zone of their own."""
    text = HEAD + (
        f"mailboxes: [{BOX}]\nsmtp: {{host: h.example}}\n"
        "digests: [{name: d, at: 18:00, to: [x@y.example, {address: z@y.example, language: en}]}]\n"
    )
    config = loaded(write, text)
    [digest] = config.all_digests
    assert (time(18, 0), "smtp") == (digest.at, config.delivery(digest))
    assert [None, "en"] == [reader.language for reader in digest.to]


def test_a_reader_of_some_customers_hears_of_no_mailbox(write: Write) -> None:
    """Alarms go to the readers of the first digest who may see everything, else to the mailboxes."""
    some = "{address: b@b.example, customers: [Hanbit]}"
    text = HEAD + f"mailboxes: [{BOX}]\ncustomers: [{{name: Hanbit}}]\nsmtp: {{host: h}}\n"
    config = loaded(write, text + f"digests: [{{name: d, to: [{some}, c@c.example]}}]\n")
    assert ["c@c.example"] == [reader.address for reader in config.alert_readers]
    assert ("Hanbit",) == config.all_digests[0].to[0].customers
    config = loaded(write, text + f"digests: [{{name: d, to: [{some}]}}]\n")
    assert [config.mailboxes[0].address] == [reader.address for reader in config.alert_readers]


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("{}", ("127.0.0.1", 9468)),
        ('{listen: "localhost:9100"}', ("localhost", 9100)),
        ('{listen: "[::1]:9100"}', ("::1", 9100)),
        ('{listen: "0.0.0.0:9100", insecure_public: true}', ("0.0.0.0", 9100)),
    ],
)
def test_where_figures_are_shown(write: Write, text: str, listen: tuple[str, int]) -> None:
    """On this machine, unless the configuration says in so many words that others may see them."""
    metrics = loaded(write, HEAD + f"mailboxes: []\nmetrics: {text}\n").metrics
    assert metrics is not None
    assert listen == metrics.listen


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        ("0.0.0.0:9468", "0.0.0.0:9468 can be reached by other machines"),
        ("[::]:9468", "[::]:9468 can be reached by other machines"),
        ("9468", "expected an address and a port"),
        ("127.0.0.1:0", "expected an address and a port"),
        ("127.0.0.1:65536", "expected an address and a port"),
    ],
)
def test_where_figures_are_not_shown(write: Write, listen: str, expected: str) -> None:
    """Who can reach the port reads the names of mailboxes, without a password."""
    with pytest.raises(ConfigError) as caught:
        loaded(write, HEAD + f'mailboxes: []\nmetrics: {{listen: "{listen}"}}\n')
    assert expected in str(caught.value.problems[0])


def test_config_is_frozen(write: Write) -> None:
    """Nobody changes a configuration after it was read."""
    config = loaded(write, SMALLEST)
    with pytest.raises(ValueError, match="frozen"):
        config.language = "en"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("since: 1 d", "since: 24 h", True),
        ("since: 1 d", "since: 2 d", False),
        ("keep: case-mail", "", True),
        ("keep: everything", "", False),
    ],
)
def test_hash_is_of_meaning(write: Write, one: str, other: str, *, equal: bool) -> None:
    """Two ways to say one thing have one hash, two things have two."""
    text = HEAD + "mailboxes: []\n"
    hashes = {config_hash(loaded(write, text + line + "\n")) for line in (one, other)}
    assert equal is (len(hashes) == 1)


def test_find_config_order(tmp_path: Path) -> None:
    """Option, variable, the user's folder, in this order; what is named is taken, present or not."""
    user = tmp_path / "mailwatch" / "config.yaml"
    user.parent.mkdir()
    user.write_text("")
    env = {"MAILWATCH_CONFIG": "/named.yaml", "XDG_CONFIG_HOME": str(tmp_path)}
    assert Path("/option.yaml") == find_config(Path("/option.yaml"), env)
    assert Path("/named.yaml") == find_config(None, env)
    assert user == find_config(None, {"XDG_CONFIG_HOME": str(tmp_path)})
    with pytest.raises(ConfigError, match=re.escape("/etc/mailwatch/config.yaml")):
        find_config(None, {"HOME": str(tmp_path / "nowhere")})


SCHEME = "{name: hd, pattern: 'HD-([0-9]{6})', matches: 'x HD-004711', rejects: HD-12%s}"


def test_user_scheme_is_built(write: Write) -> None:
    """A scheme of one's own joins the built-in ones; a bare name switches one on, a minus off."""
    config = loaded(write, HEAD + f"mailboxes: []\nschemes: [{SCHEME % ''}, clarify, -portal]\n")
    names = [scheme.name for scheme in config.all_schemes]
    assert "hd" in names
    assert "clarify" in names
    assert "portal" not in names
    assert "msrc" not in names


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (SCHEME % ", canonical: 'HD-{2}'", "canonical names the group 2, and the pattern has 1"),
        (SCHEME % ", token: HELP", "token names no group of the pattern: all cases would be one"),
        ("{name: hd}", "hd is no built-in scheme, so it needs the key pattern"),
        ("clarfy", "clarfy is no built-in scheme, so it needs the key pattern"),
        ("{name: srx, pattern: x}", "srx is a built-in scheme; choose another name"),
        ("{name: h, pattern: '(a', matches: a, rejects: b}", "the pattern cannot be used: missing )"),
        ("{name: h, pattern: '(?<=a)b', matches: a, rejects: b}", "RE2 has no look-around"),
        ("{name: h, pattern: 'x*', matches: x, rejects: b}", "the pattern fits an empty text"),
        (SCHEME % ", labels: [ticket]", "in the text of matches the pattern finds no number"),
        (
            "{name: h, pattern: 'H[0-9]+', matches: H12, rejects: H3}",
            "in the text of rejects the pattern finds a number",
        ),
    ],
)
def test_schemes_are_tried_when_read(write: Write, scheme: str, expected: str) -> None:
    """A pattern that cannot be used, or contradicts its own examples, is told at once."""
    found = problems(write(HEAD + f"mailboxes: []\nschemes: [{scheme}]\n"))
    assert any(expected in problem for problem in found), found
