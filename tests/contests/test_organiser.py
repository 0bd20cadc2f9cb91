"""Creating and editing a contest with pages only."""

import pytest
from sqlalchemy import func, select

from app.audit.queries import entries_about
from app.contests import policy, queries
from app.contests.models import Contest
from app.units.models import Unit, UnitSeries
from tests import world as units
from tests.contests.world import NOW, make_contest, make_draft, make_people, rows, scheduled, sign_in

LIST = "/ban-to-chuc/cuoc-thi"
NEW = "/ban-to-chuc/cuoc-thi-moi"
RANKING = f"{LIST}/dan-van-kheo/xep-hang"
FACTS = f"{LIST}/dan-van-kheo/thong-tin"
RULES = f"{LIST}/dan-van-kheo/the-le"
CONTEST = {
    "name": "  Dân vận khéo  tỉnh Lạng Sơn ",
    "place": "tỉnh Lạng Sơn",
    "organiser": "Ban Tổ chức mẫu",
    "scope": "vn-2024:20",
    "below": "",
    "label": "tuần",
    "minimum_age": "16",
    "guardian_under_age": "16",
    "complaint_days": "5",
    "shows_own_score": "y",
    "preset": "cao-bang",
}
POLICY = {
    "preset": "vcnet",
    "key_1": "score",
    "key_2": "",
    "key_3": "submitted_at",
    "key_4": "",
    "recognised": "first",
    "target": "",
    "prizes-1-name": "Giải Nhất",
    "prizes-1-count": "1",
    "prizes-1-amount": "1.500.000",
    "prizes-3-name": "Giải phong trào",
    "prizes-3-count": "3",
    "prizes-3-amount": "",
    "prizes-3-in_kind": "một bộ sách",
}


@pytest.fixture(autouse=True)
def today(app, clock_at):
    clock_at(NOW)


@pytest.fixture
def author(client, login, db):
    """An organiser of all contests, signed in."""
    account_id, _approver = make_people()
    sign_in(login, client, account_id)
    return account_id


def count_contests(db):
    return db.session.scalar(select(func.count()).select_from(Contest))


def test_a_contest_is_created_from_its_facts(client, author, db):
    response = client.post(NEW, data=CONTEST)

    assert response.status_code == 303
    assert response.headers["Location"] == f"{LIST}/dan-van-kheo-tinh-lang-son/lap-lich"
    contest = queries.get_contest("dan-van-kheo-tinh-lang-son")
    assert contest.name == "Dân vận khéo tỉnh Lạng Sơn"
    assert (contest.series_code, db.session.get(Unit, contest.scope_unit_id).code) == ("vn-2024", "20")
    assert policy.from_json(contest.policy) == policy.PRESETS["cao-bang"][1]
    assert (contest.shows_own_score, contest.created_by) == (True, author)
    assert "Mọi người từ 16 tuổi trở lên, trong phạm vi tỉnh Lạng Sơn." in contest.rules_markdown
    assert [entry.actor_id for entry in entries_about(f"contest:{contest.id}")] == [author]
    assert "Dân vận khéo tỉnh Lạng Sơn" in client.get(LIST).text


def test_a_contest_is_copied_from_an_earlier_one(client, author, db):
    earlier = make_contest(author, preset="lang-son-2023", rules_markdown="Thể lệ năm trước.")
    earlier.incident_rule = "Quy tắc riêng."
    make_draft(earlier, author, time_limit=1200)
    db.session.commit()

    response = client.post(NEW, data=CONTEST | {"preset": "copy:dan-van-kheo", "slug": "nam-nay"})

    assert response.headers["Location"] == f"{LIST}/nam-nay/lap-lich?chep=dan-van-kheo"
    contest = queries.get_contest("nam-nay")
    assert policy.from_json(contest.policy) == policy.PRESETS["lang-son-2023"][1]
    assert (contest.rules_markdown, contest.incident_rule) == ("Thể lệ năm trước.", "Quy tắc riêng.")
    assert 'value="20"' in client.get(response.headers["Location"]).text


def test_a_contest_may_be_for_one_district(client, author, db):
    page = client.post(NEW, data=CONTEST | {"action": "units", "name": ""})
    assert page.status_code == 200
    assert '<option value="185">Huyện Bắc Sơn</option>' in page.text

    client.post(NEW, data=CONTEST | {"below": "185", "slug": "bac-son"})

    contest = queries.get_contest("bac-son")
    assert queries.get_scope_unit(contest).full_name == "Huyện Bắc Sơn"
    page = client.get(f"{LIST}/bac-son/thong-tin").text
    assert '<option selected value="185">Huyện Bắc Sơn</option>' in page
    assert '<option selected value="vn-2024:20">Tỉnh Lạng Sơn</option>' in page


def test_a_contest_may_use_the_series_without_districts(client, author, db):
    db.session.add(UnitSeries(code="vn-2025", name="Danh mục mới", valid_from=None, valid_to=None))
    db.session.flush()
    top = units.make_unit("vn-2025", "20", "tỉnh", "Lạng Sơn", None, "/20/")
    units.make_unit("vn-2025", "06325", "xã", "Bắc Sơn", top, "/20/06325/")

    client.post(NEW, data=CONTEST | {"scope": "vn-2025:20", "below": "06325", "slug": "moi"})

    contest = queries.get_contest("moi")
    assert (contest.series_code, queries.get_scope_unit(contest).full_name) == ("vn-2025", "Xã Bắc Sơn")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": " "}, "Bạn hãy ghi tên cuộc thi."),
        ({"name": "ab"}, "Bạn viết ngắn quá: ít nhất 3 ký tự."),
        ({"name": "a" * 161}, "Bạn viết dài quá: tối đa 160 ký tự."),
        ({"slug": "Có Dấu"}, "Đường dẫn chỉ có chữ thường không dấu, số và gạch ngang, tối đa 60 ký tự."),
        ({"slug": "a" * 61}, "Đường dẫn chỉ có chữ thường không dấu, số và gạch ngang, tối đa 60 ký tự."),
        ({"name": "???"}, "Đường dẫn chỉ có chữ thường không dấu, số và gạch ngang, tối đa 60 ký tự."),
        ({"scope": ""}, "Bạn hãy chọn tỉnh, thành phố tổ chức cuộc thi."),
        ({"scope": "vn-2024:185"}, "Bạn hãy chọn tỉnh, thành phố tổ chức cuộc thi."),
        ({"scope": "x"}, "Bạn hãy chọn tỉnh, thành phố tổ chức cuộc thi."),
        ({"below": "99999"}, "Đơn vị này không thuộc tỉnh, thành phố đã chọn."),
        ({"label": "tháng"}, "Bạn hãy chọn một mục trong danh sách."),
        ({"preset": "khac"}, "Bạn hãy chọn một mục trong danh sách."),
        ({"minimum_age": "5"}, "Bạn hãy ghi một số từ 6 đến 100."),
        ({"minimum_age": "٧"}, "Bạn hãy ghi một số từ 6 đến 100."),
        ({"complaint_days": ""}, "Bạn hãy ghi số ngày."),
        ({"complaint_days": "9" * 30}, "Bạn hãy ghi một số từ 1 đến 60."),
    ],
)
def test_a_wrong_fact_is_told_beside_it_and_nothing_typed_is_lost(client, author, db, change, message):
    page = client.post(NEW, data=CONTEST | {"place": "một nơi rất riêng"} | change)

    assert page.status_code == 422
    assert message in page.text
    assert 'value="một nơi rất riêng"' in page.text
    assert count_contests(db) == 0


def test_the_address_of_another_contest_is_told_beside_the_field(client, author, db):
    make_contest(author)
    before = rows()

    page = client.post(NEW, data=CONTEST | {"slug": "dan-van-kheo"})

    assert page.status_code == 422
    assert "Đường dẫn này đã có cuộc thi khác dùng." in page.text
    assert rows() == before


def test_an_empty_form_is_refused(client, author, db):
    assert client.post(NEW).status_code == 422
    assert count_contests(db) == 0


def test_facts_are_changed(client, author, db):
    contest = make_contest(author)
    facts = {name: value for name, value in CONTEST.items() if name not in ("preset", "shows_own_score")}

    response = client.post(FACTS, data=facts | {"slug": "moi", "minimum_age": "14", "action": "save"})

    assert (response.status_code, response.headers["Location"]) == (303, f"{LIST}/moi/thong-tin")
    assert (contest.slug, contest.minimum_age, contest.shows_own_score) == ("moi", 14, False)
    changes = entries_about(f"contest:{contest.id}")[-1].details["changes"]
    assert changes["slug"] == ["dan-van-kheo", "moi"]
    assert sorted(changes) == ["minimum_age", "name", "shows_own_score", "slug"]


def test_facts_refuse_the_address_of_another_contest(client, author, db):
    make_contest(author)
    make_contest(author, slug="khac")
    before = rows()
    facts = {name: value for name, value in CONTEST.items() if name != "preset"}

    page = client.post(FACTS, data=facts | {"slug": "khac"})

    assert page.status_code == 422
    assert "Đường dẫn này đã có cuộc thi khác dùng." in page.text
    assert rows() == before


def test_facts_of_a_scheduled_contest_keep_what_was_promised(client, login, db):
    found, author = scheduled()
    sign_in(login, client, author)
    may_change = {
        "name": "Tên mới",
        "place": "tỉnh Lạng Sơn",
        "organiser": "Ban Tổ chức mẫu",
        "complaint_days": "7",
    }

    page = client.get(FACTS).text
    assert 'name="slug"' not in page
    assert "Tỉnh Lạng Sơn" in page
    assert client.post(FACTS, data=may_change | {"minimum_age": "6"}).status_code == 400
    assert found.contest.name == "Dân vận khéo"

    assert client.post(FACTS, data=may_change).status_code == 303
    assert (found.contest.name, found.contest.complaint_days) == ("Tên mới", 7)


def test_the_ranking_is_saved_from_plain_fields(client, author, db):
    contest = make_contest(author)

    response = client.post(RANKING, data=POLICY | {"one_prize_per_person": "y", "action": "save"})

    assert response.status_code == 303
    assert policy.from_json(contest.policy) == policy.Policy(
        keys=(policy.Key.SCORE, policy.Key.SUBMITTED_AT),
        recognised=policy.Recognised.FIRST,
        target=None,
        only_perfect=False,
        leagues=policy.Leagues.NONE,
        prizes=(
            policy.Prize("giai-nhat", "Giải Nhất", 1, 1_500_000),
            policy.Prize("giai-phong-trao", "Giải phong trào", 3, 0, "một bộ sách"),
        ),
        one_prize_per_person=True,
    )
    page = client.get(RANKING).text
    assert "Thứ hai: ai hoàn thành bài sớm hơn (tính tròn giây, theo giờ máy chủ) xếp trên." in page
    assert "3 Giải phong trào, mỗi giải một bộ sách" in page
    assert 'value="1.500.000"' in page


def test_the_ranking_is_shown_in_words_before_it_is_saved(client, author, db):
    make_contest(author)
    before = rows()

    page = client.post(RANKING, data=POLICY | {"key_2": "duration", "action": "preview"})

    assert page.status_code == 200
    assert "Thứ hai: ai làm bài trong thời gian ngắn hơn" in page.text
    assert "Chưa lưu" in page.text
    assert rows() == before


def test_a_preset_fills_the_fields_and_keeps_the_prizes_as_typed(client, author, db):
    make_contest(author)
    before = rows()

    page = client.post(
        RANKING, data=POLICY | {"preset": "cao-bang", "prizes-3-count": "ba", "action": "preset"}
    )

    assert page.status_code == 200
    assert "Thứ hai: ai làm bài trong thời gian ngắn hơn" in page.text
    assert '<option selected value="duration">' in page.text
    assert 'value="ba"' in page.text
    assert 'value="Giải phong trào"' in page.text
    assert rows() == before


def test_a_line_is_added_to_the_prizes(client, author, db):
    make_contest(author)
    before = rows()

    page = client.post(RANKING, data=POLICY | {"prizes-5-name": "", "action": "row"})

    assert page.status_code == 200
    assert 'name="prizes-6-name"' in page.text
    assert 'name="prizes-7-name"' not in page.text
    assert 'value="Giải phong trào"' in page.text
    assert rows() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key_1": "", "key_3": ""}, "Chưa chọn tiêu chí xếp hạng nào."),
        ({"key_2": "score"}, "Một tiêu chí xếp hạng được chọn hai lần."),
        ({"target": "people"}, "Câu hỏi phụ và tiêu chí “dự đoán gần nhất” phải đi cùng nhau."),
        (
            {"key_2": "prediction_distance"},
            "Câu hỏi phụ và tiêu chí “dự đoán gần nhất” phải đi cùng nhau.",
        ),
        ({"key_3": "", "only_perfect": "y"}, "Chỉ xét bài đúng hết thì cần thêm tiêu chí ngoài số câu đúng."),
        ({"key_1": "height"}, "Bạn hãy chọn một mục trong danh sách."),
        ({"recognised": "any"}, "Bạn hãy chọn một mục trong danh sách."),
        ({"prizes-1-count": "0"}, "Dòng 1: Bạn hãy ghi một số từ 1 đến 10.000."),
        ({"prizes-1-amount": "-1"}, "Dòng 1: Bạn hãy ghi một số từ 0 đến 10.000.000.000."),
        ({"prizes-3-name": ""}, "Dòng 3: Bạn hãy ghi tên giải, tối đa 80 ký tự."),
        ({"prizes-3-in_kind": "a" * 161}, "Dòng 3: Bạn viết dài quá: tối đa 160 ký tự."),
        ({"prizes-3-name": "Giải nhất"}, "Hai giải trùng tên."),
    ],
)
@pytest.mark.parametrize("action", ["save", "preview"])
def test_an_unsound_ranking_is_told_and_not_saved(client, author, db, change, message, action):
    make_contest(author)
    before = rows()

    page = client.post(RANKING, data=POLICY | {"prizes-1-in_kind": "huy hiệu"} | change | {"action": action})

    assert page.status_code == 422
    assert message in page.text
    assert 'value="huy hiệu"' in page.text
    assert rows() == before


def test_a_ranking_without_prizes_is_not_saved(client, author, db):
    make_contest(author)
    before = rows()

    page = client.post(RANKING, data={k: v for k, v in POLICY.items() if not k.startswith("prizes")})

    assert page.status_code == 422
    assert "Chưa có cơ cấu giải thưởng." in page.text
    assert rows() == before


def test_the_ranking_of_a_scheduled_contest_is_shown_and_kept(client, login, db):
    _found, author = scheduled()
    sign_in(login, client, author)
    before = rows()

    page = client.get(RANKING).text

    assert "không đổi được nữa" in page
    assert "<form" not in page.split('id="noi-dung"')[1]
    assert client.post(RANKING, data=POLICY).status_code == 409
    assert rows() == before


def test_the_rules_are_saved_as_markdown_and_shown_as_html(client, author, db):
    contest = make_contest(author)

    response = client.post(
        RULES, data={"rules_markdown": "# Đối tượng\r\n\r\n**Mọi người**", "action": "save"}
    )

    assert response.status_code == 303
    assert contest.rules_markdown == "# Đối tượng\n\n**Mọi người**"
    assert "<h3>Đối tượng</h3>\n<p><strong>Mọi người</strong></p>" in client.get(RULES).text


def test_the_rules_are_shown_before_they_are_saved(client, author, db):
    make_contest(author)
    before = rows()

    page = client.post(RULES, data={"rules_markdown": "*thử*", "action": "preview"})

    assert page.status_code == 200
    assert "<em>thử</em>" in page.text
    assert rows() == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<script>alert(1)</script>", "Thể lệ không dùng thẻ HTML."),
        ("a" * 20_001, "Bạn viết dài quá: tối đa 20000 ký tự."),
    ],
)
def test_rules_that_are_refused_stay_in_the_box(client, author, db, text, message):
    make_contest(author)
    before = rows()

    page = client.post(RULES, data={"rules_markdown": text}, content_type="multipart/form-data")

    assert page.status_code == 422
    assert message in page.text
    assert text.replace("<", "&lt;").replace(">", "&gt;") in page.text
    assert "<script>alert" not in page.text
    assert rows() == before


def test_the_longest_rules_fit_into_a_request(client, author, db):
    contest = make_contest(author)

    response = client.post(RULES, data={"rules_markdown": "ữ" * 20_000}, content_type="multipart/form-data")

    assert response.status_code == 303
    assert len(contest.rules_markdown) == 20_000


def test_rules_that_were_stored_otherwise_are_cleaned_when_read(client, author, db):
    make_contest(author, rules_markdown="<script>alert(1)</script> [x](javascript:alert(1))")

    page = client.get(RULES).text

    assert "<script>alert" not in page
    assert 'href="javascript' not in page
