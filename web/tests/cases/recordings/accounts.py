RATES = {"eur": 1.0, "usd": 1.25}


class Account:
    def __init__(self, owner, currency):
        self.owner, self.currency = owner, currency
        self.history = []

    def deposit(self, amount):
        self.history.append(amount * RATES[self.currency])
        return sum(self.history)


def totals(accounts):
    for account in accounts:
        yield account.owner, sum(account.history)


def counter():
    count = 0

    def bump(by):
        nonlocal count
        count += by
        return count

    return bump


bump = counter()
hostile = "</script><script>document.title = 'taken over'</script>"
wide = "Ünïcödé ✓", [hostile]
accounts = [Account("ada", "eur"), Account("bob", "gbp")]
failed = None
for number, account in enumerate(accounts):
    try:
        balance = account.deposit(10 * (number + 1))
        bump(balance)
    except KeyError as missing:
        failed = missing.args
        print("no rate for", missing)
for owner, total in totals(accounts):
    print(f"{owner} has {total:.2f}")
print(hostile)
raise ValueError(failed)
