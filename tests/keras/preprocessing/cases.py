"""What is compared with tf_keras: each case takes its `preprocessing` and `utils`."""

import os
import random

import numpy as np
from PIL import Image

RNG = np.random.RandomState(7)
PICTURES = RNG.randint(0, 256, (6, 9, 7, 3)).astype("uint8")
GREY = PICTURES[..., :1]
LABELS = np.array([0, 1, 2, 0, 1, 2])
TALL = RNG.randint(0, 256, (9, 7, 3)).astype("float32")
AXES = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}


def batches(iterator, count=2):
    return [next(iterator) for _ in range(count)]


def flow(image, settings, seed=3, x=PICTURES, y=LABELS, **more):
    make = image.ImageDataGenerator(**settings)
    return batches(make.flow(x, y, batch_size=4, seed=seed, **more))


SETTINGS = {
    "plain": {},
    "rescale": {"rescale": 1 / 255.0},
    "rotation": {"rotation_range": 40},
    "shift": {"width_shift_range": 0.3, "height_shift_range": 0.2},
    "shift_pixels": {"width_shift_range": 3, "height_shift_range": [1, 2, 4]},
    "shear": {"shear_range": 25.0},
    "zoom": {"zoom_range": 0.4},
    "zoom_bounds": {"zoom_range": [0.5, 0.8]},
    "channel": {"channel_shift_range": 60.0},
    "brightness": {"brightness_range": (0.3, 1.4)},
    "flips": {"horizontal_flip": True, "vertical_flip": True},
    "samplewise": {"samplewise_center": True, "samplewise_std_normalization": True},
    "preprocessing": {"preprocessing_function": lambda x: x[::-1] / 2},
    "constant": {"rotation_range": 40, "fill_mode": "constant", "cval": 9.0},
    "reflect": {"rotation_range": 40, "fill_mode": "reflect"},
    "wrap": {"rotation_range": 40, "fill_mode": "wrap", "interpolation_order": 0},
    "cubic": {"rotation_range": 40, "interpolation_order": 3},
    "notes": {
        "rescale": 1.0 / 255,
        "rotation_range": 45,
        "width_shift_range": 0.15,
        "height_shift_range": 0.15,
        "horizontal_flip": True,
        "zoom_range": 0.5,
    },
    "everything": {
        "rotation_range": 20,
        "width_shift_range": 0.1,
        "height_shift_range": 0.1,
        "shear_range": 10,
        "zoom_range": 0.2,
        "channel_shift_range": 20,
        "horizontal_flip": True,
        "vertical_flip": True,
    },
    "double": {"rotation_range": 30, "dtype": "float64"},
}


def fitted(image, settings, **more):
    x = np.repeat(PICTURES[:, :4, :4], 4, axis=0) + RNG_NOISE
    make = image.ImageDataGenerator(**settings)
    make.fit(x, **more)
    return [make.mean, make.std, next(make.flow(x, batch_size=5, shuffle=False))]


RNG_NOISE = np.random.RandomState(3).rand(24, 4, 4, 3) * 50


def seeded(function):
    def call(image):
        np.random.seed(11)
        return function(image)

    return call


IMAGES = {f"flow_{name}": lambda im, s=s: flow(im, s) for name, s in SETTINGS.items()}
IMAGES |= {
    "flow_order": lambda im: flow(im, {}, shuffle=False),
    "flow_unseeded": seeded(lambda im: flow(im, {"rotation_range": 9}, seed=None)),
    "flow_weights": lambda im: flow(im, {}, sample_weight=np.arange(6) / 2),
    "flow_misc": lambda im: flow(im, {}, x=(PICTURES, [np.arange(6), np.ones(6)])),
    "flow_subset": lambda im: flow(
        im, {"validation_split": 0.5}, subset="validation", seed=1
    ),
    "flow_first": lambda im: flow(
        im,
        {
            "data_format": "channels_first",
            "rotation_range": 30,
            "horizontal_flip": True,
        },
        x=PICTURES.transpose(0, 3, 1, 2),
    ),
    "flow_index": lambda im: [
        im.ImageDataGenerator(zoom_range=0.2).flow(PICTURES, batch_size=4, seed=5)[i]
        for i in (1, 0)
    ],
    "fit_center": lambda im: fitted(
        im, {"featurewise_center": True, "featurewise_std_normalization": True}
    ),
    "fit_rescale": lambda im: fitted(
        im, {"featurewise_center": True, "rescale": 1 / 255.0}
    ),
    "fit_augment": lambda im: fitted(
        im,
        {
            "featurewise_center": True,
            "featurewise_std_normalization": True,
            "rotation_range": 20,
        },
        augment=True,
        rounds=2,
        seed=4,
    ),
    "fit_whitening": lambda im: fitted(
        im, {"featurewise_center": True, "zca_whitening": True, "zca_epsilon": 1e-2}
    ),
    "affine": lambda im: im.apply_affine_transform(
        TALL, theta=33, tx=1.5, ty=-0.5, shear=12, zx=0.8, zy=1.3, **AXES
    ),
    "affine_first": lambda im: im.apply_affine_transform(
        TALL.transpose(2, 0, 1), theta=20, zx=0.9, fill_mode="constant", cval=5
    ),
    "affine_swapped": lambda im: im.apply_affine_transform(
        TALL, theta=33, tx=1.5, row_axis=1, col_axis=0, channel_axis=2
    ),
    "brightness": lambda im: im.apply_brightness_shift(TALL, 0.6),
    "brightness_unscaled": lambda im: im.apply_brightness_shift(TALL, 1.2, scale=False),
    "brightness_wide": lambda im: im.apply_brightness_shift(
        TALL * 3 - 90, 1.2, scale=False
    ),
    "channel_shift": lambda im: im.apply_channel_shift(TALL, 30.0, 2),
    "random_rotation": seeded(lambda im: im.random_rotation(TALL, 30, **AXES)),
    "random_shift": seeded(lambda im: im.random_shift(TALL, 0.2, 0.3, **AXES)),
    "random_shear": seeded(lambda im: im.random_shear(TALL, 30, **AXES)),
    "random_zoom": seeded(lambda im: im.random_zoom(TALL, (0.5, 1.5), **AXES)),
    "random_channel": seeded(lambda im: im.random_channel_shift(TALL, 40, 2)),
    "random_brightness": seeded(lambda im: im.random_brightness(TALL, (0.5, 1.5))),
    "to_img": lambda im: np.asarray(im.array_to_img(TALL - 40)),
    "to_img_unscaled": lambda im: np.asarray(im.array_to_img(TALL, scale=False)),
    "to_img_grey": lambda im: np.asarray(im.array_to_img(TALL[..., :1])),
    "to_img_deep": lambda im: np.asarray(
        im.array_to_img(TALL[..., :1] * 9, scale=False)
    ),
    "to_array_grey": lambda im: im.img_to_array(Image.fromarray(GREY[0, ..., 0])),
    "to_array_first": lambda im: im.img_to_array(
        Image.fromarray(PICTURES[0]), "channels_first", "uint8"
    ),
    "smart_resize": lambda im: np.asarray(im.smart_resize(TALL, (6, 4))),
    "smart_resize_up": lambda im: np.asarray(im.smart_resize(TALL, (12, 15))),
    "smart_resize_nearest": lambda im: np.asarray(
        im.smart_resize(TALL, (5, 4), "nearest")
    ),
}


def folder_of_pictures(folder):
    """Three classes of 4, 3 and 3 PNG files, one grey, one below a subfolder."""
    for index in range(10):
        place = os.path.join(folder, "abc"[index % 3], "deep" if index == 6 else "")
        os.makedirs(place, exist_ok=True)
        data = np.roll(PICTURES[index % 6], index, 0)
        img = Image.fromarray(data if index != 4 else data[..., 0])
        img.save(os.path.join(place, f"p{index}.png"))
    with open(os.path.join(folder, "a", "notes.txt"), "w") as file:
        file.write("no picture")


def from_folder(image, folder, settings=None, **more):
    make = image.ImageDataGenerator(**(settings or {}))
    more = {"target_size": (6, 5), "batch_size": 4, "seed": 2} | more
    found = make.flow_from_directory(folder, **more)
    return [*batches(found, 2), found.classes, len(found), found.samples]


def frame(folder):
    import pandas

    names = sorted(
        os.path.relpath(os.path.join(place, name), folder)
        for place, _, files in os.walk(folder)
        for name in files
    )
    return pandas.DataFrame(
        {
            "filename": [*names, "none.png"],
            "class": [name[0] for name in names] + ["a"],
            "value": np.arange(len(names) + 1) / 4,
            "other": np.arange(len(names) + 1),
            "many": [[name[0], "z"] for name in names] + [["a"]],
        }
    )


def from_frame(image, folder, settings=None, **more):
    make = image.ImageDataGenerator(**(settings or {}))
    more = {"target_size": (6, 5), "batch_size": 4, "seed": 2} | more
    found = make.flow_from_dataframe(frame(folder), folder, **more)
    return [*batches(found, 2), len(found), found.samples]


FOLDERS = {
    "folder": from_folder,
    "folder_binary": lambda im, f: from_folder(
        im, f, classes=["c", "a"], class_mode="binary", color_mode="grayscale"
    ),
    "folder_sparse": lambda im, f: from_folder(
        im, f, class_mode="sparse", shuffle=False, interpolation="bilinear"
    ),
    "folder_input": lambda im, f: from_folder(
        im, f, class_mode="input", color_mode="rgba", keep_aspect_ratio=True
    ),
    "folder_none": lambda im, f: from_folder(
        im, f, class_mode=None, settings={"rotation_range": 20, "rescale": 0.5}
    ),
    "folder_training": lambda im, f: from_folder(
        im, f, settings={"validation_split": 0.3}, subset="training"
    ),
    "folder_validation": lambda im, f: from_folder(
        im, f, settings={"validation_split": 0.3}, subset="validation"
    ),
    "frame": from_frame,
    "frame_raw": lambda im, f: from_frame(im, f, class_mode="raw", y_col="value"),
    "frame_multi": lambda im, f: from_frame(
        im, f, class_mode="multi_output", y_col=["value", "other"]
    ),
    "frame_labels": lambda im, f: from_frame(im, f, y_col="many"),
    "frame_weights": lambda im, f: from_frame(
        im, f, weight_col="value", class_mode="sparse", classes=["b", "a"]
    ),
    "frame_split": lambda im, f: from_frame(
        im, f, settings={"validation_split": 0.4}, subset="training", class_mode=None
    ),
    "load_img": lambda im, f: [
        np.asarray(im.load_img(os.path.join(f, "a", "p0.png"), **more))
        for more in (
            {},
            {"color_mode": "grayscale", "target_size": (5, 6)},
            {"target_size": (20, 20), "interpolation": "bicubic"},
            {"target_size": (4, 9), "keep_aspect_ratio": True},
        )
    ],
}

TEXTS = ["The cat sat on the mat.", "The dog ate my cat!", "A mat, a dog; the END", ""]


def tokenizer(text, **settings):
    made = text.Tokenizer(**settings)
    made.fit_on_texts(TEXTS)
    again = text.tokenizer_from_json(made.to_json())
    sequences = made.texts_to_sequences(["the cat ate a fish", "zebra dog"])
    return {
        "word_index": made.word_index,
        "counts": dict(made.word_counts),
        "docs": dict(sorted(made.word_docs.items())),
        "index_docs": sorted(made.index_docs.items()),
        "documents": made.document_count,
        "sequences": sequences,
        "texts": again.sequences_to_texts(sequences),
        "matrices": [
            made.texts_to_matrix(TEXTS, mode).round(12).tolist()
            for mode in ("binary", "count", "freq", "tfidf")
        ],
        "config": {k: v for k, v in made.get_config().items() if k != "word_docs"}
        | {"index_docs": None},
        "again": again.texts_to_sequences(TEXTS),
    }


WORDS = {
    "tokenizer": lambda K: tokenizer(K.text),
    "tokenizer_few": lambda K: tokenizer(K.text, num_words=4),
    "tokenizer_oov": lambda K: tokenizer(K.text, num_words=5, oov_token="<oov>"),
    "tokenizer_chars": lambda K: tokenizer(K.text, char_level=True),
    "tokenizer_case": lambda K: tokenizer(K.text, lower=False, filters=".", split="t"),
    "tokenizer_own": lambda K: tokenizer(K.text, analyzer=str.split),
    "words": lambda K: K.text.text_to_word_sequence("Hi, you! It's\tme--me"),
    "words_split": lambda K: K.text.text_to_word_sequence("a-b,C", "-", False, ","),
    "hashing": lambda K: K.text.hashing_trick("the cat the dog", 50, "md5"),
    "hashing_own": lambda K: K.text.hashing_trick("the cat", 50, len),
    "pad": lambda K: K.sequence.pad_sequences([[1, 2, 3], [4], [5, 6]]).tolist(),
    "pad_post": lambda K: K.sequence.pad_sequences(
        [[1, 2, 3], [4], []], 2, "float32", "post", "post", 7.5
    ).tolist(),
    "pad_pre": lambda K: K.sequence.pad_sequences([[1, 2, 3], [4]], maxlen=2).tolist(),
    "pad_items": lambda K: K.sequence.pad_sequences(
        [[[1, 2]], [[3, 4], [5, 6]]]
    ).tolist(),
    "pad_text": lambda K: K.sequence.pad_sequences(
        [["a", "b"], ["c"]], dtype=object, value="-"
    ).tolist(),
    "table": lambda K: K.sequence.make_sampling_table(30).tolist(),
    "skipgrams": lambda K: skipgrams(K, [1, 2, 0, 3, 4, 5], 9),
    "skipgrams_seed": lambda K: skipgrams(K, [1, 2, 3, 4], 9, window_size=1, seed=4),
    "skipgrams_kept": lambda K: skipgrams(
        K, [1, 2, 3, 4], 9, sampling_table=[0.5] * 9, categorical=True, shuffle=False
    ),
    "series": lambda K: series(K, length=4, batch_size=3),
    "series_rate": lambda K: series(
        K,
        length=6,
        sampling_rate=2,
        stride=3,
        start_index=1,
        end_index=16,
        batch_size=2,
    ),
    "series_reverse": lambda K: series(K, length=3, reverse=True, batch_size=5),
    "series_shuffle": lambda K: series(K, length=3, shuffle=True, batch_size=5),
    "categorical": lambda K: K.utils.to_categorical([[0], [2], [1]]).tolist(),
    "categorical_shape": lambda K: [
        K.utils.to_categorical(y, n).shape
        for y, n in (([[1, 2]], 4), ([[[1]]], 3), (2, 4))
    ],
    "normalize": lambda K: K.utils.normalize(np.float64([[3, 4], [0, 0]])).tolist(),
    "normalize_l1": lambda K: K.utils.normalize(
        np.float64([[3, 4], [1, 1]]), axis=0, order=1
    ).tolist(),
}


def skipgrams(K, *args, **kwargs):
    random.seed(6)
    return K.sequence.skipgrams(*args, **kwargs)


def series(K, **settings):
    np.random.seed(2)
    data = np.arange(40).reshape(20, 2)
    made = K.sequence.TimeseriesGenerator(data, np.arange(20) * 10, **settings)
    pairs = [made[i] for i in range(len(made))]
    again = K.sequence.TimeseriesGenerator(data, np.arange(20) * 10, **settings)
    return [[x.tolist(), y.tolist()] for x, y in pairs] + [again.get_config()]
