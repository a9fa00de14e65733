"""Whole numbers floor; floats, and classes with __div__, do not."""
print 7 / 2, -7 / 2, 7 / -2, 7 / 2.0, 7.0 / 2, True / 2
x = 9
x /= 2
print x
x = 9.0
x /= 2
print x
values = [10, 20.0]
values[0] /= 4
values[1] /= 8
print values
class Half(object):
    count = 15
    def __div__(self, other):
        return "div %s" % other
    def __rdiv__(self, other):
        return "rdiv %s" % other
h = Half()
h.count /= 2
print h.count, h / 3, 3 / h
class Steps(object):
    def __init__(self):
        self.at = 0
    def next_index(self):
        self.at += 1
        return 0
s = Steps()
values[s.next_index()] /= 2
print values, s.at
STEPS, SIZE = 100, 32
for i in range(STEPS / SIZE):
    start = (i * 8) % 32
    end = start + 8
    print i, start, end
print 10 ** 2 / 3, (1 + 2) / 2 * 2, 1 / 3 * 3
print reduce(lambda a, b: a / b, [100, 3, 2])
def inner():
    total = 7
    total /= 2
    return total
print inner()
