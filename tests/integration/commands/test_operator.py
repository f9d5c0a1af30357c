"""The operator's commands as they are typed: what they print, and how they end."""

from pathlib import Path
from subprocess import CompletedProcess

from escalation.config import Settings
from tests.support.typed import typed as run

SETUP = {
    "--name": "Southtown Safeguarding Partnership",
    "--duty-phone": "020 7946 0020",
    "--office-phone": "020 7946 0021",
    "--office-address": "office@south.example",
    "--admin-name": "Sol Reed",
    "--admin-email": "sol.reed@south.example",
}
PEOPLE = (
    "agency,kind,tier,line,title,name,email\n"
    "Clinic,general_practice,manager,,Practice manager,Vic Hale,vic.hale@south.example\n"
)


def sets_up(settings: Settings, **other: str) -> CompletedProcess[str]:
    options = SETUP | {f"--{name.replace('_', '-')}": value for name, value in other.items()}
    return run(settings, "setup", *(word for option in options.items() for word in option))


def said(done: CompletedProcess[str]) -> str:
    """What was said to the operator, without the lines of the log."""
    assert "Traceback" not in done.stderr, done.stderr
    return "\n".join(line for line in done.stderr.splitlines() if not line.startswith("{"))


def test_setup_names_each_option_that_cannot_be_right(settings: Settings) -> None:
    done = sets_up(settings, name=" ", prefix="S1", zone="Nowhere", admin_email="sol")
    assert done.returncode == 2
    assert [line.split(":")[0] for line in said(done).splitlines()] == [
        "--name",
        "--admin-email",
        "--prefix",
        "--zone",
    ]


def test_an_installation_from_its_first_partnership_to_the_first_person_who_leaves(
    settings: Settings, tmp_path: Path
) -> None:
    done = sets_up(settings, prefix="st")
    assert "is set up" in done.stdout, done.stderr
    assert "--prefix: 'ST' is the prefix of Southtown" in said(sets_up(settings, name="Other", prefix="ST"))

    file = tmp_path / "people.csv"
    file.write_bytes(PEOPLE.encode("utf-8-sig"))
    done = run(settings, "people", "import", str(file), "--dry-run")
    assert "note: Clinic has no safeguarding lead and no head of service" in done.stdout
    assert "would add 1 agencies, 1 posts, 1 accounts, 1 holdings, would end 0" in done.stdout
    assert run(settings, "people", "import", str(file)).returncode == 0

    file.write_text(PEOPLE.replace("Vic Hale,vic.hale", "Una Moss,una.moss"), encoding="utf-8")
    assert (
        "ends: Vic Hale as Practice manager, Clinic"
        in run(settings, "people", "import", str(file), "--no-invite").stdout
    )
    assert "2 invited" in run(settings, "people", "invite").stdout, "the one who was replaced holds no post"

    left = run(settings, "people", "end", "una.moss@south.example")
    assert "becomes vacant: Practice manager, Clinic" in left.stdout
    assert "Una Moss is signed out and cannot sign in any more" in left.stdout
    again = run(settings, "people", "end", "una.moss@south.example")
    assert (again.returncode, "was ended already" in said(again)) == (2, True)


def test_a_file_that_no_text_editor_wrote_is_refused_by_line(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(PEOPLE.replace("Vic", "Víc").encode("latin-1"))
    done = run(settings, "people", "import", str(file))
    assert done.returncode == 2
    assert said(done).startswith("line 2: this is not UTF-8 text")
