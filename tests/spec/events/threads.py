import threading

r = []


def work(n):
    r.append(n + 1)


for n in range(2):
    t = threading.Thread(target=work, args=(n,), name=f"T{n}")
    t.start()
    t.join()
