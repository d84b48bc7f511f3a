"""Tables for people: aligned text, geometric means, marks for figures that miss a goal."""

import math


class Table:
    """Rows of cells; the first column is aligned left, the others right."""

    def __init__(self, header):
        self.rows = [list(header), None]

    def add(self, *cells):
        self.rows.append([str(cell) for cell in cells])

    def rule(self):
        if self.rows[-1] is not None:
            self.rows.append(None)

    def text(self):
        rows = self.rows if self.rows[-1] is not None else self.rows[:-1]
        widths = [0] * len(rows[0])
        for row in rows:
            for i, cell in enumerate(row or []):
                widths[i] = max(widths[i], len(cell))
        lines = []
        for row in rows:
            if row is None:
                lines.append("-" * (sum(widths) + 2 * (len(widths) - 1)))
                continue
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines)


def geometric_mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values))


def figure(value):
    """A positive number with three significant digits."""
    if value >= 100:
        return f"{value:.0f}"
    if value >= 10:
        return f"{value:.1f}"
    if value >= 1:
        return f"{value:.2f}"
    return f"{value:.3f}"


def percent(value):
    """A spread in five columns; empty if it is None, as it is after a single round."""
    return "     " if value is None else f"±{100 * value:.0f}%".rjust(5)


def time_cell(summary):
    return f"{summary.low:.3f} / {summary.median:.3f}{percent(summary.spread)}"


def ratio_cell(value, spread, mark=" "):
    return f"{figure(value)}{percent(spread)}{mark}"


def failure_cell(result):
    return result.failure.label if result.failure else "-"


def times_table(suite, results, keys, clock):
    """Seconds of every program under every peer: minimum, median and spread."""
    table = Table(["program", *keys])
    for group, programs in suite.by_group(results):
        for program in programs:
            row = results[program.name]
            table.add(program.name, *[
                time_cell(row[key].time(clock)) if row[key] else failure_cell(row[key])
                for key in keys])
        table.rule()
    return table.text()


def ratios(results, name, base, key, ratio):
    """The ratio of one program, or None if either side failed."""
    row = results[name]
    return ratio(row[key], row[base]) if row[base] and row[key] else None


def ratio_table(suite, results, base, keys, ratio):
    """How many times as fast the base is as each other peer, with geometric means.

    Returns the text and a dictionary of the means. A program in which the base is slower than
    lua5.4 by more than the spread is marked.
    """
    others = [key for key in keys if key != base]
    table = Table([f"{base} is times as fast as", *[key + "      " for key in others]])
    means, all_values = {}, {key: [] for key in others}
    marked = False
    for group, programs in suite.by_group(results):
        values = {key: [] for key in others}
        for program in programs:
            cells = []
            for key in others:
                found = ratios(results, program.name, base, key, ratio)
                if not found:
                    side = base if not results[program.name][base] else key
                    cells.append(failure_cell(results[program.name][side]) + "      ")
                    continue
                value, spread = found
                values[key].append(value)
                slower = key == "lua5.4" and value * (1 + (spread or 0)) < 1
                marked = marked or slower
                cells.append(ratio_cell(value, spread, "<" if slower else " "))
            table.add("  " + program.name, *cells)
        means[group] = mean_row(table, f"{group}", values)
        table.rule()
        for key in others:
            all_values[key] += values[key]
    means["all"] = mean_row(table, "all", all_values)
    text = table.text()
    if marked:
        text += f"\n<  {base} is slower than lua5.4, by more than the spread"
    return text, means


def mean_row(table, label, values):
    """Adds a row of geometric means and returns them by peer."""
    means = {key: geometric_mean(list_) for key, list_ in values.items() if list_}
    table.add(f"{label}: geometric mean", *[
        figure(means[key]) + "      " if key in means else "-      " for key in values])
    return means


# The goals for peak memory against lua5.4: a factor where lua5.4 needs much, else an amount.
MEMORY_LARGE_MIB = 64
MEMORY_FACTOR = 1.3
MEMORY_EXTRA_MIB = 16


def misses_memory_goal(ours, reference):
    if reference > MEMORY_LARGE_MIB:
        return ours > MEMORY_FACTOR * reference
    return ours > reference + MEMORY_EXTRA_MIB


def memory_table(suite, results, base, keys):
    """Peak resident memory, and the base's as a multiple of each peer's.

    Returns the text and the geometric means of the multiples.
    """
    others = [key for key in keys if key != base]
    table = Table(["peak memory, MiB", *keys, *[f"{base}/{key}" for key in others]])
    multiples = {key: [] for key in others}
    marked = False
    for group, programs in suite.by_group(results):
        for program in programs:
            row = results[program.name]
            peak = {key: row[key].memory().median for key in keys if row[key]}
            cells = [f"{peak[key]:.1f}" if key in peak else failure_cell(row[key]) for key in keys]
            for key in others:
                if base not in peak or key not in peak:
                    cells.append("- ")
                    continue
                multiple = peak[base] / peak[key]
                multiples[key].append(multiple)
                over = key == "lua5.4" and misses_memory_goal(peak[base], peak[key])
                marked = marked or over
                cells.append(figure(multiple) + (">" if over else " "))
            table.add(program.name, *cells)
        table.rule()
    means = {key: geometric_mean(list_) for key, list_ in multiples.items() if list_}
    table.add("geometric mean", *["" for _ in keys],
              *[figure(means[key]) + " " if key in means else "- " for key in others])
    text = table.text()
    if marked:
        text += (f"\n>  more than {MEMORY_FACTOR} times lua5.4 where that exceeds"
                 f" {MEMORY_LARGE_MIB} MiB, else more than {MEMORY_EXTRA_MIB} MiB above it")
    return text, means


LIMITS_GOAL = 1.05


def limits_table(suite, results, plain, limited, ratio):
    """Time with limits as a multiple of the time without. Returns the text and the mean."""
    table = Table(["program", "plain s", "limits s", "limits/plain      "])
    values = []
    marked = False
    for group, programs in suite.by_group(results):
        for program in programs:
            row = results[program.name]
            if not (row[plain] and row[limited]):
                table.add(program.name, failure_cell(row[plain]), failure_cell(row[limited]),
                          "-      ")
                continue
            value, spread = ratio(row[limited], row[plain])
            values.append(value)
            over = value > LIMITS_GOAL * (1 + (spread or 0))
            marked = marked or over
            # The two figures differ by little, so the ratio needs a digit more than elsewhere.
            table.add(program.name, f"{row[plain].time(ratio.clock).low:.3f}",
                      f"{row[limited].time(ratio.clock).low:.3f}",
                      f"{value:.3f}{percent(spread)}{'>' if over else ' '}")
        table.rule()
    mean = geometric_mean(values) if values else None
    table.add("geometric mean", "", "", f"{mean:.3f}      " if mean else "-      ")
    text = table.text()
    if marked:
        text += f"\n>  more than {LIMITS_GOAL} times, by more than the spread"
    return text, mean


# The goal for programs that defeat speculation: the time as a multiple of the baseline compiler's.
HOSTILE_GOAL = 1.2


def hostile_table(results, keys, ratio):
    """Times, and those of the first peer as a multiple of each other's.

    Returns the text and the geometric means of the multiples. A program that takes the first peer longer than the goal allows,
    beyond the spread, is marked.
    """
    base, others = keys[0], keys[1:]
    table = Table(["program", *keys, *[f"{base}/{key}      " for key in others]])
    multiples = {key: [] for key in others}
    marked = False
    for name, row in results.items():
        cells = [time_cell(row[key].time(ratio.clock)) if row[key] else failure_cell(row[key]) for key in keys]
        for key in others:
            if not (row[base] and row[key]):
                cells.append("-      ")
                continue
            value, spread = ratio(row[base], row[key])
            multiples[key].append(value)
            over = key == "devvm-baseline" and value > HOSTILE_GOAL * (1 + (spread or 0))
            marked = marked or over
            cells.append(ratio_cell(value, spread, ">" if over else " "))
        table.add(name, *cells)
    table.rule()
    means = {key: geometric_mean(list_) for key, list_ in multiples.items() if list_}
    cells = [figure(means[key]) + "      " if key in means else "-      " for key in others]
    table.add("geometric mean", *["" for _ in keys], *cells)
    text = table.text()
    if marked:
        text += f"\n>  {base} takes more than {HOSTILE_GOAL} times as long as the baseline compiler, by more than the spread"
    return text, means
