import shutil

from sqlalchemy import func, select

from app.units.importer import DATA
from app.units.models import Unit


def test_import_sums_up_in_its_last_line(command):
    first = command("units", "import")
    second = command("units", "import")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output.splitlines()[-1] == "14165 new, 0 changed, 0 the same"
    assert second.output.splitlines()[-1] == "0 new, 0 changed, 14165 the same"


def test_bad_files_change_nothing_and_fail(command, db, tmp_path):
    folder = shutil.copytree(DATA, tmp_path / "units")
    with (folder / "units-2025.csv").open("a", encoding="utf-8") as file:
        file.write("99999,xã,Không Nơi Nào,98\n")

    result = command("units", "import", str(folder))

    assert result.exit_code == 1
    assert "units-2025.csv:3357: Không có đơn vị cấp trên 98." in result.output
    assert result.output.splitlines()[-1] == "Error: 1 errors, nothing imported"
    assert db.session.scalar(select(func.count()).select_from(Unit)) == 0


def test_a_folder_that_is_not_there_is_refused(command, tmp_path):
    assert command("units", "import", str(tmp_path / "none")).exit_code == 2
