"""Ask for an analysis."""

from wtforms import RadioField, SelectChoice

from app.analysis.rules import SCOPE_NAMES, Scope
from app.web.forms import BaseForm


class AnalyseForm(BaseForm):
    """Which attempts to analyse."""

    scope = RadioField(
        "Tính trên những lượt nào",
        choices=[SelectChoice(str(scope), name) for scope, name in SCOPE_NAMES.items()],
        default=str(Scope.FIRST),
        description="Người thi nhiều lượt có thể gặp lại câu cũ; lượt đầu cho biết câu hỏi rõ hơn.",
    )
