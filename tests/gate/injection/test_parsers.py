"""The parsers find what is broken: one file of each kind, with a fault."""

from __future__ import annotations

import pytest

from tests.gate.injection.parsers import READERS, TOOLS, Texts, faults

BROKEN = {
    "functions/a/app.py": "def handler(:\n",
    "events/event.json": '{"a": "\n"}\n',
    "template.yaml": "a: 'b\n",
    ".github/workflows/ci.yml": "a: b: c\n",
    "samconfig.toml": 'a = "b\n',
    "pytest.ini": "a = b\n",
    "pom.xml": "<a>&</a>\n",
    "tests/requirements.txt": "a=1\n",
    "go.sum": "example.com/a v1.0.0 h1:short=\n",
    ".gitignore": "build dir/\n",
    "functions/a/app.js": 'export const a = "\n";\n',
    "infra/bin/app.ts": "const a = '\n';\n",
    "src/main/java/starter/Broken.java": 'class Broken { String a = "\n"; }\n',
    "src/main/java/starter/Other.java": "class Another {}\n",
    "functions/a/main.go": 'package main\n\nvar a = "\n"\n',
    "functions/b/main_test.go": "package main\nvar  a = 1\n",
    "go.mod": "module a b\n",
    "infra/main.tf": 'locals {\n  a = "${"\n}\n',
    "infra/tests/wiring.tftest.hcl": "run {\n",
    "Makefile": "test\n\techo\n",
    "notes.rtf": "{\n",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    texts = Texts(tmp_path_factory.mktemp("broken"), {})
    for path, text in BROKEN.items():
        texts.add(path, text, "a project")
    return faults(texts)


def test_every_kind_of_file_is_tried() -> None:
    tried = {ending for ending in (*READERS, *TOOLS) for path in BROKEN if path.endswith(ending)}
    assert {*READERS, *TOOLS} - tried == {".md"}


@pytest.mark.parametrize("path", BROKEN)
def test_a_fault_is_found(path: str, found: list[str]) -> None:
    name = path.rpartition("/")[2]
    assert any(name in said or (name == "Makefile" and "missing separator" in said) for said in found)
