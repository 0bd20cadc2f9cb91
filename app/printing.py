"""Pages on paper: our own markup as a tagged PDF. Loads the PDF engine: only jobs import this module."""

from pathlib import Path

import fontpkg_be_vietnam_pro
import segno

try:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
except OSError:  # libpango is not on this machine: PDFs cannot be made, everything else can
    weasyprint = None

MISSING_PANGO = (
    "Chưa tạo được PDF: máy chủ thiếu thư viện vẽ chữ. Cần cài gói libpango-1.0-0, libpangoft2-1.0-0 và "
    "libharfbuzz-subset0, rồi tạo lại tệp."
)
FONTS = fontpkg_be_vietnam_pro.ROOT / "files"
# One whole family with every Vietnamese letter: as offices expect it where it is installed (Debian's
# stand-in for Times New Roman lacks half the letters), in the end the bundled one.
FACES = {
    "normal": ("Times New Roman", "Tinos", "DejaVu Serif", FONTS / "BeVietnamPro-Regular.ttf"),
    "bold": ("Times New Roman Bold", "Tinos Bold", "DejaVu Serif Bold", FONTS / "BeVietnamPro-Bold.ttf"),
}
# The family of the screens, for papers that are ours to design.
OWN_FACES = {"normal": FONTS / "BeVietnamPro-Regular.ttf", "bold": FONTS / "BeVietnamPro-SemiBold.ttf"}
QR_SCALE = 3


def can_make_pdf() -> bool:
    return weasyprint is not None


def pdf_of(html: str, stylesheet: Path) -> bytes:
    """The markup as a tagged PDF in the stylesheet's page size. Nothing is fetched from anywhere."""
    fonts = FontConfiguration()
    fetcher = weasyprint.URLFetcher(allowed_protocols=("data", "file"))
    style = weasyprint.CSS(string=_faces() + stylesheet.read_text(), font_config=fonts, url_fetcher=fetcher)
    document = weasyprint.HTML(string=html, url_fetcher=fetcher)
    content: bytes = document.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")
    return content


def _faces() -> str:
    """The families "Office" and "Be Vietnam Pro" in two weights, for stylesheets to name."""
    rules = ""
    for weight, (*names, bundled) in FACES.items():
        sources = [f'local("{name}")' for name in names] + [f"url({Path(bundled).as_uri()})"]
        rules += f'@font-face{{font-family:"Office";font-weight:{weight};src:{",".join(sources)}}}'
    for weight, path in OWN_FACES.items():
        source = Path(path).as_uri()
        rules += f'@font-face{{font-family:"Be Vietnam Pro";font-weight:{weight};src:url({source})}}'
    return rules


def qr_of(address: str) -> str:
    """The address as a QR code, an SVG in a data: URI."""
    uri: str = segno.make(address, error="m").svg_data_uri(scale=QR_SCALE, border=0)
    return uri
