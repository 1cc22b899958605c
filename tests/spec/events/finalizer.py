class C:
    def __del__(self):
        out.append("gone")


out = []
c = C()
del c
