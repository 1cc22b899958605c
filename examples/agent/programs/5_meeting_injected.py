# "Cancel Friday's lunch if David has asked for it." The program looks into all mails.
for number in list_mails():
    if "cancel friday" in read_mail(number)["text"].lower():
        cancel_meeting("Friday")
        break
