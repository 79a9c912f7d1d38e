"""What is asked of each path of an OpenAPI document: known good parameters, and some that must fail.

A path is looked up by its shape, in which a parameter's name does not count, so that one table serves both
documents. A path that the table does not have is a fault of the table: the walk fails.
"""

import re
from urllib.parse import quote


def shape_of(path):
    return re.sub(r"\{[^}]*\}", "{}", path)


def filled(path, *values):
    """The path with its parameters in order."""
    rest = iter(values)
    return re.sub(r"\{[^}]*\}", lambda _: quote(next(rest), safe=":"), path)


UNKNOWN = "no-such-crate-as-this"


def of_unknown_crate(path, *more, query=""):
    return Bad(filled(path, UNKNOWN, *more) + query, 404, f"crate `{UNKNOWN}` does not exist")


class Good:
    """A request for what exists: any 4xx is a fault."""

    detail = None

    def __init__(self, target, accept="application/json", status=200):
        self.target = target
        self.accept = accept
        self.status = status


class Bad(Good):
    """A request that must be refused with that status and, where it is given, that sentence."""

    def __init__(self, target, status, detail=None):
        super().__init__(target, status=status)
        self.detail = detail


def constant(*queries):
    return lambda path, values: [Good(path + query) for query in queries]


def of_crates(*queries, plain=True):
    """Of every crate; one of the queries, in turn, besides the path alone."""

    def requests(path, values):
        for i, (name, _) in enumerate(values.crates):
            if plain:
                yield Good(filled(path, name))
            if queries:
                yield Good(filled(path, name) + queries[i % len(queries)])
        yield of_unknown_crate(path)

    return requests


def of_versions(*queries, looks_up=True):
    def requests(path, values):
        first = None
        for i, (name, number) in enumerate(values.versions(2)):
            first = first or name
            yield Good(filled(path, name, number) + (("", *queries)[i % (len(queries) + 1)]))
        if not looks_up:  # crates.io, too, says the same of versions that do not exist
            return
        yield of_unknown_crate(path, "1.0.0")
        if first:
            detail = f"crate `{first}` does not have a version `99999.0.0`"
            yield Bad(filled(path, first, "99999.0.0"), 404, detail)

    return requests


def redirecting(path, values):
    """By JSON or by a redirect, as Accept says."""
    for request in of_versions()(path, values):
        yield request
        if request.status == 200:
            yield Good(request.target, accept="*/*", status=302)


def some_versions(path, values):
    yield from of_crates("?sort=date", "?per_page=3", "?include=release_tracks", "?sort=date&per_page=2")(
        path, values
    )
    for name, numbers in values.crates[:50]:
        wanted = "&".join("nums[]=" + quote(number) for number in numbers[:3])
        if wanted:
            yield Good(f"{filled(path, name)}?{wanted}")
    yield Bad(filled(path, values.crates[0][0]) + "?per_page=101", 400)


def searches(path, values):
    sorts = ("relevance", "alpha", "downloads", "recent-downloads", "recent-updates", "new")
    for i, (name, _) in enumerate(values.crates):
        word = re.split(r"[-_]", name)[0]
        yield Good(f"{path}?q={quote(name)}&per_page=5")
        yield Good(f"{path}?q={quote(word)}&sort={sorts[i % len(sorts)]}&per_page=20")
    for (keyword,) in values.keywords:
        yield Good(f"{path}?keyword={quote(keyword)}")
        yield Good(f"{path}?q={quote(keyword)}&explain=1&match=best&highlight=1")
    for (slug,) in values.categories[:20]:
        yield Good(f"{path}?category={quote(slug)}&include_yanked=no")
    for user_id, _ in values.users:
        yield Good(f"{path}?user_id={user_id}")
    names = "&".join(f"ids[]={quote(name)}" for name, _ in values.crates[:100])
    yield from constant("", "?letter=s", "?page=2&per_page=50", "?q=sedre", "?q=pasre+jsno", "?page=200")(
        path, values
    )
    yield Good(f"{path}?{names}&per_page=100")
    yield from constant(
        "?min_downloads=1000",
        "?q=json&updated_since=2024-01-31&created_since=2015-01-01T00:00:00Z",
        "?rust_version=1.70&rust_version_known=yes&edition=2021",
        "?q=json&has=lib&stable=yes&no_std=yes",
        "?q=json+msrv:1.70+-async+in:name",
        "?q=%22json%22+min_downloads:1+updated_since:2015-01-01",
        "?q=-async&sort=downloads",
        "?facets=category,keyword,license,edition,rust_version,has",
        "?q=json+license:mit&facets=license,has&sort=downloads&per_page=1",
    )(path, values)
    yield Bad(path + "?per_page=0", 400)
    for name, _ in values.crates[:5]:
        yield Good(f"{path}?depends_on={quote(name)}&kind=dev&sort=downloads")
    yield Bad(path + "?min_downloads=many", 400)
    yield Bad(path + "?kind=dev", 400)
    for _, login in values.users[:5]:
        yield Good(f"{path}?owner={quote(login)}&sort=new")
    yield Bad(path + "?license=No-Such-Licence", 400)
    yield Bad(path + "?facets=licence", 400)
    yield Bad(path + "?following=1", 403)


def of_each(values_of, *, unknown=None):
    def requests(path, values):
        for value in values_of(values):
            yield Good(filled(path, str(value)))
        if unknown is not None:
            yield Bad(filled(path, unknown[0]), unknown[1])

    return requests


def crate_called_new(path, values):
    return [Good(path) if values.has_crate_new else Bad(path, 404, "crate `new` does not exist")]


def resolved(path, values):
    for name, numbers in values.crates:
        if numbers:
            yield Good(f"{filled(path, name)}?req={quote('=' + numbers[-1])}&prerelease=yes")
            yield Good(f"{filled(path, name)}?req=*&rust=1.70")
    yield of_unknown_crate(path, query="?req=1")
    yield Bad(filled(path, values.crates[0][0]) + "?req=not+a+requirement", 400)


def suggestions(path, values):
    for name, _ in values.crates:
        yield Good(f"{path}?q={quote(name[:3])}&limit=20")
        yield Good(f"{path}?q={quote(name[1:])}")
    yield Bad(path + "?limit=101", 400)


def index_files(*lengths):
    """What the sparse index has for names of these lengths; 4 is all longer ones."""

    def requests(path, values):
        for name, _ in values.crates:
            lower = name.lower()
            if min(len(lower), 4) in lengths:
                yield Good(filled(path, *index_steps(lower)), accept="text/plain")
        # A name begins with a letter or a digit.
        yield Bad(filled(path, *index_steps("_" * lengths[-1])), 404)

    return requests


def index_steps(lower):
    if len(lower) < 3:
        return str(len(lower)), lower
    if len(lower) == 3:
        return "3", lower[:1], lower
    return lower[:2], lower[2:4], lower


CRATE = "/api/v1/crates/{}"
VERSION = "/api/v1/crates/{}/{}"
LISTS = ("", "?page=2&per_page=7", "?sort=crates", "?sort=alpha&per_page=100", "?page=100000")

REQUESTS = {
    "/api/v1/crates": searches,
    "/api/v1/crates/new": crate_called_new,
    CRATE: of_crates("?include=versions", "?include=", "?include=keywords,categories", "?include=default_version"),
    CRATE + "/versions": some_versions,
    CRATE + "/downloads": of_crates("?include=versions"),
    CRATE + "/reverse_dependencies": of_crates("?per_page=50", "?page=2&per_page=2", "?sort=new&kind=normal&q=e"),
    CRATE + "/owners": of_crates(),
    CRATE + "/owner_user": of_crates(),
    CRATE + "/owner_team": of_crates(),
    CRATE + "/resolve": resolved,
    VERSION: of_versions(),
    VERSION + "/dependencies": of_versions(),
    VERSION + "/tree": of_versions("?depth=2"),
    VERSION + "/downloads": of_versions("?before_date=2026-10-01"),
    VERSION + "/authors": of_versions(looks_up=False),
    VERSION + "/readme": redirecting,
    VERSION + "/download": redirecting,
    "/api/v1/keywords": constant(*LISTS),
    "/api/v1/keywords/{}": of_each(lambda values: [k for (k,) in values.keywords], unknown=("no such", 404)),
    "/api/v1/categories": constant(*LISTS),
    "/api/v1/categories/{}": of_each(lambda values: [s for (s,) in values.categories], unknown=("no such", 404)),
    "/api/v1/category_slugs": constant(""),
    "/api/v1/users/{}": of_each(lambda values: [login for _, login in values.users], unknown=("no such", 404)),
    "/api/v1/users/{}/stats": of_each(lambda values: [user_id for user_id, _ in values.users], unknown=("x", 400)),
    "/api/v1/teams/{}": of_each(lambda values: [t for (t,) in values.teams], unknown=("no such", 404)),
    "/api/v1/summary": constant(""),
    "/api/v1/site_metadata": constant(""),
    "/api/v1/suggest": suggestions,
    "/api/openapi.json": constant(""),
    "/index/config.json": constant(""),
    "/index/{}/{}": index_files(1, 2),
    "/index/{}/{}/{}": index_files(3, 4),
    "/healthz": constant(""),
    "/readyz": constant(""),
    "/metrics": constant(""),
    "/status.json": constant("", "?history=5"),
}


def requests_of(path, operation, values):
    """The requests for a GET of the document; those that need a login must be refused."""
    needs_login = operation.get("security") and {} not in operation["security"]
    if needs_login:
        return [Bad(filled(path, *["1"] * path.count("{")), 403)]
    return REQUESTS[shape_of(path)](path, values)
