import io
import re

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.extensions import db as extension
from app.files.models import StoredFile
from app.questions import queries, services
from app.questions.models import QuestionComment, QuestionVersion
from app.questions.rules import SEVERAL_NOTE
from tests import world
from tests.questions.world import NOW, bring_in, make_organisers, question, stem_of

BANK = "/ban-to-chuc/cau-hoi"
NEW = f"{BANK}/moi"
EDIT = f"{BANK}/dc-001/sua"
SHOW = f"{BANK}/dc-001"


@pytest.fixture
def organisers(db, clock_at):
    clock_at(NOW)
    return make_organisers()


@pytest.fixture
def editor(client, organisers):
    """The browser of the person who wrote dc-001."""
    bring_in(question(1), author_id=organisers[0])
    token = world.make_session(organisers[0], NOW)
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client


def typed(number=2, **changes):
    fields = {
        "base": "0",
        "stem": stem_of(number),
        "topic": "dan-chu",
        "level": "2",
        "asks": "content",
        "source": "Văn bản mẫu, Điều 4",
        "explanation": "Điều 4 nêu rõ việc này.",
        "valid_from_day": "1",
        "valid_from_month": "7",
        "valid_from_year": "2023",
        "options-1-text": "Nhân dân",
        "options-2-text": "Trưởng thôn",
        "options-2-right": "1",
        "options-3-text": "Bí thư",
        "options-4-text": "Cả ba",
        "options-4-pinned": "1",
        "action": "save",
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def picture(kind="PNG", size=(1600, 900)):
    target = io.BytesIO()
    Image.new("RGB", size, "#23407a").save(target, kind)
    return target.getvalue()


def latest(key):
    found = queries.get_question(key)
    return queries.latest_versions([found.id])[found.id]


def count_versions():
    return extension.session.scalar(select(func.count()).select_from(QuestionVersion))


def count_files():
    return extension.session.scalar(select(func.count()).select_from(StoredFile))


def after(client, answer):
    """The page that the answer leads to."""
    assert answer.status_code == 303
    return client.get(answer.location)


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def test_a_new_question_is_a_draft_with_a_key_of_its_topic(editor, organisers):
    answer = editor.post(NEW, data=typed())

    assert answer.status_code == 303
    assert answer.location.endswith("/cau-hoi/dan-chu-001")
    version = latest("dan-chu-001")
    assert (version.stem, version.answer, version.pinned, version.level) == (stem_of(2), "B", "D", 2)
    assert version.options == ["Nhân dân", "Trưởng thôn", "Bí thư", "Cả ba"]
    assert (version.created_by, version.approved_at, version.lacks) == (organisers[0], None, "")


def test_keys_of_a_topic_are_counted_on(editor):
    editor.post(NEW, data=typed(2))
    editor.post(NEW, data=typed(3))

    assert latest("dan-chu-002").stem == stem_of(3)


def test_several_right_options_bring_their_note(editor):
    editor.post(NEW, data=typed(**{"options-1-right": "1"}))

    version = latest("dan-chu-001")
    assert (version.answer, version.stem) == ("AB", f"{stem_of(2)} {SEVERAL_NOTE}")


def test_a_blank_line_between_options_is_left_out(editor):
    editor.post(NEW, data=typed(**{"options-1-text": "", "options-5-text": "Không ai"}))

    version = latest("dan-chu-001")
    assert (version.options, version.answer, version.pinned) == (
        ["Trưởng thôn", "Bí thư", "Cả ba", "Không ai"],
        "A",
        "C",
    )


def test_a_question_without_source_is_kept_and_says_so(editor):
    page = after(editor, editor.post(NEW, data=typed(source="", explanation="")))

    assert latest("dan-chu-001").lacks == "explanation source"
    assert "Bản nháp còn thiếu" in page.text
    assert "Thiếu nguồn." in page.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"stem": ""}, "Bạn hãy ghi câu hỏi."),
        ({"options-2-right": None}, "Thiếu đáp án."),
        ({"options-3-text": "nhân dân"}, "Phương án C trùng với phương án A."),
        ({"options-3-text": "x" * 161}, "Phương án C phải có từ 1 đến 160 ký tự, đang có 161."),
        ({"valid_from_day": "31", "valid_from_month": "2"}, "Ngày này không có thật."),
        ({"topic": "khong-co"}, "Bạn hãy chọn một mục trong danh sách."),
    ],
)
def test_a_fault_is_told_and_nothing_typed_is_lost(editor, changes, sentence):
    before = count_versions()

    page = editor.post(NEW, data=typed(**changes))

    assert page.status_code == 422
    assert sentence in page.text
    assert "Văn bản mẫu, Điều 4" in page.text
    assert "Trưởng thôn" in page.text
    assert count_versions() == before


def test_one_more_line_and_a_preview_save_nothing(editor):
    before = count_versions()

    more = editor.post(NEW, data=typed(action="add_option"))
    shown = editor.post(NEW, data=typed(action="preview"))

    assert 'name="options-5-text"' in more.text
    assert "Thí sinh sẽ thấy" in shown.text
    assert shown.text.count(stem_of(2)) == 2
    assert count_versions() == before


def test_the_preview_alone_names_questions_like_it(editor):
    page = editor.post(f"{BANK}/xem-thu", data=typed(1))
    own = editor.post(f"{SHOW}/xem-thu", data=typed(1))

    assert "Gần giống câu đã có." in page.text
    assert f'href="{SHOW}"' in page.text
    assert "Gần giống" not in own.text
    assert 'type="radio"' in own.text


def test_a_preview_of_next_to_nothing_is_a_preview(editor):
    assert editor.post(f"{BANK}/xem-thu", data={}).status_code == 200
    assert editor.post(f"{BANK}/xem-thu", data={"level": "9", "stem": "?"}).status_code == 200


def test_a_near_duplicate_is_saved_with_a_warning(editor):
    page = after(editor, editor.post(NEW, data=typed(1)))

    assert "Câu này gần giống câu dc-001" in page.text


def test_an_edit_is_the_next_version_and_shows_its_differences(editor):
    page = editor.get(EDIT)
    assert question(1).stem in page.text
    fields = typed(1, base=hidden(page, "base"), stem="Việc này do ai bàn và quyết định?")

    shown = after(editor, editor.post(EDIT, data=fields))

    version = latest("dc-001")
    assert (version.number, version.stem) == (2, "Việc này do ai bàn và quyết định?")
    assert "Bản 2 đổi gì so với bản 1" in shown.text
    assert "<del>" in shown.text
    assert "<ins>" in shown.text


def test_an_edit_of_what_somebody_else_changed_is_refused_and_kept(editor, organisers):
    page = editor.get(EDIT)
    bring_in(question(1, answer="B"), author_id=organisers[1])

    answer = editor.post(EDIT, data=typed(1, base=hidden(page, "base"), source="Nguồn tôi vừa ghi"))

    assert answer.status_code == 409
    assert "Người khác đã lưu một bản mới" in answer.text
    assert "Nguồn tôi vừa ghi" in answer.text
    assert latest("dc-001").number == 2


def test_an_unchanged_question_is_not_saved_again(editor):
    page = editor.get(EDIT)
    boxes = dict(re.findall(r'name="(options-\d-text)" value="([^"]*)"', page.text))
    fields = typed(
        1,
        base="1",
        level="1",
        source=question(1).source,
        explanation=question(1).explanation,
        valid_from_day="10",
        valid_from_month="11",
        valid_from_year="2022",
        **boxes,
        **{"options-1-right": "1", "options-2-right": None, "options-4-pinned": None},
    )

    answer = editor.post(EDIT, data=fields)

    assert (answer.status_code, latest("dc-001").number) == (409, 1)
    assert "Nội dung không khác bản gần nhất." in answer.text


def test_a_picture_is_remade_kept_and_shown(editor):
    fields = typed(image_alt="Ô màu chàm", picture=(io.BytesIO(picture()), "o.png"))

    editor.post(NEW, data=fields, content_type="multipart/form-data")

    version = latest("dan-chu-001")
    assert version.image_alt == "Ô màu chàm"
    served = editor.get(f"/hinh-cau-hoi/{version.image_sha256}")
    assert served.mimetype in ("image/png", "image/webp")
    assert served.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    with Image.open(io.BytesIO(served.data)) as shown:
        assert shown.width == 1200
    assert f"/hinh/{version.image_sha256}" in editor.get(f"{BANK}/dan-chu-001").text


def test_a_picture_needs_words_and_is_not_chosen_twice(editor):
    fields = typed(picture=(io.BytesIO(picture()), "o.png"))

    page = editor.post(NEW, data=fields, content_type="multipart/form-data")

    assert page.status_code == 422
    assert "Bạn hãy ghi lời mô tả hình." in page.text
    sha256 = hidden(page, "image_sha256")
    assert editor.get(f"{BANK}/hinh/{sha256}").status_code == 200
    assert editor.get(f"/hinh-cau-hoi/{sha256}").status_code == 404
    assert editor.post(NEW, data=typed(image_sha256=sha256, image_alt="Ô chàm")).status_code == 303
    assert latest("dan-chu-001").image_sha256 == sha256
    assert count_files() == 1


def test_a_picture_is_taken_off(editor):
    fields = typed(picture=(io.BytesIO(picture()), "o.png"), image_alt="Ô chàm")
    editor.post(NEW, data=fields, content_type="multipart/form-data")
    sha256 = latest("dan-chu-001").image_sha256

    fields = typed(base="1", image_sha256=sha256, image_alt="Ô chàm", remove_image="y")
    editor.post(f"{BANK}/dan-chu-001/sua", data=fields)

    assert (latest("dan-chu-001").number, latest("dan-chu-001").image_sha256) == (2, "")


@pytest.mark.parametrize("content", [b"GIF89a", b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"<svg/>"])
def test_what_is_no_picture_is_refused_in_words(editor, content):
    fields = typed(picture=(io.BytesIO(content), "o.png"))

    page = editor.post(NEW, data=fields, content_type="multipart/form-data")

    if content:
        assert page.status_code == 422
        assert "Tệp này không phải hình PNG, JPEG hoặc WebP, hoặc đã hỏng." in page.text
    assert count_files() == 0


def test_a_picture_that_is_not_there_is_refused(editor):
    assert editor.post(NEW, data=typed(image_sha256="a" * 64)).status_code == 400
    assert editor.get(f"/hinh-cau-hoi/{'a' * 64}").status_code == 404
    assert editor.get(f"{BANK}/hinh/x").status_code == 404


def test_what_is_said_about_a_question_stays_with_name_and_time(editor):
    page = after(editor, editor.post(f"{SHOW}/gop-y", data={"text": "Cần dẫn điều, khoản."}))

    assert "Cần dẫn điều, khoản." in page.text
    assert "Thí sinh mẫu" in page.text
    comment = extension.session.scalars(select(QuestionComment)).one()
    assert (comment.text, comment.at >= NOW) == ("Cần dẫn điều, khoản.", True)


def test_an_empty_comment_is_refused(editor):
    page = after(editor, editor.post(f"{SHOW}/gop-y", data={"text": " "}))

    assert "Bạn hãy ghi góp ý." in page.text
    assert extension.session.scalars(select(QuestionComment)).all() == []


def test_older_words_become_a_new_version(editor, organisers):
    bring_in(question(1, answer="B"), author_id=organisers[0])

    assert "Dùng lại lời của bản 1" in editor.get(f"{SHOW}?ban=1").text
    editor.post(f"{SHOW}/dung-lai", data={"number": "1"})

    assert (latest("dc-001").number, latest("dc-001").answer) == (3, "A")
    assert editor.post(f"{SHOW}/dung-lai", data={"number": "9"}).status_code == 404


def test_the_rounds_that_show_a_question_stand_beside_it(editor):
    version = latest("dc-001")
    services.mark_uses({version.id: 250}, round_id=7, label="Tuần 1, Dân vận khéo", opens_at=NOW)

    page = editor.get(SHOW)

    assert "Tuần 1, Dân vận khéo" in page.text
    assert "khoảng 25,0% số đề" in page.text


def test_a_retired_question_is_not_edited(editor, organisers):
    services.retire_question("dc-001", actor_id=organisers[0], reason="Văn bản đã đổi.", now=NOW)

    assert "Sửa câu này" not in editor.get(SHOW).text
    assert editor.post(EDIT, data=typed(1, base="1")).status_code == 409
