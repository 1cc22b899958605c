import math
from os.path import join as j, sep

r = math.floor(2.5)
