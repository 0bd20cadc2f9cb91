"""Pictures of questions, as papers and results show them."""

from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from app.questions.editor_queries import get_picture

IMMUTABLE = "public, max-age=31536000, immutable"

bp = Blueprint("questions_views", __name__)


@bp.get("/hinh-cau-hoi/<digest>")
def picture(digest: str) -> Response:
    """A picture that a question shows; its address is its content. Raises NoResultFound."""
    media_type, body = get_picture(digest, only_used=True)
    response = make_response(body)
    response.mimetype = media_type
    response.headers["Cache-Control"] = IMMUTABLE
    return response
