"""Whose case it is: certain by ids and people, a hint by words, and said by a person."""

from __future__ import annotations

import pytest
from fakes.letters import a_mail

from mailwatch.core.customer import Customer, spelled
from mailwatch.core.message import Address
from mailwatch.core.whose_case import By, Hint, Whose, hints, whose

TENANT, SUBSCRIPTION = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
HANBIT = Customer(
    ("Hanbit Precision", "한빛정밀"),
    tenants=frozenset({TENANT}),
    subscriptions=frozenset({SUBSCRIPTION}),
    domains=frozenset({"hanbit.example", "hanbit.onmicrosoft.com"}),
    addresses=frozenset({"kim.hanbit@mail.example"}),
)
ONNURI = Customer(("Onnuri",), domains=frozenset({"onnuri.example"}))
BOTH = (HANBIT, ONNURI)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        (f"Tenant ID: {TENANT.upper()}", By.TENANT),
        (f"/subscriptions/{SUBSCRIPTION}/resourceGroups/x", By.SUBSCRIPTION),
        (f"request 9{TENANT}", None),
        ("User park@hanbit.example cannot sign in.", By.TEXT),
        ("See https://hanbit.onmicrosoft.com/x for it.", By.TEXT),
        ("KIM.HANBIT@mail.example reports it.", By.TEXT),
        ("nothanbit.example", None),
        ("hanbit.example.org", None),
        ("한빛정밀에서 접수한 건입니다.", By.NAME),
        ("for HANBIT PRECISION, all users", By.NAME),
        ("Hanbit Precisions, not the same; but Hanbit Precision", By.NAME),
        ("Hanbit Precisions", None),
        ("theHanbit Precision", None),
        ("Hello", None),
    ],
)
def test_what_a_text_says_of_a_customer(text: str, by: By | None) -> None:
    """The surest counts; a longer id, domain or word is another one."""
    assert hints(a_mail(text), (HANBIT,)) == (() if by is None else (Hint("Hanbit Precision", by),))


@pytest.mark.parametrize(
    ("people", "by"),
    [
        (("park@hanbit.example",), By.DOMAIN),
        (("kim.hanbit@mail.example",), By.ADDRESS),
        (("lee@mail.example",), None),
    ],
)
def test_who_stands_in_the_header(people: tuple[str, ...], by: By | None) -> None:
    """By address, and by domain."""
    assert hints(a_mail(to=people), (HANBIT,)) == (() if by is None else (Hint("Hanbit Precision", by),))


def test_sender_and_copies_count() -> None:
    """From and Cc as well as To."""
    park = Address("", "park@hanbit.example")
    assert hints(a_mail(sender=park), BOTH) == (Hint("Hanbit Precision", By.DOMAIN),)
    assert hints(a_mail(cc=(park,)), BOTH) == (Hint("Hanbit Precision", By.DOMAIN),)


def test_quoted_text_says_nothing() -> None:
    """What stands below may be of another case."""
    assert hints(a_mail("Hello", quoted=TENANT), BOTH) == ()


def test_without_customers_nothing_is_looked_for() -> None:
    """Most users have none."""
    assert hints(a_mail(TENANT), ()) == ()
    assert whose([], ()) == Whose()


def hint(customer: Customer, by: By) -> Hint:
    return Hint(customer.name, by)


@pytest.mark.parametrize(
    ("found", "customer"),
    [
        ((hint(HANBIT, By.TENANT),), HANBIT),
        ((hint(HANBIT, By.SUBSCRIPTION), hint(ONNURI, By.DOMAIN)), HANBIT),
        ((hint(HANBIT, By.TENANT), hint(ONNURI, By.TENANT)), None),
        ((hint(ONNURI, By.DOMAIN),), ONNURI),
        ((hint(ONNURI, By.DOMAIN), hint(ONNURI, By.NAME)), ONNURI),
        ((hint(ONNURI, By.ADDRESS), hint(HANBIT, By.NAME)), None),
        ((hint(ONNURI, By.TEXT),), None),
        ((hint(ONNURI, By.NAME),), None),
        ((), None),
    ],
)
def test_what_is_certain(found: tuple[Hint, ...], customer: Customer | None) -> None:
    """An id beats a partner's contact; the contact counts where nobody else is named; words never do."""
    assert whose(found, BOTH) == Whose(customer, tuple(sorted(found)))


@pytest.mark.parametrize("said", ["onnuri", "Onnuri"])
def test_a_person_knows_better(said: str) -> None:
    """Whatever the mails say."""
    told = (hint(HANBIT, By.TENANT),)
    assert whose(told, BOTH, said) == Whose(ONNURI, told, said=True)


def test_a_person_may_name_a_customer_that_the_configuration_does_not_know() -> None:
    """He has a name and no plan."""
    assert whose((), BOTH, "Garam Tech") == Whose(Customer(("Garam Tech",)), (), said=True)


def test_a_fixed_spelling() -> None:
    """Sets have no order of their own, and a plan does not decide how a mail is read."""
    many = frozenset(f"{letter}.example" for letter in "qwertyuiop")
    assert spelled(Customer(("A",), domains=many)) == spelled(Customer(("A",), domains=many, plan="csp"))
    assert spelled(Customer(("A",), domains=many)) != spelled(Customer(("A",), addresses=many))
    assert "'e.example', 'i.example', 'o.example'" in spelled(Customer(("A",), domains=many))
