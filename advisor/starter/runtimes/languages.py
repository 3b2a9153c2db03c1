"""The languages a starter can be written in: which files a project has, and what Lambda is to call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Function


class Sources(Struct, frozen=True):
    """The files of one function, template by path; ``{it}`` in a path is the function."""

    step: Mapping[str, str]
    start: Mapping[str, str]
    durable: Mapping[str, str] = {}

    def of(self, function: Function) -> dict[str, str]:
        """Return the template of each file of ``function``, by path."""
        templates = {"step": self.step, "start": self.start, "durable": self.durable}[function.does]
        return {path.format(it=function): template for path, template in templates.items()}


class HandlerFile(Struct, frozen=True, kw_only=True):
    """Source file of a handler, for the tests of the wiring.

    Its path is ``folder``, the handler without ``method``, and ``ending``; each ``separator`` in the handler
    becomes "/". ``declares`` is a regular expression for the line that declares the method.
    """

    folder: str
    method: str
    ending: str
    declares: str
    separator: str = ""


class Language(Struct, frozen=True, kw_only=True):
    """Files and settings of a project in one runtime.

    Paths are relative to the project; those ``with_functions`` are left out where nothing is a function.
    ``code`` is what SAM packs for all functions, ``handler`` what Lambda calls, ``build`` SAM's way to build.
    ``handler_file`` leads from the handler to its source; None where the handler is the compiled program.
    ``sam_build`` is a hint on SAM's way to build; ``not_latest`` is why a later version is not used.
    ``powertools``: its functions use Powertools, which reads variables of its own.
    ``locks`` are the lock files that its tools write, the last one only where there are functions.
    ``invalid_input`` is what Lambda calls the error that no retry can mend, in the words of the runtime.
    """

    title: str
    needs: str
    sources: Sources
    handler: str
    always: tuple[str, ...]
    with_functions: tuple[str, ...]
    with_machine: tuple[str, ...]
    with_starter: tuple[str, ...]
    with_idempotency: tuple[str, ...] = ()
    with_durable: tuple[str, ...] = ()
    shared: str = "functions/shared/"
    code: str = "functions/"
    build: str = ""
    handler_file: HandlerFile | None = None
    sam_build: str = ""
    not_latest: str = ""
    memory_mb: int = 256
    powertools: bool = True
    locks: tuple[str, ...] = ()
    invalid_input: str = "InvalidInput"

    @property
    def business(self) -> str:
        """Return where the business code is, for a reader."""
        return next(iter(self.sources.step)).replace("{it.name.slug}", "<step>").replace(
            "{it.name.module}", "<step>"
        ).replace("{it.id}", "<step>Function")  # fmt: skip

    @property
    def workflow(self) -> str:
        """Return where the code of a durable function is, for a reader; empty where there is none."""
        return next(iter(self.sources.durable), "").replace("{it.name.slug}", "workflow").replace(
            "{it.name.module}", "workflow"
        )  # fmt: skip

    @property
    def main(self) -> str:
        """Return the name of the source file of a unit of work."""
        return next(iter(self.sources.step)).rpartition("/")[2]

    @property
    def shares_code(self) -> bool:
        """Return whether one folder is packed for all functions."""
        return "{" not in self.code

    def handler_of(self, function: Function) -> str:
        """Return what Lambda calls."""
        return self.handler.format(it=function)

    def code_of(self, function: Function) -> str:
        """Return the folder that SAM packs for ``function``."""
        return self.code.format(it=function)

    def built_of(self, function: Function) -> str:
        """Return the folder below ``build`` that ``make build`` fills for ``function``."""
        return "functions" if self.shares_code else self.code_of(function).rstrip("/")

    def paths(self, blueprint: Blueprint) -> Iterator[str]:
        """Yield the files that belong to the project, not to one of its functions."""
        yield from EVERYWHERE
        if blueprint.coded:
            yield from self.always
        if blueprint.functions:
            yield from self.with_functions
        if blueprint.machine:
            yield from self.with_machine
        if any(function.does == "start" for function in blueprint.functions):
            yield from self.with_starter
        if blueprint.idempotency:
            yield from self.with_idempotency
        if blueprint.durable:
            yield from self.with_durable


EVERYWHERE = ("README.md", "Makefile", ".checkov.yaml", ".gitignore", ".github/workflows/ci.yml")
PYTHON = Language(
    title="Python",
    needs="Python {}, the version the functions run on",
    sources=Sources(
        step={"functions/{it.name.module}/app.py": "app.py"},
        start={"functions/{it.name.module}/app.py": "start.py"},
        durable={"functions/{it.name.module}/app.py": "workflow.py"},
    ),
    handler="{it.name.module}.app.handler",
    handler_file=HandlerFile(
        folder="functions/",
        method=".handler",
        ending=".py",
        declares=r"^(def handler\(|handler = )",
        separator=".",
    ),
    sam_build="with Docker, `sam build --use-container` does without a Python of the version below",
    always=(
        "pytest.ini",
        "ruff.toml",
        "tests/requirements.txt",
        "tests/conftest.py",
    ),
    with_functions=(
        "functions/requirements.txt",
        "functions/shared/unwrap.py",
        "functions/shared/work.py",
        "tests/test_handlers.py",
        "tests/test_unwrap.py",
    ),
    with_machine=("tests/test_state_machine.py",),
    with_starter=("tests/test_start.py",),
    with_durable=("functions/shared/durable.py", "tests/test_workflow.py"),
)
NODEJS = Language(
    title="Node.js",
    needs="Node.js {} and npm; the functions are ES modules and need no build step",
    sources=Sources(
        step={"functions/{it.name.slug}/app.js": "app.js"},
        start={"functions/{it.name.slug}/app.js": "start.js"},
        durable={"functions/{it.name.slug}/app.js": "workflow.js"},
    ),
    handler="{it.name.slug}/app.handler",
    handler_file=HandlerFile(
        folder="functions/", method=".handler", ending=".js", declares="^export const handler ="
    ),
    always=("package.json", "eslint.config.js"),
    with_functions=(
        "functions/package.json",
        "functions/shared/unwrap.js",
        "functions/shared/work.js",
        "tests/lambda.js",
        "tests/handlers.test.js",
        "tests/unwrap.test.js",
    ),
    with_machine=("tests/state-machine.test.js",),
    with_starter=("tests/start.test.js",),
    with_durable=("functions/shared/durable.js", "tests/workflow.test.js"),
    locks=("package-lock.json", "functions/package-lock.json"),
)
GO = Language(
    title="Go",
    needs="Go {} or later",
    sources=Sources(
        {
            "functions/{it.name.slug}/main.go": "main.go",
            "functions/{it.name.slug}/main_test.go": "main_test.go",
        },
        {
            "functions/{it.name.slug}/main.go": "start.go",
            "functions/{it.name.slug}/main_test.go": "start_test.go",
        },
    ),
    handler="bootstrap",
    always=("go.mod",),
    with_functions=(
        "go.sum",
        "functions/shared/unwrap.go",
        "functions/shared/unwrap_test.go",
        "functions/shared/work.go",
    ),
    with_machine=("tests/read_test.go", "tests/state_machine_test.go"),
    with_starter=(),
    with_idempotency=("functions/shared/once.go", "functions/shared/once_test.go"),
    code="functions/{it.name.slug}/",
    build="go1.x",
    powertools=False,
)
JAVA = Language(
    title="Java",
    needs="Java {} and Maven 3.8 or later",
    sources=Sources(
        {"src/main/java/starter/{it.id}.java": "Step.java"},
        {"src/main/java/starter/{it.id}.java": "Start.java"},
    ),
    handler="starter.{it.id}::handleRequest",
    handler_file=HandlerFile(
        folder="src/main/java/",
        method="::handleRequest",
        ending=".java",
        declares=r"( handleRequest\(| extends UnitOfWork)",
        separator=".",
    ),
    not_latest="Java {} has long-term support; a later one would need a newer JDK wherever it is built",
    always=("pom.xml", "src/test/java/starter/Files.java"),
    with_functions=(
        "src/main/java/starter/InvalidInput.java",
        "src/main/java/starter/Json.java",
        "src/main/java/starter/UnitOfWork.java",
        "src/main/java/starter/Unwrap.java",
        "src/main/resources/log4j2.xml",
        "src/test/java/starter/HandlersTest.java",
        "src/test/java/starter/LambdaContext.java",
        "src/test/java/starter/UnwrapTest.java",
    ),
    with_machine=("src/test/java/starter/StateMachineTest.java",),
    with_starter=("src/test/java/starter/StartTest.java",),
    with_idempotency=("src/main/java/starter/Once.java", "src/test/java/starter/OnceTest.java"),
    shared="src/main/java/starter/",
    code=".",
    memory_mb=512,
    invalid_input="starter.InvalidInput",
)
LANGUAGES: Mapping[str, Language] = {"python": PYTHON, "nodejs": NODEJS, "go": GO, "java": JAVA}
