"""The frame of the HTML reports: one file that needs no other, light or dark as the reader likes, wide tables that
scroll on a phone."""

import html

STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --text: #1c2530; --faint: #ccd3da; --decided: #0d6b3c; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14181d; --text: #e4e8ec; --faint: #3d4650; --decided: #6fcf97; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--page);
       color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.scroll { overflow-x: auto; overflow-wrap: normal; } figure { margin: 1rem 0; }
figcaption { font-weight: 600; }
table { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: right; white-space: nowrap;
         border-bottom: 1px solid var(--faint); }
th:first-child, td:first-child, .words { text-align: left; }
td small { opacity: .75; } .decided { color: var(--decided); }
"""


def number(value):
    """Three digits that count, thousands apart."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(titles, rows, kinds=()):
    """`titles` are text, `rows` lists of finished cells (<td>…</td>); `kinds` are classes of the titles, if any."""
    kinds = list(kinds) + [""] * (len(titles) - len(kinds))
    head = "".join(f'<th class="{kind}">{title}</th>' if kind else f"<th>{title}</th>"
                   for title, kind in zip(titles, kinds))
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>\n{body}</table></div>'


def html_page(title, heading, style, body):
    """The whole file. `style` is added to STYLE; `body` is HTML, the rest text."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title><style>{STYLE}{style}</style></head><body>
<h1>{html.escape(heading)}</h1>
{body}
</body></html>
"""
