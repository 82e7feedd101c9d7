"""The chart of README's section on the data server, from the tables of `servers`."""

import statistics

COLOURS = {"here": "#2563eb", "stock": "#9ca3af"}
NAMES = {"here": "tfevents", "stock": "stock data server"}
INK = "#1f2937"
LEFT, LONGEST, TALL, BAR = 250, 420, 46, 14

# The tables in their order.
MANY, WIDE, PAINT = range(3)

# What a pair of bars shows: its name, the table, the row, and how its figure is written.
PAIRS = [
    ("load 10 M scalars of 2,000 runs", WIDE, "load, CPU s", "{:.2f} s"),
    ("… memory", WIDE, "memory when loaded, MB", "{:,.0f} MB"),
    ("load 5 M scalars of 50 runs", MANY, "load, CPU s", "{:.2f} s"),
    ("… memory", MANY, "memory when loaded, MB", "{:,.0f} MB"),
    ("the last points of 2,000 runs appear", PAINT, "the last point of a tag of every run, s", "{:.1f} s"),
    ("list 200,000 series", WIDE, "list all series, ms", "{:,.0f} ms"),
    ("the last point of each", WIDE, "… of all, the last point, ms", "{:,.0f} ms"),
]


def draw(tables):
    """An SVG of tables in which each row of ours is followed by that of the stock server."""
    height = 40 + TALL * len(PAIRS)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}" '
        'role="img" aria-label="What loading and listing take with this data server and with the stock one" '
        'font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="760" height="{height}" rx="8" fill="#ffffff"/>',
    ]

    def text(x, y, words, anchor="start"):
        parts.append(f'<text x="{x:.0f}" y="{y}" text-anchor="{anchor}" fill="{INK}">{words}</text>')

    def bar(x, y, width, server):
        colour = COLOURS[server]
        parts.append(f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2" fill="{colour}"/>')

    for server, x in (("here", LEFT), ("stock", LEFT + 90)):
        bar(x, 12, BAR, server)
        text(x + 20, 24, NAMES[server])
    for number, (name, table, row, form) in enumerate(PAIRS):
        top = 38 + TALL * number
        rows = tables[table].rows
        ours = next(at for at, found in enumerate(rows) if found.what == f"{row}: here")
        figures = {
            server: statistics.median(rows[ours + at].values) for at, server in enumerate(COLOURS)
        }
        text(LEFT - 12, top + 18, name, "end")
        for server, y in (("here", top), ("stock", top + 16)):
            width = LONGEST * figures[server] / max(figures.values())
            bar(LEFT, y, max(width, 2), server)
            text(LEFT + width + 6, y + 12, form.format(figures[server]))
    return "\n".join([*parts, "</svg>", ""])
