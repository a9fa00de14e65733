"""California housing: 20,640 districts, 8 figures each, and the median house value.

Pace, Barry (1997).
"""

from penstock.keras.datasets.places import STORE
from penstock.keras.datasets.tables import shuffled_split
from penstock.keras.utils.download import get_file


def load_data(
    version="large",
    path="california_housing.npz",
    test_split=0.2,
    seed=113,
    cache_dir=None,
):
    """(x_train, y_train), (x_test, y_test): [n, 8] and [n], in $; "small": 600 rows."""
    if version not in ("large", "small"):
        raise ValueError(
            f'Argument `version` must be "large" or "small". Received: {version}.'
        )
    found = get_file(
        path,
        origin=STORE + "california_housing.npz",
        file_hash="1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
        cache_dir=cache_dir,
    )
    return shuffled_split(found, 600 if version == "small" else None, test_split, seed)
