"""BrowserGym's own extraction on pages of ours; runs in a process of its own.

Arguments: the server's address and page names. Writes the texts, form feeds between them.
"""

from __future__ import annotations

import sys

import playwright.sync_api
from browsergym.core.observation import _post_extract, _pre_extract, extract_merged_axtree
from browsergym.utils.obs import IGNORED_AXTREE_ROLES, flatten_axtree_to_str

from env.chromium import browser_path

IGNORED = [*IGNORED_AXTREE_ROLES, "InlineTextBox"]


def main(base_url: str, *names: str) -> None:
    texts = []
    with playwright.sync_api.sync_playwright() as driver:
        driver.selectors.set_test_id_attribute("bid")
        browser = driver.chromium.launch(executable_path=str(browser_path()))
        for name in names:
            page = browser.new_page(viewport={"width": 600, "height": 500})
            page.goto(f"{base_url}{name}.html")
            _pre_extract(page)
            tree = extract_merged_axtree(page)
            _post_extract(page)
            texts.append(flatten_axtree_to_str(tree, ignored_roles=IGNORED))
        browser.close()
    sys.stdout.write("\f".join(texts))


if __name__ == "__main__":
    main(*sys.argv[1:])
