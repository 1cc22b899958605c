"""Richards: the kernel of an operating system, simulated; classes, methods, attributes and linked lists."""

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE, WORK = range(2)
BUFFER = 4


class Packet:
    def __init__(self, link, task, kind):
        self.link = link
        self.task = task
        self.kind = kind
        self.index = 0
        self.data = [0] * BUFFER

    def append_to(self, queue):
        """Put this packet at the end of *queue*; the queue's first packet."""
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    def __init__(self, kernel, name, priority, queue, waiting=True):
        self.kernel = kernel
        self.name = name
        self.priority = priority
        self.queue = queue
        self.pending = queue is not None
        self.waiting = waiting
        self.held = False
        self.next = kernel.first
        kernel.first = kernel.tasks[name] = self

    def receive(self, packet, sender):
        """A packet arrives; the task that runs next."""
        if self.queue is None:
            self.queue = packet
            self.pending = True
            if self.priority > sender.priority:
                return self
        else:
            packet.append_to(self.queue)
        return sender

    def is_blocked(self):
        return self.held or (self.waiting and not self.pending)

    def step(self):
        """Run once; the task that runs next."""
        packet = None
        if self.waiting and self.pending:
            packet = self.queue
            self.queue = packet.link
            self.waiting = False
            self.pending = self.queue is not None
        return self.run(packet)

    def wait(self):
        self.waiting = True
        return self

    def hold(self):
        self.kernel.holds += 1
        self.held = True
        return self.next

    def release(self, name):
        task = self.kernel.tasks[name]
        task.held = False
        return task if task.priority > self.priority else self

    def send(self, packet):
        task = self.kernel.tasks[packet.task]
        self.kernel.packets += 1
        packet.link = None
        packet.task = self.name
        return task.receive(packet, self)

    def run(self, packet):
        raise NotImplementedError


class Idle(Task):
    def __init__(self, *arguments, count):
        super().__init__(*arguments, waiting=False)
        self.seed = 1
        self.count = count

    def run(self, packet):
        self.count -= 1
        if self.count == 0:
            return self.hold()
        if self.seed & 1 == 0:
            self.seed //= 2
            return self.release(DEVICE_A)
        self.seed = self.seed // 2 ^ 0xD008
        return self.release(DEVICE_B)


class Worker(Task):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.destination = HANDLER_A
        self.letter = 0

    def run(self, packet):
        if packet is None:
            return self.wait()
        self.destination = HANDLER_A + HANDLER_B - self.destination
        packet.task = self.destination
        packet.index = 0
        for position in range(BUFFER):
            self.letter = self.letter % 26 + 1
            packet.data[position] = ord("A") + self.letter - 1
        return self.send(packet)


class Handler(Task):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.work = None
        self.devices = None

    def run(self, packet):
        if packet is not None:
            if packet.kind == WORK:
                self.work = packet.append_to(self.work)
            else:
                self.devices = packet.append_to(self.devices)
        work = self.work
        if work is None:
            return self.wait()
        if work.index >= BUFFER:
            self.work = work.link
            return self.send(work)
        device = self.devices
        if device is None:
            return self.wait()
        self.devices = device.link
        device.index = work.data[work.index]
        work.index += 1
        return self.send(device)


class Device(Task):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.packet = None

    def run(self, packet):
        if packet is not None:
            self.packet = packet
            return self.hold()
        packet = self.packet
        if packet is None:
            return self.wait()
        self.packet = None
        return self.send(packet)


class Kernel:
    def __init__(self, count):
        self.first = None
        self.tasks = [None] * 6
        self.packets = 0
        self.holds = 0
        Idle(self, IDLE, 1, None, count=count)
        Worker(self, WORKER, 1000, self.queue(2, WORKER, WORK))
        Handler(self, HANDLER_A, 2000, self.queue(3, DEVICE_A, DEVICE))
        Handler(self, HANDLER_B, 3000, self.queue(3, DEVICE_B, DEVICE))
        Device(self, DEVICE_A, 4000, None)
        Device(self, DEVICE_B, 5000, None)

    def queue(self, length, task, kind):
        packet = None
        for _ in range(length):
            packet = Packet(packet, task, kind)
        return packet

    def schedule(self):
        task = self.first
        while task is not None:
            task = task.next if task.is_blocked() else task.step()


def run(n):
    """Let the idle task run n times; how many packets were sent and tasks held."""
    kernel = Kernel(n)
    kernel.schedule()
    return kernel.packets, kernel.holds
