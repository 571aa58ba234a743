"""What is written down of the database is what its catalog says."""

import pytest
from tools import reference as tool


@pytest.mark.parametrize("file", ["reference.md", "errors.md"])
def test_a_generated_page_is_what_the_catalog_says(db_url: str, file: str) -> None:
    assert (tool.DOCS / file).read_text() == tool.render(db_url)[file], "run make docs"
