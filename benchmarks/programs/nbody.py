"""The planets' orbits: floating-point arithmetic, tuples taken apart, lists written to."""

from itertools import combinations

PI = 3.141592653589793
SOLAR_MASS = 4 * PI * PI
YEAR = 365.24

# position (AU), velocity (AU a day), mass (of the sun's)
PLANETS = [
    ((4.84143144246472090, -1.16032004402742839, -0.103622044471123109),
     (0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023), 0.000954791938424326609),
    ((8.34336671824457987, 4.12479856412430479, -0.403523417114321381),
     (-0.00276742510726411881, 0.00499852801234917238, 0.0000230417297573763929), 0.000285885980666130812),
    ((12.8943695621391310, -15.1111514016986312, -0.223307578892655734),
     (0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556), 0.0000436624404335156298),
    ((15.3796971148509165, -25.9193146099879641, 0.179258772950371181),
     (0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870), 0.0000515138902046611451),
]  # fmt: skip


def system():
    """The sun and the planets as `(position, velocity, mass)`, with no momentum in all."""
    bodies = [([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], SOLAR_MASS)]
    for position, velocity, mass in PLANETS:
        bodies.append((list(position), [v * YEAR for v in velocity], mass * SOLAR_MASS))
    for axis in range(3):
        bodies[0][1][axis] = -sum(velocity[axis] * mass for _, velocity, mass in bodies[1:]) / SOLAR_MASS
    return bodies


def advance(dt, steps, bodies, pairs):
    for _ in range(steps):
        for ((x1, y1, z1), v1, m1), ((x2, y2, z2), v2, m2) in pairs:
            dx = x1 - x2
            dy = y1 - y2
            dz = z1 - z2
            magnitude = dt * ((dx * dx + dy * dy + dz * dz) ** -1.5)
            b1 = m1 * magnitude
            b2 = m2 * magnitude
            v1[0] -= dx * b2
            v1[1] -= dy * b2
            v1[2] -= dz * b2
            v2[0] += dx * b1
            v2[1] += dy * b1
            v2[2] += dz * b1
        for r, (vx, vy, vz), _ in bodies:
            r[0] += dt * vx
            r[1] += dt * vy
            r[2] += dt * vz


def energy(bodies, pairs):
    total = sum(mass * (vx * vx + vy * vy + vz * vz) / 2 for _, (vx, vy, vz), mass in bodies)
    for ((x1, y1, z1), _, m1), ((x2, y2, z2), _, m2) in pairs:
        dx, dy, dz = x1 - x2, y1 - y2, z1 - z2
        total -= m1 * m2 / (dx * dx + dy * dy + dz * dz) ** 0.5
    return total


def run(n):
    """The energy before and after n steps."""
    bodies = system()
    pairs = list(combinations(bodies, 2))
    before = energy(bodies, pairs)
    advance(0.01, n, bodies, pairs)
    return before, energy(bodies, pairs)
