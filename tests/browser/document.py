"""A page as bytes: its title, headings, ids and links, by the standard library's parser, which mends nothing."""

import html.parser
from urllib.parse import urldefrag, urljoin

# Attributes that name another address, and the elements that have them.
ADDRESSES = {
    "href": {"a", "link", "area", "use"},
    "src": {"script", "img", "iframe", "source", "audio", "video"},
    "action": {"form"},
    "formaction": {"button", "input"},
}
# Attributes that name ids of the same page, separated by spaces.
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "list", "form", "headers")


class Document(html.parser.HTMLParser):
    """`links` are (element, address as it is written, rel)."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.title, self.headings, self.ids, self.links, self.references = "", [], [], [], []
        self.handlers, self.styles = [], []  # what the Content-Security-Policy would not let be
        self.language = None
        self.resources = []
        self._open = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "html":
            self.language = values.get("lang")
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a" and "name" in values:
            self.ids.append(values["name"])
        for attribute, elements in ADDRESSES.items():
            if tag in elements and values.get(attribute) is not None:
                self.links.append((tag, values[attribute], values.get("rel") or ""))
        if tag == "script" and "src" in values or tag == "link" and values.get("rel") in ("stylesheet", "modulepreload"):
            self.resources.append(values.get("src") or values.get("href"))
        for attribute in REFERENCES:
            self.references += [(attribute, id_) for id_ in (values.get(attribute) or "").split()]
        self.handlers += [f"<{tag} {name}>" for name in values if name.startswith("on")]
        if "style" in values or tag == "style" or tag == "script" and "src" not in values and "json" not in (
            values.get("type") or ""
        ):
            self.styles.append(f"<{tag}>")
        # A drawing has titles too.
        if tag == "h1" or tag == "title" and not self.title:
            self._open = tag
            if tag == "h1":
                self.headings.append("")

    def handle_endtag(self, tag):
        if tag == self._open:
            self._open = None

    def handle_data(self, data):
        if self._open == "title":
            self.title += data
        elif self._open == "h1":
            self.headings[-1] += data

    def targets(self, url):
        """(absolute URL without its fragment, fragment, element) of each link of the page at `url`."""
        for element, address, _ in self.links:
            target, fragment = urldefrag(urljoin(url, address.strip()))
            yield target, fragment, element
