from __future__ import division
from __future__ import print_function
print(7 / 2, 7 // 2)
print("a", "b", sep="-", end="!\n")
for i in xrange(2):
    print(i, end=" ")
print()
