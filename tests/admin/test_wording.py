"""Every permission and every act has a name; details are readable."""

import ast
import re

from app.admin import audit_wording as audit
from app.admin import permission_wording as wording
from app.admin.audit_action_wording import ACTION_NAMES
from app.permissions import ROLE_PERMISSIONS, Grant, Permission, Role
from tests.architecture import modules

ACTION = re.compile(r"[a-z]+\.[a-z_]+\Z")


def recorded_actions():
    """The first argument of every call of record and of the features' own _record."""
    found = set()
    for module in modules():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            function = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if function.strip("_") == "record":
                texts = [part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)]
                found |= {text for text in texts if isinstance(text, str) and ACTION.match(text)}
    return found


def test_every_permission_has_a_name():
    assert wording.PERMISSION_NAMES.keys() == set(Permission)
    assert len(set(wording.PERMISSION_NAMES.values())) == len(Permission)


def test_the_table_says_what_the_permission_map_says():
    lines = wording.table()

    assert len(lines) == len(Permission)
    for permission, line in zip(Permission, lines, strict=True):
        carrying = {role for role, carries in zip(Role, line.by_role, strict=True) if carries}
        assert carrying == {role for role in Role if permission in ROLE_PERMISSIONS[role]}


def test_what_a_person_can_do_names_each_grant_that_carries_it():
    grants = [(Grant(Role.STAFF), "Xã Bắc Quỳnh"), (Grant(Role.ADMINISTRATOR), "Toàn hệ thống")]
    possible = dict(wording.now_possible(grants))

    help_people = wording.PERMISSION_NAMES[Permission.ACCOUNTS_RESET]
    assert possible[help_people] == ["Cán bộ đơn vị: Xã Bắc Quỳnh", "Quản trị: Toàn hệ thống"]
    assert wording.PERMISSION_NAMES[Permission.QUESTIONS_EDIT] not in possible
    assert wording.now_possible([]) == []


def test_every_recorded_act_has_a_name():
    recorded = recorded_actions()

    assert len(recorded) > 30
    assert recorded - ACTION_NAMES.keys() == set()


def test_every_recorded_detail_has_a_name():
    own = {"actor_id", "subject", "now", "changes"}
    names = {
        keyword.arg
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2].strip("_") == "record"
        for keyword in node.keywords
        if keyword.arg
    }

    assert len(names) > 30
    assert names - own - audit.FIELD_NAMES.keys() == set()


def test_subjects_that_are_not_looked_up_are_named_by_their_kind():
    assert audit.plain_subject("question:hcm-011") == "Câu hỏi hcm-011"
    assert audit.plain_subject("question_bank") == "Ngân hàng câu hỏi"
    assert audit.plain_subject("account:1") == "account:1"


def test_differences_are_told_as_before_and_after():
    details = {
        "changes": {"time_limit": [900, 600], "policy.one_prize_per_person": [True, None]},
        "number": 2,
    }

    assert [tuple(line) for line in audit.details_of(details)] == [
        ("Thời gian làm bài (giây)", "900", "600", True),
        ("Cách xếp hạng và giải thưởng: one_prize_per_person", "có", "không có", True),
        ("Số", "", "2", False),
    ]


def test_an_entry_s_own_old_and_new_are_a_difference():
    details = {"old": "2026-05-01T01:00:00+00:00", "new": "2026-05-01T02:00:00+00:00"}

    assert [tuple(line) for line in audit.details_of(details)] == [
        ("Thay đổi", "08:00, 01/05/2026", "09:00, 01/05/2026", True)
    ]


def test_what_is_not_known_is_told_as_it_is():
    (line,) = audit.details_of({"something": {"a": [1, "x"]}})

    assert tuple(line) == ("something", "", "a: 1, x", False)


def test_a_long_value_is_cut_and_a_digest_is_not():
    text, digest = audit.details_of({"reason": "a" * 500, "digest": "0f" * 32})

    assert len(text.new) == audit.SHOWN_LETTERS + 1
    assert digest.new == "0f" * 32
    assert (text.is_code, digest.is_code) == (False, True)
