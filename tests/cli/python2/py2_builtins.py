"""Lists where Python 3 has iterators, and builtins that are gone."""
print range(3) + [9], map(str, range(3)), zip([1, 2], "ab"), filter(None, [0, 1, 2])
print map(None, [1, 2, 3], [4]), map(lambda a, b: (a, b), [1, 2], [3])
print filter(lambda c: c > "a", "abc"), filter(None, (0, 1))
print zip(*[(1, 2), (3, 4)])[0], map(int, "12")[1]
print sum(xrange(5)), len(xrange(10)), xrange(3)[1]
d = {"one": 1}
print d.keys() + ["more"], d.values()[0], d.items()[0], d.has_key("one"), d.has_key(2)
for key, value in d.iteritems():
    print key, value
print list(d.iterkeys()), list(d.itervalues()), sorted(d.viewkeys())
keys = d.keys()
keys.sort()
print keys
print sorted([3, 1, 2], cmp=lambda a, b: cmp(b, a)), cmp(1, 2), cmp("b", "a")
numbers = [3, 1, 2]
numbers.sort(lambda a, b: b - a)
print numbers
numbers.sort(key=lambda n: -n, reverse=True)
print numbers
print round(2.5), round(-2.5), round(3.14159, 2), round(7)
print unichr(65), isinstance("a", basestring), isinstance(u"a", unicode), long(3) == 3
print apply(max, (1, 5)), reduce(lambda a, b: a + b, [1, 2, 3]), intern("x")
print coerce(1, 2.5), isinstance(ValueError(), StandardError)
print "abc".decode("utf-8") == u"abc", type(5L) is long
it = iter([1, 2])
print it.next(), it.next()
class Count(object):
    def __init__(self, n):
        self.n = n
    def __iter__(self):
        return self
    def next(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n
    def __nonzero__(self):
        return self.n > 100
print list(Count(3)), bool(Count(3)), Count(5).next()
class Meta(type):
    def __new__(cls, name, bases, members):
        members["added"] = name
        return type.__new__(cls, name, bases, members)
class Made(object):
    __metaclass__ = Meta
print Made.added
def generate():
    yield 1
print generate().next()
name = raw_input("name? ")
number = input("number? ")
print name, number, number / 2
