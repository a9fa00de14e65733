a, b = {"x": 1}, {"y": 2}
both = a.values() + b.values()
print(both)
print(zip([1, 2], [3, 4])[1])
print(7 / 2)
