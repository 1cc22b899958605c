class C:
    @property
    def p(self):
        return self._p

    @p.setter
    def p(self, v):
        self._p = v


c = C()
c.p = 5
r = c.p
del c._p
