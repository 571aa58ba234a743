"""What is written down of the database is what its catalog says."""

import re
from pathlib import Path

import pytest
from tools import reference as tool


@pytest.mark.parametrize("file", ["reference.md", "errors.md", "checks.md"])
def test_a_generated_page_is_what_the_catalog_says(db_url: str, file: str) -> None:
    assert (tool.DOCS / file).read_text() == tool.render(db_url)[file], "run make docs"


_PAGES = [
    tool.DOCS.parent / "README.md",
    *tool.DOCS.rglob("*.md"),
    *tool.DOCS.parent.glob("examples/*.md"),
]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text()):
        found = page.parent / target if target else page
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", found.read_text(), re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
