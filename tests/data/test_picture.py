import io
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from tf_edureka.data import picture, picture_shapes
from tf_edureka.data.picture import read as read_picture
from tf_edureka.errors import InputError


def seven(height=300, width=300, paper=255, ink=0) -> np.ndarray:
    """A seven of two strokes, a little left of the middle and below."""
    picture = np.full((height, width), paper, np.uint8)
    top, bottom, left, right = height // 3, height * 9 // 10, width // 5, width * 3 // 5
    stroke = max(2, height // 20)
    picture[top : top + stroke, left:right] = ink
    for row in range(top, bottom):
        at = right - (right - left) * (row - top) // (2 * (bottom - top))
        picture[row, at - stroke : at] = ink
    return picture


def stored(tmp_path, picture, name="digit.png", **options):
    path = tmp_path / name
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    picture.save(path, **options)
    return path


def read(tmp_path, picture, name="digit.png", **options):
    return read_picture(stored(tmp_path, picture, name, **options)).astype(int)


def centre(image):
    """Row and column of the centre of mass."""
    return [(image.sum(axis=1 - axis) @ np.arange(28)) / image.sum() for axis in (0, 1)]


def test_a_digit_fills_20_pixels_and_has_its_centre_of_mass_in_the_middle(tmp_path):
    image = read(tmp_path, seven())
    assert image.shape == (28, 28)
    assert image.max() == 255
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    assert np.ptp(rows) + 1 == 20  # the longer side
    assert np.ptp(columns) + 1 == 14  # 120 of 170 pixels, as in the picture
    np.testing.assert_allclose(centre(image), 14, atol=0.5)


@pytest.mark.parametrize(
    "other",
    [
        seven(paper=0, ink=255),
        seven(paper=90, ink=200),
        seven(900, 900),
        np.pad(seven(), ((400, 10), (0, 500)), constant_values=255),
        np.stack([seven()] * 3, axis=-1),
        seven().astype(np.uint16) * 200,
        Image.fromarray(seven()).convert("1"),
        Image.fromarray(seven()).convert("P"),
        Image.fromarray(np.stack([np.zeros((300, 300), np.uint8), 255 - seven()], -1), "LA"),
        Image.fromarray(np.stack([np.full((300, 300), 255, np.uint8), 255 - seven()], -1), "LA"),
    ],
    ids=[
        *("light on dark", "grey", "large", "far from the middle", "colours", "16 bits", "1 bit"),
        *("palette", "black on transparent", "white on transparent"),
    ],
)
def test_digit_is_the_same_in_any_size_colour_and_place(tmp_path, other):
    one, two = read(tmp_path, seven()), read(tmp_path, other)
    assert np.abs(one - two).mean() < 3  # of 255; a digit moved by a pixel differs by 20


def test_one_pixel_line_is_found_and_specks_are_ignored(tmp_path):
    picture = np.full((400, 400), 255, np.uint8)
    picture[100:301, 200] = 0
    line = read(tmp_path, picture)
    assert np.ptp(np.flatnonzero(line.any(axis=1))) + 1 == 20
    picture[20, 20] = picture[390, 10] = 0
    np.testing.assert_array_equal(read(tmp_path, picture), line)


def test_thin_strokes_have_full_ink_after_scaling(tmp_path):
    picture = np.full((800, 800), 255, np.uint8)
    picture[100:700, 400:403] = picture[697:700, 100:700] = 0  # 600 pixels become 20
    assert read(tmp_path, picture).max() == 255


def test_noise_shading_and_jpeg_change_little(tmp_path):
    random = np.random.default_rng(1)
    shaded = seven(paper=220, ink=40) * np.linspace(0.6, 1, 300) + random.normal(0, 8, (300, 300))
    picture = np.clip(shaded, 0, 255).astype(np.uint8)
    one, two = read(tmp_path, seven()), read(tmp_path, picture, "digit.jpg", quality=70)
    assert np.abs(one - two).mean() < 8


def test_a_lens_that_darkens_the_corners_changes_little(tmp_path):
    y, x = np.mgrid[-1:1:300j, -1:1:300j]
    picture = seven(paper=220, ink=40) * (1 - 0.35 * (x**2 + y**2))
    one, two = read(tmp_path, seven()), read(tmp_path, picture.astype(np.uint8))
    assert np.abs(one - two).mean() < 3


@pytest.mark.parametrize(
    ("orientation", "name"), [*((n, "d.jpg") for n in range(1, 9)), (6, "d.png")]
)
def test_exif_orientation_is_applied(tmp_path, orientation, name):
    held = Image.fromarray(seven(400, 300))
    exif = held.getexif()
    exif[0x0112] = orientation
    shown = ImageOps.exif_transpose(Image.open(stored(tmp_path, held, name, exif=exif)))
    one, two = read_picture(tmp_path / name), read(tmp_path, shown, "shown.png")
    assert np.abs(one - two).mean() < 3


FIVE = [
    [(210, 70), (110, 70), (104, 140)],
    [(104, 140), (160, 125), (205, 170), (160, 225), (95, 200)],
]
SEVEN = [[(80, 70), (205, 70), (165, 140), (125, 225)]]
WHITE, BLACK, BLUE = (250, 248, 240), (20, 20, 25), (150, 170, 215)


def sheet(strokes, paper=WHITE, ink=BLACK, *, size=(280, 280), width=18, under=(), scale=1.0):
    """Strokes over lines of (start, end, colour, width), drawn four times as large."""
    image = Image.new("RGB", tuple(4 * side for side in size), paper)
    pen = ImageDraw.Draw(image)
    for start, end, colour, thick in under:
        pen.line([tuple(4 * at for at in place) for place in (start, end)], colour, 4 * thick)
    for stroke in strokes:
        places = [tuple(4 * scale * at for at in place) for place in stroke]
        pen.line(places, ink, int(4 * scale * width), joint="curve")
    return np.asarray(image.resize(size, Image.Resampling.BOX))


def rules(size=280, step=30, colour=BLUE, thick=2):
    return [((0, at), (size, at), colour, thick) for at in range(10, size, step)]


def squares(size=280):
    return [
        line
        for start, end, *how in rules(size)
        for line in ((start, end, *how), (start[::-1], end[::-1], *how))
    ]


def frame(near, far, colour=BLACK, thick=5):
    corners = [(near, near), (far, near), (far, far), (near, far), (near, near)]
    return [(*ends, colour, thick) for ends in zip(corners, corners[1:], strict=False)]


def shadow(picture, width):
    y, x = np.indices(picture.shape[:2])
    return (picture * (1 - 0.5 / (1 + np.exp((150 - x - y / 4) / width)))[..., None]).astype("u1")


@pytest.mark.parametrize("digit", [FIVE, SEVEN], ids=["five", "seven"])
@pytest.mark.parametrize(
    "draw",
    [
        lambda digit: sheet(digit, under=rules()),
        lambda digit: sheet(digit, under=rules(colour=BLACK)),
        lambda digit: sheet(
            digit, under=[((0, 10 + at), (280, at), BLUE, 2) for at in range(0, 280, 30)]
        ),
        lambda digit: sheet(digit, under=squares()),
        lambda digit: sheet(digit, under=frame(2, 277)),
        lambda digit: sheet(digit, under=frame(30, 250)),
        lambda digit: sheet(digit, under=frame(45, 245, colour=(150, 60, 60))),
        lambda digit: shadow(sheet(digit), 2),
        lambda digit: shadow(sheet(digit), 40),
        lambda digit: shadow(sheet(digit, under=rules()), 15),
        lambda digit: sheet(digit, paper=(40, 90, 60), ink=(240, 240, 220)),
        lambda digit: sheet(digit, ink=(255, 220, 60)),
        lambda digit: sheet(digit, paper=(190, 60, 60), ink=(60, 190, 60)),
        lambda digit: sheet(digit, size=(700, 900), scale=0.3),
    ],
    ids=[
        *("ruled", "black rules", "ruled and tilted", "squared", "frame at the edge", "frame"),
        *("thin frame", "hard shadow", "soft shadow", "ruled and shadow", "chalk", "yellow ink"),
        *("green on red, as bright", "small on a large page"),
    ],
)
def test_digit_is_the_same_on_any_paper(tmp_path, draw, digit):
    one, two = read(tmp_path, sheet(digit)), read(tmp_path, draw(digit))
    assert np.abs(one - two).mean() < 11  # of 255; a digit moved by a pixel differs by 20


def test_separate_bar_belongs_to_the_digit(tmp_path):
    apart = [[(225, 60), (135, 72)], [(110, 90), (104, 140)], FIVE[1]]
    steps = picture.read_steps(stored(tmp_path, sheet(apart)))
    assert not steps.others
    assert steps.ink[64:68, 170:180].min() > 0.5


def test_parts_connected_by_thin_strokes_are_one_digit(tmp_path):
    sides = [[(105, 70), (105, 220)], [(175, 70), (175, 220)]]
    thin = [((105, y), (175, y), (170, 170, 165), 3) for y in (72, 218)]
    steps = picture.read_steps(stored(tmp_path, sheet(sides, under=thin)))
    assert not steps.others
    assert steps.ink[100, [105, 175]].min() == 1
    assert picture.read_steps(stored(tmp_path, sheet(sides))).others == 1


def test_two_digits_are_counted_separately(tmp_path):
    two = np.concatenate([sheet(FIVE), sheet(SEVEN)], axis=1)
    assert picture.read_steps(stored(tmp_path, two)).others == 1
    assert not picture.read_steps(stored(tmp_path, sheet(FIVE))).others


def test_steps_have_the_size_of_the_picture_and_paper_has_no_ink(tmp_path):
    steps = picture.read_steps(stored(tmp_path, shadow(sheet(SEVEN), 2)))
    assert steps.picture.shape == (280, 280, 3)
    assert steps.paper.shape == steps.ink.shape == (280, 280)
    bare = shadow(sheet([]), 2).mean(axis=2)
    assert np.mean(np.abs(steps.paper - bare) < 15) > 0.97
    assert steps.ink.max() == 1
    np.testing.assert_array_equal(steps.image, read_picture(tmp_path / "digit.png"))


def test_the_round_end_of_a_shadow_is_paper(tmp_path):
    def shaded(page):
        y, x = np.indices(page.shape[:2])
        inside = ((x - 230) / 120) ** 2 + ((y - 260) / 170) ** 2 < 1
        return np.where(inside[..., None], page * 0.6, page).astype("u1")

    steps = picture.read_steps(stored(tmp_path, shaded(sheet(SEVEN))))
    assert np.mean(np.abs(steps.paper - shaded(sheet([])).mean(axis=2)) < 15) > 0.99
    assert np.abs(steps.image.astype(int) - read(tmp_path, sheet(SEVEN))).mean() < 11


def test_the_paper_follows_a_shadow_that_is_narrower_than_the_page_but_not_than_the_digit(tmp_path):
    def shaded(strokes):
        page = sheet(strokes, size=(700, 500), scale=0.5)
        y, x = np.indices(page.shape[:2])
        return np.where((x + y / 4 < 150)[..., None], page * 0.5, page).astype("u1")

    digit = [[(x + 400, y + 300) for x, y in stroke] for stroke in SEVEN]
    steps = picture.read_steps(stored(tmp_path, shaded(digit)))
    bare = shaded([]).mean(axis=2)
    assert np.mean(np.abs(steps.paper - bare) < 15) > 0.97


@pytest.mark.parametrize("under", [[], rules(), squares(), frame(30, 250)])
def test_paper_without_a_digit_shows_nothing(tmp_path, under):
    with pytest.raises(InputError, match="no ink stands out"):
        read_picture(stored(tmp_path, sheet([], under=under)))


def test_shapes_are_numbered():
    drawn = np.array([[1, 0, 0, 1, 1], [0, 1, 0, 0, 1], [1, 0, 0, 0, 0], [0, 0, 0, 1, 1]], bool)
    labels, count = picture_shapes.label_shapes(drawn)
    assert count == 3
    parts = [labels[0, 0], labels[0, 3], labels[3, 3]]
    assert sorted(parts) == [1, 2, 3]
    expected = np.array([[1, 0, 0, 2, 2], [0, 1, 0, 0, 2], [1, 0, 0, 0, 0], [0, 0, 0, 3, 3]])
    np.testing.assert_array_equal(labels, np.array([0, *parts])[expected])
    spiral = np.ones((9, 9), bool)
    spiral[1, :8] = spiral[1:7, 7] = spiral[7, 1:8] = spiral[3:8, 1] = spiral[3, 1:6] = False
    assert picture_shapes.label_shapes(spiral)[1] == 1


def test_mnists_own_images_stay_nearly_as_they_are(mnist_folder, tmp_path):
    from tf_edureka.data import mnist

    images = mnist.load("idx", mnist_folder).test.images[:100]
    for paper in (0, 255):  # unchanged, and inverted to dark on light
        pictures = [
            read(tmp_path, np.abs(paper - image.astype(int)).astype("u1")) for image in images
        ]
        assert np.abs(np.stack(pictures) - images).mean() < 2  # of 255


def png(width: int, height: int, pixels: bytes = b"") -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def encoded(picture: np.ndarray, form: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, form)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "expected a PNG or JPEG picture"),
        (b"seven", "expected a PNG or JPEG picture"),
        (encoded(seven(), "GIF"), "expected a PNG or JPEG picture"),
        (encoded(seven(), "PNG")[:400], "cannot be read|cannot be decoded"),
        (encoded(seven(), "JPEG")[:700], "cannot be read|cannot be decoded"),
        (
            png(10_001, 5_000),
            "at most 50,000,000 pixels and 65,535 per side, .* announces 10001 x 5000",
        ),
        (png(2**31 - 1, 2**31 - 1), "at most 50,000,000 pixels"),
        (png(1, 50_000_000), "65,535 per side, but its header announces 1 x 50000000"),
        (encoded(np.full((50, 50), 200, np.uint8), "PNG"), "no ink stands out"),
        (encoded(np.zeros((1, 1), np.uint8), "PNG"), "no ink stands out"),
    ],
    ids=[
        "empty",
        "text",
        "GIF",
        "cut PNG",
        "cut JPEG",
        "bomb",
        "larger",
        "line",
        "blank",
        "one pixel",
    ],
)
def test_file_without_a_digit_is_rejected(tmp_path, content, complaint):
    path = tmp_path / "digit.png"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"^{path}: .*({complaint})"):
        read_picture(path)


def test_pipes_and_endless_files_are_rejected(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with (tmp_path / "long.png").open("wb") as file:
        file.truncate(10**12)
    for name, complaint in (
        ("pipe.png", "expected a PNG or JPEG file, got a pipe"),
        ("long.png", "of at most 67108864 bytes, got a longer one"),
    ):
        with pytest.raises(InputError, match=complaint):
            read_picture(tmp_path / name)


def test_specks_alone_are_not_a_digit(tmp_path):
    picture = np.full((300, 300), 255, np.uint8)
    picture[25::50, 25::50] = 0
    with pytest.raises(InputError, match="no ink stands out"):
        read(tmp_path, picture)


def test_noisy_paper_alone_is_not_a_digit(tmp_path):
    noise = np.random.default_rng(1).normal(200, 10, (300, 300)).astype(np.uint8)
    with pytest.raises(InputError, match="no ink stands out"):
        read_picture(stored(tmp_path, noise))
