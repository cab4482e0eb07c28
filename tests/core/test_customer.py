"""Who a case may be about."""

from __future__ import annotations

from mailwatch.core.customer import Customer


def test_people_read_the_first_of_a_customers_names() -> None:
    assert Customer(("한빛정밀", "Hanbit Precision")).name == "한빛정밀"
