"""Counts how many synthetic photographs of MNIST's test digits `predict` reads right, by kind.

    python tests/photos.py runs/mnist/model.keras [--count 200] [--seed 1] [--kinds ruled,frame]

It also counts how often the answer is "not sure": for right answers, and for other shapes.

Each picture is a test digit as ink on drawn paper, of random size, place, colours, noise and JPEG
quality. MNIST is read from the folder in TF_EDUREKA_MNIST_DIR.
"""

import argparse
import io
import os
import tempfile
import time
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont


def coverage(digit, side):
    """The digit as a shape with smooth edges, `side` pixels high: 0 paper, 1 ink."""
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    return np.clip((np.asarray(large, float) / 255 - 0.5) * 2.5 + 0.5, 0, 1)


def page(random, shortest=320, longest=900):
    height, width = random.integers(shortest, longest, 2)
    return np.ones((height, width, 3)) * (random.uniform(215, 255) - random.uniform(0, 18, 3))


def placed(random, digit, canvas, share=(0.3, 0.85), most=400):
    """The amount of ink at each place of a page, with the digit near its middle."""
    height, width = canvas.shape[:2]
    side = int(np.clip(random.uniform(*share) * min(height, width), 28, most))
    ink = np.zeros((height, width))
    top, left = (int(random.uniform(0.2, 0.8) * (length - side)) for length in (height, width))
    ink[top : top + side, left : left + side] = coverage(digit, side)
    return ink, (top, left, side)


def dark(random):
    """A pen's or a pencil's colour."""
    colours = [(20, 20, 25), (20, 25, 90), (60, 60, 65), (95, 95, 100), (25, 40, 140)]
    return np.array(colours[random.integers(len(colours))]) + random.uniform(-15, 15, 3)


def inked(canvas, ink, colour):
    return canvas * (1 - ink[..., None]) + colour * ink[..., None]


def stripes(random, canvas, side, turned, tilt):
    """The coverage by lines across the page at each place."""
    y, x = np.indices(canvas.shape[:2], dtype=float)
    if turned:
        y, x = x, y
    spacing = max(12, random.uniform(0.12, 0.6) * side)
    width = random.uniform(1, max(1.2, min(4.5, 0.025 * side)))
    distance = (y * np.cos(tilt) + x * np.sin(tilt) + random.uniform(0, spacing)) % spacing
    return np.clip(0.5 + width / 2 - np.abs(distance - spacing / 2), 0, 1)


def line_colour(random):
    colours = [(150, 170, 215), (170, 170, 170), (110, 130, 190), (95, 95, 100), (220, 140, 140)]
    return np.array(colours[random.integers(len(colours))]) + random.uniform(-20, 20, 3)


def ruled(random, digit, squared=False):
    canvas = page(random)
    ink, (_, _, side) = placed(random, digit, canvas)
    tilt = random.choice([0, random.uniform(-0.03, 0.03)])
    colour = line_colour(random)
    state = random.bit_generator.state
    for turned in (False, True)[: 1 + squared]:
        random.bit_generator.state = state  # the same spacing in both directions, so squares
        lines = stripes(random, canvas, side, turned, -tilt if turned else tilt)
        canvas = inked(canvas, lines, colour)
    if random.random() < 0.3:  # a margin
        x = np.indices(ink.shape)[1]
        at = random.choice([0.08, 0.93]) * ink.shape[1]
        canvas = inked(canvas, np.clip(1.5 - np.abs(x - at), 0, 1), np.array([210, 90, 90]))
    return inked(canvas, ink, dark(random))


def frame(random, digit):
    canvas = page(random)
    ink, (top, left, side) = placed(random, digit, canvas, (0.3, 0.7))
    height, width = ink.shape
    thick = int(random.integers(2, 13))
    edges = []
    for start, length in ((top, height), (left, width)):
        # From the edge of the picture to close around the digit, whose margin is a seventh.
        low = int(random.uniform(0, 0.9) * start)
        high = length - int(random.uniform(0, 0.9) * (length - start - side))
        edges.append((0, length) if random.random() < 0.2 else (low, high))
    (y0, y1), (x0, x1) = edges
    around = np.zeros(ink.shape)
    around[y0:y1, x0:x1] = 1
    around[y0 + thick : y1 - thick, x0 + thick : x1 - thick] = 0
    colour = dark(random)
    canvas = inked(canvas, around, colour if random.random() < 0.6 else line_colour(random))
    return inked(canvas, ink, colour)


def shaded(random, digit, hard):
    canvas = page(random)
    ink, (top, left, side) = placed(random, digit, canvas, (0.25, 0.7))
    canvas = inked(canvas, ink, dark(random))
    y, x = np.indices(ink.shape)
    angle = random.uniform(0, 2 * np.pi)
    through_y, through_x = (at + side * random.uniform(0, 1) for at in (top, left))
    distance = (y - through_y) * np.sin(angle) + (x - through_x) * np.cos(angle)
    soft = random.uniform(0.5, 25) if hard else random.uniform(0.1, 0.4) * min(ink.shape)
    dim = random.uniform(0.4, 0.75)
    light = 1 - (1 - dim) / (1 + np.exp(-np.clip(distance / soft, -30, 30)))
    if not hard and random.random() < 0.5:  # vignetting of a lens
        y, x = (2 * at / length - 1 for at, length in zip((y, x), ink.shape, strict=True))
        light *= 1 - random.uniform(0.1, 0.35) * (x * x + y * y) / 2
    return canvas * light[..., None]


def small(random, digit):
    canvas = page(random, 1000, 1700)
    ink, _ = placed(random, digit, canvas, (0.07, 0.16))
    canvas = inked(canvas, ink, dark(random))
    y, x = (np.linspace(-1, 1, length) for length in ink.shape)
    slope = 1 - random.uniform(0, 0.2) * (1 + np.add.outer(random.choice([-1, 1]) * y, x) / 2)
    return canvas * slope[..., None]


def grain(random, shape, size):
    """Random shades from 0 to 1 that change over `size` pixels."""
    few = random.integers(0, 256, [1 + int(length / size) for length in shape]).astype(np.uint8)
    large = Image.fromarray(few).resize(shape[::-1], Image.Resampling.BICUBIC)
    return np.asarray(large, float) / 255


def chalk(random, digit):
    boards = [(35, 85, 60), (30, 32, 34), (45, 60, 70), (20, 60, 45), (70, 75, 75)]
    canvas = page(random) * 0 + np.array(boards[random.integers(len(boards))])
    canvas += random.uniform(0, 25) * grain(random, canvas.shape[:2], 60)[..., None]
    ink, _ = placed(random, digit, canvas)
    ink = ink * (1 - random.uniform(0, 0.6) * grain(random, ink.shape, 2.5))
    colour = np.array([235, 235, 225]) - random.uniform(0, 60, 3) * random.integers(2)
    return inked(canvas, ink, colour)


def coloured(random, digit):
    canvas = page(random)
    colour = random.uniform(0, 255, 3)
    paper = canvas[0, 0]
    if random.random() < 0.5:
        paper = random.uniform(60, 255, 3)
    while np.linalg.norm(colour - paper) < 90:
        colour = random.uniform(0, 255, 3)
    canvas = canvas * 0 + paper
    ink, _ = placed(random, digit, canvas)
    return inked(canvas, ink, colour)


def noisy(random, digit):
    canvas = page(random)
    ink, _ = placed(random, digit, canvas)
    canvas = inked(canvas, ink, dark(random))
    sigma = random.uniform(8, 35)
    if random.random() < 0.5:
        return canvas + random.normal(0, sigma, canvas.shape)
    return canvas + random.normal(0, sigma, (*ink.shape, 1))


def clean(random, digit):
    canvas = page(random)
    ink, _ = placed(random, digit, canvas)
    return inked(canvas, ink, dark(random))


KINDS = {
    "clean": clean,
    "ruled": ruled,
    "squared": lambda random, digit: ruled(random, digit, squared=True),
    "frame": frame,
    "hard shadow": lambda random, digit: shaded(random, digit, hard=True),
    "soft shadow": lambda random, digit: shaded(random, digit, hard=False),
    "small": small,
    "chalk": chalk,
    "coloured": coloured,
    "noise": noisy,
    "MNIST, light": lambda random, digit: digit,
    "MNIST, dark": lambda random, digit: 255 - digit,
}


def picture(kind, digit, random):
    """A picture of a kind, as the bytes of its file."""
    pixels = KINDS[kind](random, digit)
    file = io.BytesIO()
    if kind.startswith("MNIST"):
        Image.fromarray(pixels).save(file, "png")
        return file.getvalue()
    pixels = pixels + random.normal(0, random.uniform(0, 4), pixels.shape[:2])[..., None]
    image = Image.fromarray(np.uint8(np.clip(np.round(pixels), 0, 255)))
    if random.random() < 0.3:
        image = image.convert("L") if kind not in ("coloured",) else image
    if random.random() < 0.3:
        image.save(file, "png", compress_level=1)
    else:
        image.save(file, "jpeg", quality=int(random.integers(60, 96)))
    return file.getvalue()


def pictures(kind, digits, count, seed):
    """Picture files of a kind, with the index of the digit that each shows."""
    random = np.random.default_rng([seed, list(KINDS).index(kind)])
    for index in random.choice(len(digits), count, replace=False):
        yield index, picture(kind, digits[index], random)


LETTERS = "AEFHKMNPRTWXYVUCJLaefhkmnwxtdpr"  # without letters that look like a digit


def letter(random, digits, labels):
    fonts = Path(matplotlib.get_data_path(), "fonts/ttf")
    fonts = sorted([*fonts.glob("DejaVuS*.ttf"), *fonts.glob("STIXGeneral*.ttf")])
    fonts = [str(font) for font in fonts if "Display" not in font.name]
    font = ImageFont.truetype(fonts[random.integers(len(fonts))], 180)
    image = Image.new("L", (280, 280), 255)
    text = LETTERS[random.integers(len(LETTERS))]
    ImageDraw.Draw(image).text((140, 140), text, fill=0, font=font, anchor="mm")
    return np.asarray(image, np.float32)


def block(random, digits, labels):
    image = Image.new("L", (280, 280), 255)
    corners = [(30, 30), tuple(30 + random.integers(40, 220, 2))]
    pen, many = ImageDraw.Draw(image), [tuple(at) for at in random.integers(40, 240, (5, 2))]
    (pen.ellipse, pen.rectangle, lambda at, fill: pen.polygon(many, fill))[random.integers(3)](
        corners, fill=0
    )
    return np.asarray(image, np.float32)


def two_digits(random, digits, labels):
    """Two digits, which touch in some pictures."""
    one, two = (255 * coverage(digits[at], 180) for at in random.integers(0, len(digits), 2))
    gap = int(random.integers(60, 180))
    row = np.pad(one, ((0, 0), (0, gap)))
    row[:, gap:] = np.maximum(row[:, gap:], two)
    return np.pad(row, 60).astype(np.float32)


def upside_down(random, digits, labels):
    (others,) = np.nonzero(np.isin(labels, (3, 4, 7)))
    return digits[random.choice(others)][::-1, ::-1].astype(np.float32)


NO_DIGIT = {
    "letters": letter,
    "filled shapes": block,
    "two digits": two_digits,
    "3, 4, 7 upside down": upside_down,
}


def print_alarms(ask, test, count, seed):
    """Prints for how many of MNIST's test images, and of other shapes, the answer is "not sure"."""
    from tf_edureka import mlp
    from tf_edureka.data import picture as reading

    shares, certainty = mlp.with_certainty(ask, test.images)
    right, unsure = shares.argmax(axis=1) == test.labels, certainty < mlp.MIN_CERTAINTY
    print(
        f"not sure of {unsure.mean():.1%} of MNIST's {len(right)} test images as they are: ", end=""
    )
    print(f"{unsure[right].mean():.1%} of the right and {unsure[~right].mean():.1%} of the wrong")
    random = np.random.default_rng(seed)
    for kind, make in NO_DIGIT.items():
        unsure = 0
        for _ in range(count):
            steps = reading.steps(make(random, test.images, test.labels)[..., np.newaxis])
            if steps is None or steps.others:
                unsure += 1
            else:
                unsure += mlp.with_certainty(ask, steps.image[np.newaxis])[1][0] < mlp.MIN_CERTAINTY
        print(f"{kind:<20}{unsure / count:>8.1%} not sure")


def main():
    from tf_edureka import mlp
    from tf_edureka.data import mnist, picture as reading
    from tf_edureka.errors import InputError

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS).replace("T, ", "T; "))
    parser.add_argument("--wrong", type=Path, help="a folder to keep the wrong ones in")
    args = parser.parse_args()
    kinds = [kind.replace("; ", ", ") for kind in args.kinds.split(",") if kind]
    test = mnist.load("idx", os.environ["TF_EDUREKA_MNIST_DIR"]).test
    model = mlp.load_model(args.model)

    def ask(images):
        return mlp.probabilities(model, images)

    print(f"of {args.count} each, seed {args.seed}; 'sure, wrong' are those that nothing warns of")
    print(f"{'kind':<14}{'right':>8}{'unread':>8}{'not sure':>10}{'sure, wrong':>13}{'seconds':>9}")
    path = Path(tempfile.mkdtemp()) / "picture"
    for kind in kinds:
        counts, seconds = np.zeros(4), 0.0
        for index, content in pictures(kind, test.images, args.count, args.seed):
            path.write_bytes(content)
            start = time.perf_counter()
            try:
                steps = reading.read_steps(path)
            except InputError:
                steps = None
            seconds += time.perf_counter() - start
            answer, sure = None, False
            if steps is not None:
                shares, certainty = mlp.with_certainty(ask, steps.image[np.newaxis])
                answer = shares.argmax()
                sure = certainty[0] >= mlp.MIN_CERTAINTY and not steps.others
            right, read = answer == test.labels[index], steps is not None
            counts += right, not read, read and not sure, sure and not right
            if not right and args.wrong:
                suffix = "png" if content.startswith(b"\x89") else "jpg"
                name = f"{kind}_{index}_{test.labels[index]}_{answer}.{suffix}".replace(" ", "_")
                args.wrong.mkdir(parents=True, exist_ok=True)
                (args.wrong / name).write_bytes(content)
        shares = "{:>8.1%}{:>8.1%}{:>10.1%}{:>13.1%}".format(*counts / args.count)
        print(f"{kind:<14}{shares}{seconds / args.count:>9.3f}", flush=True)
    print_alarms(ask, test, args.count, args.seed)


if __name__ == "__main__":
    main()
