"""Every name that programs of the 2.x years use resolves, or is Keras'."""

import pytest


def census(root):
    for line in (root / "tools" / "census.txt").read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        _, name, _, later = line.split("\t")
        if int(later) and name.startswith("tf.") and not name.startswith("tf.keras"):
            yield name


#: Names of 1.x that some files of the 2.x years still mention.
GONE = {"tf.variable_scope"}


def test_census_names_resolve(root, tf):
    missing = []
    for name in census(root):
        found = tf
        try:
            for part in name.split(".")[1:]:
                found = getattr(found, part)
        except AttributeError:
            missing.append(name)
    assert set(missing) <= GONE, missing


def test_a_missing_name_says_where(tf):
    with pytest.raises(AttributeError, match=r"tf\.no_such_name is not in Penstock"):
        tf.no_such_name  # noqa: B018


def test_1x_iterators_stay_out_of_2x(tf):
    iterator = iter(tf.data.Dataset.range(2))
    assert [int(x) for x in iterator] == [0, 1]
