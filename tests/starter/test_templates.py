"""Templates that were compiled when the package was built are the templates, or are not used."""

from __future__ import annotations

import shutil
from pathlib import Path

import jinja2
import pytest

import advisor
from advisor.errors import RuleBaseError
from advisor.resources import BUILT, built_templates
from advisor.starter.templates import environment_of, shared_environment, write_templates


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one template."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "a.jinja").write_text("{% if shown %}\none {{ name|json }}\n{% endif %}\n", encoding="utf-8")
    return folder


def test_a_template_is_compiled_once_in_a_process(folder: Path) -> None:
    for filters in ({}, {"more": str}):
        environment = environment_of(folder, filters)
        assert environment.get_template("a.jinja").render(shown=True, name='"ß"') == 'one "\\"ß\\""\n'
        cache = environment.bytecode_cache
        assert cache is not None and len(vars(cache)["codes"]) == 1


def test_a_changed_template_is_compiled_anew(folder: Path) -> None:
    environment_of(folder, {}).get_template("a.jinja")
    (folder / "a.jinja").write_text("two {{ name }}", encoding="utf-8")
    assert environment_of(folder, {}).get_template("a.jinja").render(name="ß") == "two ß"


def test_nothing_is_kept_beside_the_templates(folder: Path) -> None:
    environment_of(folder, {}).get_template("a.jinja")
    assert [path.name for path in folder.iterdir()] == ["a.jinja"]


@pytest.fixture
def package(folder: Path, tmp_path: Path) -> Path:
    """The folder of a package for which these templates were compiled, and then went."""
    (folder / "sam").mkdir()
    (folder / "sam/b.jinja").write_text("{% include 'a.jinja' %}two {{ 2|flavoured }}\n", encoding="utf-8")
    (folder / "reports").mkdir()
    (folder / "reports/page.jinja").write_text("{{ x|of_reports }", encoding="utf-8")
    package = tmp_path / "package"
    write_templates(package, folder)
    shutil.rmtree(folder)
    return package


def test_what_is_compiled_says_the_same_as_the_template(package: Path, folder: Path) -> None:
    environment = shared_environment(folder, package).overlay()
    environment.filters = {**environment.filters, "flavoured": lambda value: f"<{value}>"}
    assert environment.get_template("sam/b.jinja").render(shown=True, name="ß") == 'one "ß"\ntwo <2>\n'
    with pytest.raises(jinja2.TemplateNotFound):
        environment.get_template("reports/page.jinja")


def test_what_was_compiled_for_other_versions_is_not_used(package: Path, folder: Path) -> None:
    (entry,) = (package / BUILT).iterdir()
    assert entry == built_templates(package, jinja2.__version__)
    for name in (f"templates-0.0.1-{jinja2.__version__}", f"templates-{advisor.__version__}-3.0.0"):
        entry = entry.rename(entry.with_name(name))
        shared_environment.cache_clear()
        with pytest.raises(jinja2.TemplateNotFound):
            shared_environment(folder, package).get_template("sam/b.jinja")


def test_a_broken_template_says_where(folder: Path) -> None:
    from advisor.starter.render import _fill

    (folder / "a.jinja").write_text("one\n{% if %}", encoding="utf-8")
    with pytest.raises(RuleBaseError, match=r"a\.jinja:2 is broken"):
        _fill(environment_of(folder, {}), "a.jinja", {})
