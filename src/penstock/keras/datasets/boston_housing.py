"""Boston housing: 506 districts, 13 figures each, and the median house price.

Harrison, Rubinfeld (1978). The data hold a variable built on race; use it to teach
about that, not to model prices.
"""

from penstock.keras.datasets.places import STORE
from penstock.keras.datasets.tables import shuffled_split
from penstock.keras.utils.download import get_file


def load_data(path="boston_housing.npz", test_split=0.2, seed=113, cache_dir=None):
    """(x_train, y_train), (x_test, y_test): float64 [n, 13] and [n], in $1000."""
    found = get_file(
        path,
        origin=STORE + "boston_housing.npz",
        file_hash="f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
        cache_dir=cache_dir,
    )
    return shuffled_split(found, None, test_split, seed)
