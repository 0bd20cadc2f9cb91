from hypothesis import given
from hypothesis import strategies as st

from app.questions.diff_rules import Piece, changes_between, word_pieces
from tests.questions.world import question

TEXTS = st.lists(st.sampled_from(["dân", "biết", "bàn", "làm", "kiểm", "tra"]), max_size=8).map(" ".join)


def test_words_that_went_and_came_stand_where_they_differ():
    assert word_pieces("Nhân dân bàn việc này", "Nhân dân quyết định việc này") == [
        Piece("same", "Nhân dân"),
        Piece("old", "bàn"),
        Piece("new", "quyết định"),
        Piece("same", "việc này"),
    ]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_pieces(old, new):
    pieces = word_pieces(old, new)

    assert " ".join(piece.text for piece in pieces if piece.kind != "new") == old
    assert " ".join(piece.text for piece in pieces if piece.kind != "old") == new


def test_only_fields_that_differ_are_named():
    changes = changes_between(question(1), question(1, answer="B", source="Văn bản mẫu, Điều 4"))

    assert [change.name for change in changes] == ["Đáp án", "Nguồn"]
    assert changes_between(question(1), question(1)) == []


def test_an_option_that_went_is_named():
    changes = changes_between(question(1), question(1, options=question(1).options[:3]))

    assert [(change.name, change.pieces) for change in changes] == [
        ("Phương án D", [Piece("old", "Chủ tịch 1")])
    ]
