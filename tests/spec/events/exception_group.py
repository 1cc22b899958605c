try:
    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
except* ValueError:
    a = 1
except* TypeError:
    b = 2
