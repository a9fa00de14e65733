"""Modules under the names that Python 2 had for them."""
import ConfigParser
import cPickle as pickle
import cStringIO
import itertools
import os
import Queue
import string
import StringIO
import sys
import urllib
import urllib2
import urlparse
from itertools import izip, imap
from types import ListType, StringType
reload(sys)
sys.setdefaultencoding("utf-8")
print pickle.loads(pickle.dumps([1, "a"])), sys.maxint
print string.letters[:3], string.lowercase[-1], string.join(["a", "b"], "-")
print string.upper("x"), string.atoi("12"), string.replace("aXa", "X", "b")
print list(izip([1], [2])), list(imap(abs, [-1])), list(itertools.ifilter(None, [0, 3]))
print os.getcwdu() == os.getcwd()
q = Queue.Queue()
q.put(4)
print q.get(), isinstance([], ListType), isinstance("s", StringType)
buf = StringIO.StringIO()
buf.write("text")
print buf.getvalue(), cStringIO.StringIO("line\n").readline().strip()
print urllib.quote("a b"), urllib.urlencode({"k": "v w"}), urllib.unquote("%41")
print urlparse.urlparse("http://h/p?q=1").netloc
print urllib2.Request("http://host/x").get_full_url()
config = ConfigParser.ConfigParser()
config.add_section("s")
config.set("s", "k", "v")
print config.get("s", "k")
