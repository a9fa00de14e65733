import sys
class A:
	def f(self):
		if True:
			return 1
        # eight spaces are one tab
        def g(self):
            text = """
	kept tab
"""
	    return text
a = A()
print a.f(), repr(a.g())
for i in range(2):
	print i
        print i * 2
