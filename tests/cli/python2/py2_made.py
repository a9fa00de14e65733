# Source that the program makes itself, and what only text and exceptions had.
from __future__ import print_function
exec "q = 3 / 2"
print(q)
space = {}
exec "import sys\nz = 7 / 2\nfor k in xrange(2): print('in', k)" in space
print(space['z'], eval("7/2"), eval(compile("9/2", "<made>", "eval")))
try:
    exec "x = = 1"
except SyntaxError, e:
    print("refused", e.filename, e.lineno)
try:
    raise ValueError, "bad %d" % 3
except ValueError, e:
    print(e.message)
print(unicode('abc', 'utf-8'), isinstance(u'a', unicode))
print('C:\users', ur'\d', 'x'.encode('hex'), '616263'.decode('hex'))


class Ordered:
    def __init__(self, key):
        self.key = key

    def __cmp__(self, other):
        return cmp(self.key, other.key)


print(Ordered(1) < Ordered(2), Ordered(3) == Ordered(3), max(Ordered(1), Ordered(4)).key)
import math
print(math.ceil(2.5) / 2, math.floor(3), oct(8), oct(0))
