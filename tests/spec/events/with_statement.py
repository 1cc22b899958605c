class M:
    def __enter__(self):
        return 1

    def __exit__(self, *exc):
        return True


with M() as m:
    m + 1
with M():
    m / 0
