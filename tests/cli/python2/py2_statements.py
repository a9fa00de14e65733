# -*- coding: utf-8 -*-
"""print, exec, raise and except statements, backticks, <>, literals."""
import sys
print "plain"
print
print "a", "b",
print "c"
print ("one"), ("two")
print ("tuple", 1)
print "%s and %s" % ("x", 3)
print >>sys.stdout, "to stdout", 5
print "中文", u"ascii"
if 1 <> 2: print "differ"; print "twice"
print `[1, 'a']`, `2` + `3`
print 0777, 0xFF, 10L, 0o17, ur"\d", u"text", r"\w"
exec "made = 6 * 7"
print made
place = {}
exec "inside = 1" in place
print place["inside"]
try:
    raise ValueError, "told"
except ValueError, error:
    print "caught", error
try:
    raise KeyError, ("a", "b")
except (KeyError, ValueError), error:
    print error.args
try:
    try:
        1 / 0
    except ZeroDivisionError:
        kind, value, trace = sys.exc_info()
        raise RuntimeError, "again", trace
except RuntimeError, e: print e
def unpack((a, b), c, (d, (e, f))=(4, (5, 6))):
    return a, b, c, d, e, f
print unpack((1, 2), 3)
print (lambda (x, y): x * y)((3, 4))
print "mixed %d" % 1, \
    "lines"
assert not "", "never"
