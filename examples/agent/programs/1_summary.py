# "Mail me the subjects of my mails."
lines = []
for number in list_mails():
    mail = read_mail(number)
    lines.append(f"{mail['from']}: {mail['subject']}")
send_mail("emma@bluesky.example", "Your mails", "\n".join(lines))
