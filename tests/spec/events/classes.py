class Base:
    def __init__(self, v):
        self.v = v

    def get(self):
        return self.v


class Child(Base):
    def get(self):
        return super().get() + 1


r = Child(1).get()
