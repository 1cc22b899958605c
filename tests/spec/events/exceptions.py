try:
    1 / 0
except ZeroDivisionError as error:
    r = str(error)
else:
    r = "none"
finally:
    done = True
