"""DeltaBlue: an incremental solver of constraints of different strengths; class hierarchies and virtual calls."""

from enum import IntEnum
from itertools import pairwise


class Strength(IntEnum):
    """How much a constraint matters; less is stronger."""

    REQUIRED = 0
    STRONG = 1
    PREFERRED = 2
    NORMAL = 3
    WEAK = 4
    WEAKEST = 5


class Variable:
    def __init__(self, value=0):
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.strength = Strength.WEAKEST
        self.stays = True


class Constraint:
    is_input = False

    def __init__(self, strength, *variables):
        self.strength = strength
        self.variables = variables
        self.output = None

    def choices(self):
        """The variables that could be computed by this constraint."""
        return self.variables

    def add_to(self, planner):
        for variable in self.variables:
            variable.constraints.append(self)
        planner.add(self)

    def remove_from(self, planner):
        if self.output is not None:
            planner.remove(self)
        for variable in self.variables:
            variable.constraints.remove(self)

    def inputs(self):
        output = self.output
        return [variable for variable in self.variables if variable is not output]

    def satisfy(self, mark, planner):
        """Enforce this constraint if it is the strongest; the constraint that it overrides."""
        best = None
        for variable in self.choices():
            if variable.mark == mark or variable.strength <= self.strength:
                continue
            if best is None or variable.strength > best.strength:
                best = variable
        self.output = best
        if best is None:
            if self.strength is Strength.REQUIRED:
                raise ValueError("a required constraint cannot be satisfied")
            return None
        for variable in self.inputs():
            variable.mark = mark
        overridden = best.determined_by
        if overridden is not None:
            overridden.output = None
        best.determined_by = self
        planner.propagate(self, mark)
        best.mark = mark
        return overridden

    def is_known(self, mark):
        for variable in self.inputs():
            if not (variable.mark == mark or variable.stays or variable.determined_by is None):
                return False
        return True

    def recalculate(self):
        output = self.output
        strength = self.strength
        stays = True
        for variable in self.inputs():
            strength = max(strength, variable.strength)
            stays = stays and variable.stays
        output.strength = strength
        output.stays = stays
        if stays:
            self.execute()

    def execute(self):
        raise NotImplementedError


class Stay(Constraint):
    def execute(self):
        pass


class Edit(Constraint):
    is_input = True

    def recalculate(self):
        self.output.strength = self.strength
        self.output.stays = False

    def execute(self):
        pass


class Equal(Constraint):
    def execute(self):
        first, second = self.variables
        if self.output is second:
            second.value = first.value
        else:
            first.value = second.value


class Scale(Constraint):
    """target = source * factor + offset, in either direction."""

    def choices(self):
        return self.variables[0], self.variables[3]

    def execute(self):
        source, factor, offset, target = self.variables
        if self.output is target:
            target.value = source.value * factor.value + offset.value
        else:
            source.value = (target.value - offset.value) // factor.value


class Planner:
    def __init__(self):
        self.mark = 0

    def new_mark(self):
        self.mark += 1
        return self.mark

    def add(self, constraint):
        mark = self.new_mark()
        while constraint is not None:
            constraint = constraint.satisfy(mark, self)

    def remove(self, constraint):
        output = constraint.output
        constraint.output = None
        output.determined_by = None
        output.strength = Strength.WEAKEST
        output.stays = True
        unsatisfied = []
        todo = [output]
        while todo:
            variable = todo.pop()
            for other in variable.constraints:
                if other.output is None and other is not constraint:
                    unsatisfied.append(other)
            for consumer in self.consumers(variable):
                consumer.recalculate()
                todo.append(consumer.output)
        for other in sorted(unsatisfied, key=lambda other: other.strength):
            if other.output is None:
                self.add(other)

    def consumers(self, variable):
        for constraint in variable.constraints:
            if constraint is not variable.determined_by and constraint.output is not None:
                yield constraint

    def propagate(self, constraint, mark):
        todo = [constraint]
        while todo:
            current = todo.pop()
            if current.output.mark == mark:
                raise ValueError("the constraints form a cycle")
            current.recalculate()
            todo.extend(self.consumers(current.output))

    def plan(self, sources):
        """The constraints to execute, in order, when the outputs of *sources* have changed."""
        mark = self.new_mark()
        plan = []
        todo = list(sources)
        while todo:
            constraint = todo.pop()
            if constraint.output.mark != mark and constraint.is_known(mark):
                plan.append(constraint)
                constraint.output.mark = mark
                todo.extend(self.consumers(constraint.output))
        return plan

    def change(self, variable, value):
        edit = Edit(Strength.PREFERRED, variable)
        edit.add_to(self)
        plan = self.plan([edit])
        for number in range(10):
            variable.value = value + number
            for constraint in plan:
                constraint.execute()
        edit.remove_from(self)


def chain(n):
    """n variables, each equal to the next: what is put in on the left comes out on the right."""
    planner = Planner()
    variables = [Variable() for _ in range(n + 1)]
    for left, right in pairwise(variables):
        Equal(Strength.REQUIRED, left, right).add_to(planner)
    Stay(Strength.NORMAL, variables[-1]).add_to(planner)
    planner.change(variables[0], 50)
    return variables[-1].value


def projection(n):
    """n points scaled by common factors, pulled from both ends."""
    planner = Planner()
    factor, offset = Variable(10), Variable(1000)
    pairs = []
    for number in range(n):
        source, target = Variable(number), Variable(number)
        pairs.append((source, target))
        Stay(Strength.NORMAL, source).add_to(planner)
        Scale(Strength.REQUIRED, source, factor, offset, target).add_to(planner)
    source, target = pairs[-1]
    planner.change(source, 17)
    forward = target.value
    planner.change(target, 1050)
    backward = source.value
    planner.change(factor, 5)
    scaled = [pair[1].value for pair in pairs[:-1]]
    planner.change(offset, 2000)
    return forward, backward, sum(scaled), sum(pair[1].value for pair in pairs[:-1])


def run(n):
    """The results of a chain and of a projection of n variables."""
    return chain(n), projection(n)
