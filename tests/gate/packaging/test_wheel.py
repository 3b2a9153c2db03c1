"""What ``pip install`` and ``pipx install`` give: tried on the built wheel, far away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import jinja2
import pytest

import advisor
from advisor.starter.templates import is_of_projects

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "order-notifications.yaml"


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with an sdist of the checkout and a wheel made from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    workflow = {"GITHUB_SERVER_URL": "https://git.example", "GITHUB_REPOSITORY": "us/advisor"}
    subprocess.run(command, check=True, capture_output=True, env=os.environ | workflow)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of a new environment with the wheel in it; dependencies are shared with this one."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=os.name != "nt")
    paths = sysconfig.get_paths(scheme="venv", vars={"base": str(home), "platbase": str(home)})
    scripts, site_packages = Path(paths["scripts"]), Path(paths["purelib"])
    python = scripts / Path(sys.executable).name
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    (site_packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf-8")
    return scripts


def run(scripts: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "ADVISOR_RULES")
    }
    return subprocess.run(
        [str(scripts / "advisor"), *arguments],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_wheel_holds_the_package_the_rules_and_the_templates_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {f"advisor/{name}" for name in files_below(ROOT / "advisor")}
    for folder in ("rules", "templates"):
        expected |= {f"advisor/{folder}/{name}" for name in files_below(ROOT / folder)}
    built = {name for name in names if name.startswith("advisor/built/")}
    assert names - built == expected
    templates = [name for name in files_below(ROOT / "templates") if is_of_projects(name)]
    rule_base = f"rule-base-{advisor.__version__}.json"
    compiled = f"templates-{advisor.__version__}-{jinja2.__version__}"
    modules = {jinja2.ModuleLoader.get_module_filename(name) for name in templates}
    assert built == {f"advisor/built/{name}" for name in (rule_base, *(f"{compiled}/{m}" for m in modules))}


def test_the_sdist_holds_what_it_takes_to_build_and_test(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for folder in ("advisor", "rules", "templates", "examples", "tests", "docs", "constraints"):
        assert {f"{folder}/{name}" for name in files_below(ROOT / folder)} <= names, folder
    tops = {name.partition("/")[0] for name in names if name}
    assert tops == {
        *("advisor", "constraints", "docs", "examples", "rules", "templates", "tests"),
        *("CHANGELOG.md", "LICENSE", "Makefile", "README.md", "hatch_build.py", "pyproject.toml"),
        *(".gitignore", "PKG-INFO"),
    }


def test_the_package_links_to_the_repository_that_built_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode().splitlines()
    links = dict(line.removeprefix("Project-URL: ").split(", ") for line in lines if "Project-URL" in line)
    assert links["Repository"] == "https://git.example/us/advisor"
    assert links["Issues"] == "https://git.example/us/advisor/issues"


def test_the_installed_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "--version", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"advisor {advisor.__version__} (rule base ")


def test_the_installed_command_advises_as_the_checkout_does(installed: Path, tmp_path: Path) -> None:
    here = [sys.executable, "-m", "advisor", "recommend", str(EXAMPLE), "--format", "json"]
    checkout = subprocess.run(here, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    done = run(installed, "recommend", str(EXAMPLE), "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, checkout.stdout, "")


def test_the_installed_command_generates_as_the_checkout_does(installed: Path, tmp_path: Path) -> None:
    here = [sys.executable, "-m", "advisor", "generate", str(EXAMPLE), "--output", str(tmp_path / "here")]
    subprocess.run(here, cwd=ROOT, capture_output=True, check=True)
    done = run(installed, "generate", str(EXAMPLE), "--output", "there", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    contents = [
        {name: (tmp_path / folder / name).read_bytes() for name in files_below(tmp_path / folder)}
        for folder in ("here", "there")
    ]
    assert contents[0] == contents[1] != {}


def test_the_installed_package_makes_the_same_of_its_sources(installed: Path, tmp_path: Path) -> None:
    """Every flavour in every language, from compiled templates there and from their sources here."""
    made = []
    for python, cwd in ((Path(sys.executable), ROOT), (installed / Path(sys.executable).name, tmp_path)):
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        environment |= {"PYTHONPATH": str(ROOT)} if cwd == ROOT else {}
        command = [str(python), str(ROOT / "tests/gate/packaging/digests.py"), str(EXAMPLE)]
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=True)
        made.append(json.loads(done.stdout))
    here, there = made
    assert (here.pop("loader"), there.pop("loader")) == ("FileSystemLoader", "ModuleLoader")
    assert here == there
    assert len(here["projects"]) == 16


def test_the_installed_command_reads_its_own_rules(installed: Path, tmp_path: Path) -> None:
    python = installed / Path(sys.executable).name
    script = "import advisor; print(advisor.rules_folder(), advisor.templates_folder(), sep='\\n')"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [python, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    for folder in done.stdout.splitlines():
        assert Path(folder).is_relative_to(installed.parent.resolve()), folder
