"""Whatever a workload and its steps are called, its project is sound and says so in its files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from markdown_it import MarkdownIt

from advisor.loading import load_answers
from advisor.starter import RenderedFile, write_project
from advisor.text.markdown import markdown
from tests.gate.injection.parsers import Texts, faults, read_by_node
from tests.injection.made import Made, harmless, made
from tests.injection.safe import description, in_one_line, is_identifier, title
from tests.injection.strings import read, strings, workloads
from tests.starter.checks.deployed import read as read_template
from tests.starter.projects import rule_base

pytestmark = pytest.mark.xdist_group("injection")
PARSER = MarkdownIt("gfm-like", {"linkify": False})
OPTIONAL = ("Try a failed event again", "How it grows")
HEADINGS = [
    "Requirements",
    "Deployment instructions",
    "How it works",
    "Where does a failed event end up?",
    "Testing",
    "Nothing arrived?",
    "Cleanup",
]
# What a user's text stands in as it is; everything else sees the words that were made of it.
TELLS = ("README.md", "answers.yaml", "template.yaml", "infra/bin/app.ts", "infra/app.py")
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in range(10)
}
LONGEST_PATH = 120  # of 260 on Windows, so that there is room for where the project stands
TWINS = 24  # one of so many projects is compared with its twin


@pytest.fixture(scope="module")
def projects() -> tuple[Made, ...]:
    """Return every project; a text that several hold is kept once."""
    kept: dict[str, str] = {}
    every = (made(workload) for workload in workloads())
    return tuple(
        Made(
            one.workload, one.answers, one.blueprint, {p: kept.setdefault(t, t) for p, t in one.files.items()}
        )
        for one in every
    )


@pytest.fixture(scope="module")
def texts(projects: tuple[Made, ...], tmp_path_factory: pytest.TempPathFactory) -> Texts:
    found = Texts(tmp_path_factory.mktemp("texts"), {})
    for project in projects:
        for path, text in project.files.items():
            found.add(path, text, project.workload.label)
    return found


def test_every_file_is_sound_in_its_language(texts: Texts) -> None:
    assert faults(texts) == []


def test_no_file_holds_what_no_editor_shows(texts: Texts) -> None:
    """A text may be right-to-left; what turns the direction of what stands beside it is spelt out or gone."""
    hidden = re.compile(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
    )
    holding = [whose for text, whose in texts.of("") if hidden.search(text)]
    assert holding == []


def _heading(readme: str) -> tuple[str, list[str], set[str]]:
    """Return the first heading, the other ones, and what else the first is made of than text."""
    tokens = PARSER.parse(readme)
    told = [tokens[i + 1] for i, token in enumerate(tokens) if token.type == "heading_open"]
    first = told[0].children or []
    shown = "".join(part.content for part in first)
    return shown, [one.content for one in told[1:]], {part.type for part in first} - {"text", "text_special"}


def test_a_readme_is_headed_with_the_name(projects: tuple[Made, ...]) -> None:
    for project in projects:
        first, others, kinds = _heading(project.files["README.md"])
        told = [heading for heading in others if heading not in OPTIONAL]
        assert (first, told, kinds) == (title(read(project.workload.name)), HEADINGS, set()), (
            project.workload.label
        )


def test_a_text_of_its_own_is_a_paragraph_below_another() -> None:
    """A heading is read more kindly: there ``1.`` opens no list and ``=`` makes no heading."""
    for text in map(read, strings()):
        tokens = PARSER.parse(f"before\n{markdown(text)}")
        assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        lines = [part.content for part in tokens[1].children or () if part.type != "softbreak"]
        assert "".join(lines) == f"before{in_one_line(text)}"


def _descriptions(projects: tuple[Made, ...], folder: Path) -> Iterator[tuple[Made, list[str]]]:
    """Yield what each stack says of itself; Terraform has no place for it."""
    for number, project in enumerate(projects):
        files = project.files
        if project.workload.iac == "sam":
            yield project, [read_template(files["template.yaml"])["Description"]]
        elif project.workload.iac == "cdk-python":
            calls = [
                node for node in ast.walk(ast.parse(files["infra/app.py"])) if isinstance(node, ast.keyword)
            ]
            yield project, [ast.literal_eval(one.value) for one in calls if one.arg == "description"]
        elif project.workload.iac == "cdk-typescript":
            (folder / f"{number}.ts").write_text(files["infra/bin/app.ts"], encoding="utf-8")
    for path, told in read_by_node(folder)["descriptions"].items():
        yield projects[int(Path(path).stem)], told


def test_a_stack_says_what_it_is(projects: tuple[Made, ...], tmp_path: Path) -> None:
    told = list(_descriptions(projects, tmp_path))
    assert len(told) == len([one for one in projects if one.workload.iac != "terraform"])
    for project, said in told:
        wanted = description(read(project.workload.name), project.workload.approach)
        assert said == [wanted], project.workload.label


def test_the_answers_come_back_letter_by_letter(projects: tuple[Made, ...]) -> None:
    for project in projects:
        again = load_answers(project.files["answers.yaml"], "answers.yaml", rule_base().questionnaire)
        assert again == project.answers
        assert again.name == read(project.workload.name)
        assert [step.name for step in again.project.units] == [
            read(step["name"]) for step in project.workload.steps
        ]


def test_resources_are_called_by_identifiers_that_differ_in_more_than_capitals(
    projects: tuple[Made, ...],
) -> None:
    for project in projects:
        ids = [item.id for item in project.blueprint.resources]
        assert [name for name in ids if not is_identifier(name)] == []
        assert len({name.lower() for name in ids}) == len(ids), project.workload.label


def test_code_and_wiring_see_words_only(projects: tuple[Made, ...]) -> None:
    """A project of texts is the project of the words that were made of them, but for what tells of it."""
    for project in projects[::TWINS]:
        twin = made(project.workload, harmless(project))
        differ = {
            path for path in {*project.files, *twin.files} if project.files.get(path) != twin.files.get(path)
        }
        assert differ - set(TELLS) == set(), project.workload.label


def test_every_file_stays_in_the_folder_on_every_system(projects: tuple[Made, ...]) -> None:
    for project in projects:
        for path in project.files:
            assert _misplaced(path) == "", f"{path} of {project.workload.label}"
        places = {
            str(place).lower() for path in project.files for place in [path, *PurePosixPath(path).parents]
        }
        spelt = {str(place) for path in project.files for place in [path, *PurePosixPath(path).parents]}
        assert len(places) == len(spelt), project.workload.label


def _misplaced(path: str) -> str:
    """Return why a path could lead elsewhere, or not be made."""
    if path.startswith("/") or len(path) > LONGEST_PATH or not re.fullmatch(r"[A-Za-z0-9._/-]+", path):
        return "not a short relative path of plain letters"
    for part in path.split("/"):
        if part in ("", ".", "..") or part.endswith(".") or part.startswith("-"):
            return f"'{part}' is not a name"
        if part.partition(".")[0].lower() in DEVICES:
            return f"'{part}' is a device"
    return ""


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a//b", "con.py", "a/NUL", "a/Lpt1.txt", "a\\b", "é", "x.", "-rf"]
)
def test_a_path_that_leads_elsewhere_is_found(path: str) -> None:
    assert _misplaced(path) != ""


def test_nothing_is_written_outside_the_folder(projects: tuple[Made, ...], tmp_path: Path) -> None:
    for number, project in enumerate(projects[::40]):
        folder = tmp_path / str(number)
        write_project([RenderedFile(path, text) for path, text in project.files.items()], folder / "project")
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
        assert there == {f"project/{path}" for path in project.files}
        assert [path.name for path in folder.iterdir()] == ["project"]
    assert len(list(tmp_path.iterdir())) == number + 1
