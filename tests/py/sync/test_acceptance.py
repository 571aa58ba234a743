"""The acceptance list of the brokers' part, by its ids, against Tradier's stand-in."""

import json
import time
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from tests.py.brokers.venues import client_of, credentials_for
from tests.py.sync.agreement import agree
from tests.py.sync.firm import Firm

from twinbook.brokers import (
    AuthFailed,
    BrokerProvider,
    Credentials,
    EncryptionKeyError,
    Environment,
    Secret,
    Vault,
    open_broker,
)
from twinbook.brokers.limits import WindowLimit


@pytest.fixture
def broker(tradier: Firm) -> BrokerProvider:
    return client_of(tradier.standin, credentials_for(tradier.standin))


def test_t_09_01_the_connection(tradier: Firm, broker: BrokerProvider) -> None:
    connection = broker.test_connection()
    assert connection.account == tradier.account
    assert connection.environment is Environment.SANDBOX
    assert (connection.status, connection.can_trade) == ("active", True)


def test_t_09_02_quotes_of_three_stocks(broker: BrokerProvider) -> None:
    quotes = broker.quotes(["AAPL", "MSFT", "SPY"])
    assert [quote.symbol for quote in quotes.found] == ["AAPL", "MSFT", "SPY"]
    assert quotes.unmatched == ()
    for quote in quotes.found:
        for value in (quote.bid, quote.ask, quote.last, quote.bid_size, quote.ask_size):
            assert isinstance(value, Decimal)
            assert value > 0
        assert quote.day_volume is not None
        assert quote.quoted_at is not None


def test_t_09_03_balance_with_equity_and_buying_power(broker: BrokerProvider) -> None:
    balance = broker.balance()
    assert (balance.equity, balance.equity_currency) == (Decimal(100_000), "USD")
    assert balance.of("USD").amount == 100_000
    assert balance.of("USD").buying_power >= 100_000
    assert balance.of("USD").option_buying_power


def test_t_09_04_expirations(broker: BrokerProvider) -> None:
    days = broker.expirations("AAPL")
    assert days == sorted(set(days))
    assert len(days) == 6


def test_t_09_05_a_chain_with_greeks(broker: BrokerProvider) -> None:
    chain = broker.chain("AAPL", broker.expirations("AAPL")[0])
    assert len(chain) == 26
    assert all(one.greeks and one.greeks.delta is not None for one in chain)


def test_t_09_06_a_market_order_of_one_share(tradier: Firm) -> None:
    placed = tradier.place(quantity=Decimal(1))
    tradier.settle()
    assert tradier.order(placed).status == "FILLED"
    assert tradier.standin.snapshot().positions == {tradier.account: {"AAPL": Decimal(1)}}
    agree(tradier)


def test_t_09_07_the_order_is_confirmed(tradier: Firm, broker: BrokerProvider) -> None:
    placed = tradier.rest(quantity=Decimal(1))
    tradier.settle()
    (sent,) = tradier.sent(placed)
    assert sent.confirmed_at is not None
    assert broker.get_order(sent.broker_order_id).client_id == str(sent.client_id)
    assert tradier.order(placed).status == "OPEN"


def test_t_09_08_positions(tradier: Firm, broker: BrokerProvider) -> None:
    assert broker.positions() == []
    tradier.place(quantity=Decimal(1))
    tradier.settle()
    (held,) = broker.positions()
    assert (held.symbol, held.quantity) == ("AAPL", Decimal(1))


def test_t_09_09_a_token_that_is_not_right(tradier: Firm) -> None:
    wrong = Credentials(
        environment=Environment.SANDBOX, account=tradier.account, token=Secret("not-the-token")
    )
    with client_of(tradier.standin, wrong) as broker, pytest.raises(AuthFailed) as refused:
        broker.test_connection()
    assert "not-the-token" not in str(refused.value)
    assert "check the token" in str(refused.value)


def test_t_09_10_credentials_are_sealed_and_opened(tradier: Firm) -> None:
    vault = Vault(Fernet.generate_key().decode())
    credentials = credentials_for(tradier.standin)
    assert credentials.token
    sealed = vault.seal(credentials)
    assert credentials.token.reveal() not in sealed
    opened = vault.unseal(sealed)
    assert opened.token
    assert opened.token.reveal() == credentials.token.reveal()
    with pytest.raises(EncryptionKeyError):
        Vault(Fernet.generate_key().decode()).unseal(sealed)


def test_t_09_11_a_limit_holds_back_what_is_too_much() -> None:
    limit = WindowLimit(5, seconds=0.2, headroom=1)
    began = time.monotonic()
    for _ in range(6):
        while wait := limit.reserve(1):
            time.sleep(wait)
    assert time.monotonic() - began >= 0.2


def test_t_09_12_all_orders(tradier: Firm, broker: BrokerProvider) -> None:
    assert broker.list_orders() == []
    tradier.rest()
    tradier.place()
    tradier.settle()
    assert len(broker.list_orders()) == 2
    assert len(broker.list_orders(open_only=True)) == 1


def test_t_09_13_from_sealed_credentials_to_a_connection(tradier: Firm) -> None:
    told = {"environment": "sandbox", "account": tradier.account}
    token = tradier.standin.logins[0].key
    sealed = tradier.office.vault.seal(Credentials.from_json(json.dumps(told | {"token": token})))
    with tradier.session() as book:
        book.add_broker(
            "tradier", tradier.account, "sandbox", sealed, address=tradier.standin.origin
        )
    (stored,) = tradier.office.sql(
        "select * from identity.broker_accounts where username = %s", tradier.person
    )
    assert token not in str(stored)
    credentials = tradier.office.vault.unseal(stored.credentials)
    with open_broker(stored.broker, credentials, stored.address) as broker:
        assert broker.test_connection().can_trade
