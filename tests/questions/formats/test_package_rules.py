import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.questions.formats import package_rules
from tests.questions.formats import packages


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (packages.package({"../../etc/passwd": "x"}), "Tệp nén có đường dẫn chỉ ra ngoài gói"),
        (packages.package({"/etc/passwd": "x"}), "Tệp nén có đường dẫn chỉ ra ngoài gói"),
        (packages.package({"C:/x.xml": "x"}), "Tệp nén có đường dẫn chỉ ra ngoài gói"),
        (packages.package({"a\\..\\..\\x.xml": "x"}), "Tệp nén có đường dẫn chỉ ra ngoài gói"),
        (packages.with_link(), "Tệp nén có liên kết"),
        (packages.with_password(), "Tệp có mật khẩu"),
        (packages.package({"inner.zip": packages.package({"a": "b"})}), "Trong tệp nén còn một tệp nén khác"),
        (packages.package({"a.xml": "x"}, zipfile.ZIP_BZIP2), "Tệp nén theo kiểu lạ"),
        (packages.package({f"{n}.xml": "" for n in range(12_001)}), "Tệp nén có quá 12000 tệp"),
        (packages.package({"a.xml": b"\0" * (2 << 20)}), "Tệp nén phình ra quá nhiều lần"),
        (packages.package({"a.xml": "x"})[:-10], "Tệp nén bị hỏng"),
        (b"PK\x03\x04", "Tệp nén bị hỏng"),
    ],
)
def test_a_hostile_package_is_refused_before_it_is_unpacked(content, message):
    with pytest.raises(BadInput, match=f"^{message}"):
        package_rules.open_package(content)


def test_a_package_that_would_fill_the_disk_is_refused_by_its_directory():
    content = packages.bomb()

    assert 240 << 10 < len(content) < 270 << 10
    with pytest.raises(BadInput, match="lớn hơn 160 MB"):
        package_rules.open_package(content)


def test_an_entry_that_lies_about_its_size_is_refused():
    opened = package_rules.open_package(packages.lying())

    with pytest.raises(BadInput, match="bị hỏng"):
        package_rules.check_contents(opened)


def test_an_honest_package_opens():
    opened = package_rules.open_package(packages.package({"a/b.xml": "<x/>"}))
    package_rules.check_contents(opened)

    assert package_rules.read_part(opened, "a/b.xml") == b"<x/>"
    with pytest.raises(BadInput, match=r"không có tệp c\.xml"):
        package_rules.read_part(opened, "a/c.xml")


@given(st.binary(max_size=400), st.integers(0, 200), st.binary(max_size=8))
def test_any_bytes_are_a_package_or_refused(noise, place, change):
    honest = packages.package({"a.xml": noise})
    for content in (b"PK\x03\x04" + noise, honest[:place] + change + honest[place + len(change) :]):
        try:
            package_rules.check_contents(package_rules.open_package(content))
        except BadInput as error:
            assert str(error)
