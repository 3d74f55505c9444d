"""Fetches a web page through the sandbox's proxy and prints it as Markdown. The page is hostile: it is taken apart here, and nowhere else."""

import base64
import http.client
import json
import re
import sys
import urllib.parse
import zlib
from html.parser import HTMLParser

MOST = 5_000_000
REDIRECTS = 5
MOST_QUOTES = 8
LEFT_OUT = {"script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "select", "button", "nav"}
# Their ends may be left out, so hiding one of them could hide all the rest.
ENDLESS = {"p", "li", "dt", "dd", "tr", "td", "th", "option", "html", "body"}
BLOCKS = {
    "p", "div", "section", "article", "main", "header", "footer", "aside", "figure", "figcaption", "form", "fieldset", "address", "dl",
    "dt", "dd", "table", "thead", "tbody", "details", "summary",
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def tidy(text):
    """Without the white space that the tags left behind; what is preformatted stays as it is."""
    parts = re.split(r"(```\n.*?\n```)", text, flags=re.S)
    for index in range(0, len(parts), 2):
        part = re.sub(r"[ \t]+\n", "\n", parts[index])
        part = re.sub(r"\n[ \t]+(?![-\d ])", "\n", part)
        parts[index] = re.sub(r"\n{3,}", "\n\n", part)
    return "".join(parts).strip()


class Markdown(HTMLParser):
    """Writes text as it comes; what spans several tags (a link, a cell) is gathered on a stack until it closes."""

    def __init__(self, base):
        super().__init__(convert_charrefs=True)
        self.base = base
        self.title = ""
        self.in_title = False
        self.pieces = [[]]
        self.left_out = []
        self.lists = []
        self.links = []
        self.rows = []
        self.pre = 0
        self.quotes = 0

    # What is written goes to the innermost gathering.
    def write(self, text):
        self.pieces[-1].append(text)

    def gather(self):
        self.pieces.append([])

    def gathered(self):
        return "".join(self.pieces.pop()) if len(self.pieces) > 1 else ""

    def block(self):
        self.write("\n\n")

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "title" and not self.title:
            self.in_title = True
        if tag == "base" and attributes.get("href"):
            self.base = urllib.parse.urljoin(self.base, attributes["href"])
        if self.left_out:
            if tag == self.left_out[-1] and tag not in VOID:
                self.left_out.append(tag)
            return
        is_hidden = ("hidden" in attributes or attributes.get("aria-hidden") == "true") and tag not in ENDLESS
        if tag in LEFT_OUT or is_hidden:
            if tag not in VOID:
                self.left_out.append(tag)
            return
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.block()
            self.write("#" * int(tag[1]) + " ")
        elif tag in BLOCKS:
            self.block()
        elif tag in ("ul", "ol"):
            self.lists.append([tag, 0])
            if len(self.lists) == 1:
                self.block()
        elif tag == "li":
            kind = self.lists[-1] if self.lists else ["ul", 0]
            kind[1] += 1
            mark = f"{kind[1]}. " if kind[0] == "ol" else "- "
            self.write("\n" + "  " * min(max(len(self.lists) - 1, 0), 8) + mark)
        elif tag == "br":
            self.write("\n")
        elif tag == "hr":
            self.write("\n\n---\n\n")
        elif tag == "blockquote":
            if self.quotes < MOST_QUOTES:
                self.gather()
            self.quotes += 1
        elif tag == "pre":
            self.pre += 1
            if self.pre == 1:
                self.write("\n\n```\n")
        elif tag == "code" and not self.pre:
            self.write("`")
        elif tag in ("strong", "b") and not self.pre:
            self.write("**")
        elif tag in ("em", "i") and not self.pre:
            self.write("*")
        elif tag == "img":
            alternative = " ".join((attributes.get("alt") or "").split())
            if alternative:
                self.write(f"![{alternative}]({self.address(attributes.get('src') or '')})")
        elif tag == "a" and len(self.links) < 8:
            self.links.append(attributes.get("href"))
            self.gather()
        elif tag == "tr":
            self.rows.append(0)
        elif tag in ("td", "th") and self.rows:
            self.rows[-1] += 1
            self.gather()

    def handle_endtag(self, tag):
        if tag == "title":
            self.in_title = False
        if self.left_out:
            if tag == self.left_out[-1]:
                self.left_out.pop()
            return
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6") or tag in BLOCKS:
            self.block()
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            if not self.lists:
                self.block()
        elif tag == "blockquote" and self.quotes:
            self.quotes -= 1
            if self.quotes < MOST_QUOTES and len(self.pieces) > 1:
                lines = tidy(self.gathered()).split("\n")
                self.write("\n\n" + "\n".join(("> " + line).rstrip() for line in lines) + "\n\n")
        elif tag == "pre" and self.pre:
            self.pre -= 1
            if not self.pre:
                self.write("\n```\n\n")
        elif tag == "code" and not self.pre:
            self.write("`")
        elif tag in ("strong", "b") and not self.pre:
            self.write("**")
        elif tag in ("em", "i") and not self.pre:
            self.write("*")
        elif tag == "a" and self.links:
            self.close_link(self.links.pop())
        elif tag in ("td", "th") and self.rows and len(self.pieces) > 1:
            self.write("| " + " ".join(self.gathered().split()).replace("|", "\\|") + " ")
        elif tag == "tr" and self.rows:
            if self.rows.pop():
                self.write("|\n")

    def close_link(self, target):
        text = self.gathered()
        words = " ".join(text.split())
        address = self.address(target or "")
        if not words:
            return
        if not address or "\n" in text.strip():
            self.write(text)
        else:
            self.write((" " if text[:1].isspace() else "") + f"[{words}]({address})" + (" " if text[-1:].isspace() else ""))

    def address(self, target):
        try:
            address = urllib.parse.urljoin(self.base, target.strip())
        except ValueError:
            return ""
        return address.replace(" ", "%20").replace(")", "%29") if address.startswith(("http://", "https://")) else ""

    def handle_data(self, data):
        if self.in_title:
            self.title += data
        if self.left_out or self.in_title:
            return
        self.write(data if self.pre else re.sub(r"\s+", " ", data))

    def text(self):
        while len(self.pieces) > 1:
            self.write(self.gathered())
        return tidy("".join(self.pieces[0]))


def fetch(url):
    """The page at a URL, as (address, content type, bytes); redirects are followed within what the sandbox may reach."""
    for _ in range(REDIRECTS + 1):
        proxy = http.client.HTTPConnection("127.0.0.1", 3128, timeout=60)
        proxy.request("GET", url, headers={
            "Accept": "text/html,application/xhtml+xml,text/*;q=0.9,*/*;q=0.1", "Accept-Encoding": "gzip, identity",
            "User-Agent": "Mozilla/5.0 (compatible; read_web_page)",
        })
        answer = proxy.getresponse()
        if answer.status in (301, 302, 303, 307, 308) and answer.getheader("location"):
            url = urllib.parse.urljoin(url, answer.getheader("location"))
            continue
        body = answer.read(MOST)
        if answer.status >= 400 and body.startswith(b"egress proxy: "):
            sys.exit(f"{url}: " + body.decode().strip())
        if answer.status >= 400:
            sys.exit(f"{url} answered {answer.status} {answer.reason}")
        if answer.getheader("content-encoding", "").lower() == "gzip":
            # Bounded: a page of zeros unpacks to a thousand times its size.
            body = zlib.decompressobj(31).decompress(body, MOST)
        return url, answer.getheader("content-type", ""), body
    sys.exit("too many redirects")


def decoded(body, content_type):
    found = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.I)
    found = found or re.search(r"<meta[^>]{0,200}charset=[\"']?([\w.:-]+)", body[:4096].decode("latin-1"), re.I)
    try:
        return body.decode(found.group(1) if found else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def read(arguments):
    url, content_type, body = fetch(arguments["url"])
    kind = content_type.split(";")[0].strip().lower()
    text = decoded(body, content_type)
    if kind in ("text/html", "application/xhtml+xml") or not kind and "<html" in text[:1000].lower():
        page = Markdown(url)
        page.feed(text)
        page.close()
        title = " ".join(page.title.split())
        text = (f"# {title}\n\n" if title else "") + f"{url}\n\n" + page.text()
    elif not (kind.startswith("text/") or kind in ("application/json", "application/xml") or kind.endswith(("+json", "+xml"))):
        sys.exit(f"{url} is no page of text: {kind or 'its type is not said'}")
    most = arguments.get("max_characters") or 50_000
    return text if len(text) <= most else text[:most] + f"\n\n(cut off: {most} of {len(text)} characters)"


try:
    print(read(json.loads(base64.b64decode(ARGUMENTS))))
except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
    sys.exit(f"{type(error).__name__}: {error}")
