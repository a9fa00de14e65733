# A Python-2 program without a word that Python 3 refuses to read.
import tempfile
STEPS = 3
w = 5.5
for i in range(STEPS):
    w = w - 0.5
    print("After %d steps, w is %f") % (i, w)
    print("share"), i / 2
print("shown as a tuple", STEPS)
print("three {0} {1}").format("x", STEPS / 2)
print
