"""Words for severities and reasons."""

from mailwatch.core.plan_words import CAPS, REASONS, severity_words
from mailwatch.core.support_plan import Cap, Reason, Severity


def test_each_reason_and_each_cap_has_words_of_its_own() -> None:
    """Two reasons that sound alike would be a riddle."""
    assert set(Reason) == set(REASONS)
    assert len(Reason) == len({str(words) for words in REASONS.values()})
    assert set(Cap) == set(CAPS)


def test_severities_have_the_names_of_their_plan() -> None:
    """Never those of another; where no source was read, the letter alone."""
    assert "severity C (non-critical)" == str(severity_words("21vianet", Severity.C))
    assert "severity C (minimal impact)" == str(severity_words("csp", Severity.C))
    assert "severity C" == str(severity_words("professional", Severity.C))
