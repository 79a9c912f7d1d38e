"""What `cratedex-bench encoding` and `encoding-http` found, in one or two sentences, and as the rows of one chart.

A sentence says that one encoding takes less only where the benchmark gave that verdict (the whole interval lies on one
side of 1, of 20 rounds or more) on most pages and the opposite on none. It gives the range of the ratios of those
pages, and how many they are where not all; what it cannot say so much of, it calls uncertain."""

CODINGS = ("raw", "gzip", "brotli", "zstd")
IN_CXX = ("simdjson", "RapidJSON")
TOO_FEW = "Too few rounds for a verdict."


def winner(operation):
    """The encoding that is better for certain, or ""."""
    ratio = operation.get("ratio")
    if ratio is None or not operation["verdict"] or ratio["low"] <= 1 <= ratio["high"]:
        return ""
    return "msgpack" if (ratio["high"] < 1) == (operation["better"] == "less") else "json"


def runtime_of(operation):
    """(what decodes or builds, what by): of C and C++, where MessagePack's library is always the same, the library of
    JSON; of others the language and, where it has several, the library of MessagePack."""
    libraries = operation.get("libraries")
    if libraries is None:
        return operation["name"], ""
    if libraries["msgpack"] == "msgpack-c":
        return ("C++" if libraries["json"] in IN_CXX else "C"), libraries["json"]
    has_several = operation["key"].count("_") > 1  # decode_node_msgpackr
    return operation["name"].rpartition(" in ")[2], libraries["msgpack"].split(" ")[0] if has_several else ""


def phrase_of(operation):
    language, library = runtime_of(operation)
    if language in ("C", "C++"):
        return f"by {library}"
    return f"in {language} with {library}" if library else f"in {language}"


def by_key(pages, is_wanted):
    """{key: [the operation of each page]} of what was measured."""
    found = {}
    for page in pages:
        for operation in page["operations"]:
            if "ratio" in operation and is_wanted(operation["key"]):
                found.setdefault(operation["key"], []).append(operation)
    return found


def span(values):
    """"0.05 to 0.08"; of one that is the same throughout, that alone."""
    low, high = (f"{value:.2f}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def listed(names):
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def sorted_out(found):
    """What is better for certain by MessagePack, by JSON, and the rest: three lists of phrases, the first two with the
    ratios."""
    sides = {"msgpack": [], "json": [], "": []}
    for operations in found.values():
        winners = [winner(operation) for operation in operations]
        decided = set(winners) - {""}
        side = decided.pop() if len(decided) == 1 else ""
        ratios = [operation["ratio"]["value"] for operation, one in zip(operations, winners) if one == side]
        phrase = phrase_of(operations[0])
        if side and 2 * len(ratios) > len(operations):
            of_pages = "" if len(ratios) == len(operations) else f" on {len(ratios)} of them"
            sides[side].append(f"{phrase} (× {span(ratios)}{of_pages})")
        else:
            sides[""].append(phrase)
    return sides["msgpack"], sides["json"], sides[""]


def n_pages(pages):
    return "the page measured" if len(pages) == 1 else f"the {len(pages)} pages measured"


def decoding_sentence(pages):
    less, more, rest = sorted_out(by_key(pages, lambda key: key.startswith("decode")))
    parts = []
    if less:
        parts.append(f"takes less time to decode than JSON does {listed(less)}")
    if more:
        parts.append(f"more than {listed(more)}" if less else
                     f"takes more time to decode than JSON does {listed(more)}")
    if not parts:
        return TOO_FEW if all(not operation["verdict"] for page in pages for operation in page["operations"]) else (
            f"No decoder reads one encoding faster than the other for certain on {n_pages(pages)}.")
    if rest:
        parts.append(f"neither for certain {listed(rest)}")
    return f"On {n_pages(pages)} MessagePack {'; '.join(parts)}."


def share(ratios):
    """"14 to 26 % fewer" or "more"; where the pages differ in that, the ratios."""
    percents = [100 * abs(1 - ratio) for ratio in ratios]
    low, high = (f"{value:.0f}" for value in (min(percents), max(percents)))
    words = low if low == high else f"{low} to {high}"
    if all(ratio < 1 for ratio in ratios):
        return f"{words} % fewer"
    return f"{words} % more" if all(ratio > 1 for ratio in ratios) else f"× {span(ratios)} as many"


def bytes_sentence(pages):
    raw = [page["bytes"]["raw"]["ratio"] for page in pages]
    # What is too small to be compressed says nothing of compression.
    coded = [page["bytes"][coding]["ratio"] for page in pages for coding in CODINGS[1:]
             if page["bytes"][coding]["json"] < page["bytes"]["raw"]["json"]]
    sentence = f"MessagePack has {share(raw)} bytes"
    if coded:
        sentence += f" as it is and {share(coded)} compressed"
    less, more, _ = sorted_out(by_key(pages, lambda key: key.startswith("build")))
    for side, words in ((less, "less"), (more, "more")):
        if side:
            sentence += f"; to build it takes {words} time than JSON {listed(side)}"
    return sentence + "."


def http_sentence(pages):
    found = by_key(pages, lambda key: True)
    decided = {"msgpack": 0, "json": 0, "": 0}
    for operations in found.values():
        for operation in operations:
            decided[winner(operation)] += 1
    n_ratios = sum(decided.values())
    if all(not operation.get("verdict") for operations in found.values() for operation in operations):
        return TOO_FEW
    return (f"Of {n_ratios} ratios through HTTP, {decided['']} are undecided; MessagePack is better for certain in "
            f"{decided['msgpack']}, JSON in {decided['json']}, where one in 20 would be so by chance.")


def verdict(result):
    pages = result["pages"]
    if "bytes" not in pages[0]:
        return http_sentence(pages)
    return f"{decoding_sentence(pages)} {bytes_sentence(pages)}"


def chart_label(operation):
    label = ", ".join(filter(None, runtime_of(operation)))
    return f"build: {label}" if operation["key"].startswith("build") else label


def chart_groups(page):
    """The ratios of a page for ratio_chart."""
    def rows(is_wanted):
        return [(chart_label(operation), operation["ratio"], winner(operation)) for operation in page["operations"]
                if "ratio" in operation and is_wanted(operation)]

    if "bytes" not in page:
        return [group for group in (("rates: more is better", rows(lambda operation: operation["better"] == "more")),
                                    ("times: less is better", rows(lambda operation: operation["better"] == "less")))
                if group[1]]
    sizes = [(coding, page["bytes"][coding]["ratio"]) for coding in CODINGS]
    return [("bytes", [(coding, {"value": ratio, "low": ratio, "high": ratio},
                        "msgpack" if ratio < 1 else "json" if ratio > 1 else "") for coding, ratio in sizes]),
            ("make an answer", rows(lambda operation: not operation["key"].startswith("decode"))),
            ("decode it", rows(lambda operation: operation["key"].startswith("decode")))]
