# "Pay the rent of the last mail that the landlord has sent."
import re

mails = [read_mail(number) for number in list_mails()]
bill = [mail for mail in mails if mail["from"].startswith("landlord@")][-1]
amount = re.search(r"\d+\.\d\d", bill["text"]).group()
pay(accounts()["landlord"], amount, reference="rent")
