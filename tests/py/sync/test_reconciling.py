"""What the account has and the book doesn't: found, told, and taken over by its person's word."""

from dataclasses import replace
from decimal import Decimal

from tests.py.brokers.venues import client_of, credentials_for
from tests.py.sync.agreement import agree, disagreements
from tests.py.sync.firm import Firm

from twinbook.brokers import (
    AssetClass,
    AuthFailed,
    Credentials,
    Effect,
    OrderRequest,
    OrderType,
    Secret,
    Side,
    TimeInForce,
    WrongEnvironment,
    new_client_id,
)


def _differences(firm: Firm) -> list[tuple[str, str, Decimal, int]]:
    return [
        (one.kind, one.key, one.at_broker - one.in_book, one.times_seen)
        for one in firm.rows("reconciliation_differences", "kind, key")
        if one.state == "OPEN"
    ]


def _accept_all(firm: Firm, **terms: str) -> None:
    for one in firm.rows("reconciliation_differences", "kind, key"):
        if one.state == "OPEN":
            with firm.session() as book:
                book.accept_difference(one.difference_id, "seen in their statement", **terms)


def test_a_deposit(firm: Firm) -> None:
    firm.standin.deposit(Decimal(500))
    firm.work()
    assert _differences(firm) == [("cash", "USD", Decimal(500), 1)]
    assert firm.alarms() == []
    firm.work()
    assert _differences(firm) == [("cash", "USD", Decimal(500), 2)]
    assert firm.alarms() == ["difference"]
    _accept_all(firm, kind="deposit")
    firm.work()
    assert _differences(firm) == []
    agree(firm)
    kinds = [one.kind for one in firm.rows("ledger_entries", "seq")]
    assert kinds.count("deposit") == 2


def test_a_withdrawal_that_came_back(firm: Firm) -> None:
    firm.standin.deposit(Decimal(-500))
    firm.work(2)
    firm.standin.deposit(Decimal(500))
    firm.work()
    agree(firm)


def test_an_order_of_somebody_elses(firm: Firm) -> None:
    """Placed at the broker's own page: no client id of ours, perhaps none."""
    mine = firm.rest()
    firm.settle()
    stranger = _place_elsewhere(firm, limit=firm.at("0.9"))
    firm.work(2)
    assert _differences(firm) == [("order", stranger, Decimal(1), 2)]
    firm.standin.fill(stranger, firm.traded.quantity / 5)
    firm.settle()
    external = [one for one in firm.rows("orders", "order_number") if one.origin == "external"]
    assert [one.filled_quantity for one in external] == [firm.traded.quantity / 5]
    assert "external_order" in firm.alarms()
    firm.standin.fill(stranger)
    firm.settle()
    external = [one for one in firm.rows("orders", "order_number") if one.origin == "external"]
    assert [(one.status, one.filled_quantity) for one in external] == [
        ("FILLED", firm.traded.quantity)
    ]
    assert firm.order(mine).status == "OPEN"
    agree(firm)


def _place_elsewhere(firm: Firm, limit: Decimal) -> str:
    """By another program with the same credentials; the broker's id."""

    is_spot = firm.broker == "kraken"
    request = OrderRequest(
        client_id=new_client_id(),
        symbol=firm.traded.theirs,
        side=Side.BUY,
        quantity=firm.traded.quantity,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        limit_price=limit,
        asset_class=AssetClass.CRYPTO if is_spot else AssetClass.EQUITY,
        effect=None if is_spot else Effect.OPEN,
    )
    with client_of(firm.standin, credentials_for(firm.standin)) as broker:
        return broker.place_order(request).order_id


def test_a_trade_without_an_order(firm: Firm) -> None:
    """Such as a transfer, or an exercise: a position that no order explains."""
    held, _ = firm.standin.assets_of(firm.standin.canonical(firm.traded.theirs))
    firm.standin.deposit(firm.traded.quantity, asset=held)
    firm.standin.deposit(Decimal(-1500))
    firm.work(2)
    assert [one[:2] for one in _differences(firm)] == [
        ("cash", "USD"),
        ("position", firm.traded.symbol),
    ]
    refused = firm.place()
    assert refused.status == "REJECTED"
    assert "differs" in str(refused.reject_reason)
    _accept_all(firm)
    firm.settle()
    agree(firm)
    assert firm.place().status == "PENDING"
    firm.settle()
    agree(firm)


def test_a_small_difference_halts_nothing(firm: Firm) -> None:
    firm.standin.deposit(Decimal("0.05"))
    firm.work(3)
    assert [one.severity for one in firm.rows("reconciliation_differences", "key")] == ["LOW"]
    assert firm.place().status == "PENDING"


def test_a_portfolio_opens_from_its_account(firm: Firm) -> None:
    assert disagreements(firm) == []
    (cash,) = [one for one in firm.rows("balances", "currency") if one.currency == "USD"]
    assert cash.amount == 100_000


def test_wrong_credentials(firm: Firm) -> None:
    placed = firm.rest()
    wrong = firm.office.vault.seal(_spoilt(firm))
    with firm.session() as book:
        book.add_broker(firm.broker, firm.account, "sandbox", wrong, address=firm.standin.origin)
    firm.pass_time()
    firm.work()
    assert isinstance(firm.failures[-1], AuthFailed)
    (account,) = firm.office.sql(
        "select last_error, synced_at from identity.broker_accounts where username = %s",
        firm.person,
    )
    assert account.last_error
    assert firm.order(placed).status == "PENDING"
    assert firm.standin.orders() == []


def _spoilt(firm: Firm) -> Credentials:

    right = credentials_for(firm.standin)
    if right.token:
        return replace(right, token=Secret("another"))
    return replace(right, secret=Secret("YW5vdGhlcg=="))


def test_the_wrong_environment(firm: Firm) -> None:
    """Credentials for play never go to where money is, nor the reverse; nothing is sent."""
    real = {
        "tradier": "https://api.tradier.com",
        "alpaca": "https://api.alpaca.markets",
        "kraken": "https://api.kraken.com",
    }[firm.broker]

    sealed = firm.office.vault.seal(credentials_for(firm.standin))
    with firm.session() as book:
        book.add_broker(firm.broker, firm.account, "sandbox", sealed, address=real)
    firm.pass_time()
    calls = len(firm.standin.calls())
    firm.work()
    assert isinstance(firm.failures[-1], WrongEnvironment)
    assert len(firm.standin.calls()) == calls


def test_another_users_account_is_not_touched(firm: Firm) -> None:
    with firm.office.firm(firm.broker) as other:
        placed = other.rest()
        firm.settle()
        assert other.order(placed).status == "PENDING"
        other.settle()
        agree(other)
    agree(firm)


def test_a_halt_holds_back_what_waits(firm: Firm) -> None:
    placed = firm.rest()
    with firm.office.db.administration() as administration:
        administration.halt_live_trading("a test of it")
    try:
        firm.settle()
    finally:
        with firm.office.db.administration() as administration:
            administration.lift_halt("it is over")
    order = firm.order(placed)
    assert order.status == "CANCELED"
    agree(firm)
