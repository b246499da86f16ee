"""Stamps DOCX files: numbered copies whose every printed page bears the marking and the copy number.

Headers and footers of every section and kind (default, first, even) get the stamp; what stands in them stays.  The
sender's package is never loaded and saved: the few parts that change are spliced into it (see ``docx_package``).
Articles 4(5) and 7(3) ask for the marking and the number; ``wording`` has the words.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from marker.agreement.profile import Profile
from marker.errors import HoldError, MarkerError
from marker.model import CopyOrder, HoldCode, StampResult
from marker.settings import Settings
from marker.stamp.code import QUIET_MODULES, Modules, low_modules, modules, seal_modules
from marker.stamp.docx_draft import SIGNED, Draft
from marker.stamp.docx_insert import Stamper
from marker.stamp.docx_label import label_docx
from marker.stamp.docx_package import Package
from marker.stamp.docx_place import CodePicture, code_picture_sizes, seal_picture_size
from marker.stamp.docx_plan import plan
from marker.stamp.wording import word

_PIXELS_A_MODULE = 12


def check_docx(source: Path, *, settings: Settings | None = None) -> tuple[str, ...]:
    """Refuse what no stamp can change: raises HoldError as :func:`stamp_docx` would, before a number is drawn.

    Notes on an electronic signature that a copy would not have, if there is one.
    """
    with _border(), Package(source, settings or Settings()) as package:
        return (SIGNED,) if Draft(package, settings or Settings()).signed else ()


def stamp_docx(
    source: Path,
    orders: Sequence[tuple[CopyOrder, Path]],
    profile: Profile,
    *,
    settings: Settings | None = None,
) -> tuple[StampResult, ...]:
    """Write one stamped copy of ``source`` for each order to the path beside it; the results come in the same order.

    The copies are for the owner alone (0600); when one fails, none stays.  The same order gives the same bytes.

    Raises HoldError: encrypted, malformed, too-large, unsupported (documents merged in on opening), signed,
    stamp-failed (no place on the page, or a fault).  Raises ProfileError when the profile's wording is not complete.
    """
    limits = settings or Settings()
    return write_copies(source, orders, limits, lambda package, order: _stamp(package, order, profile, limits))


def write_copies(
    source: Path,
    orders: Sequence[tuple[CopyOrder, Path]],
    settings: Settings,
    make: Callable[[Package, CopyOrder], tuple[dict[str, bytes], StampResult]],
) -> tuple[StampResult, ...]:
    """Splice what ``make`` makes for each order, parts by name, into a copy of ``source``; all or none.

    Raises HoldError.
    """
    written: list[Path] = []
    results: list[StampResult] = []
    try:
        with _border(), Package(source, settings) as package:
            package.check_sums()
            for order, target in orders:
                parts, result = make(package, order)
                written.append(target)
                package.splice(parts, target)
                results.append(result)
    except BaseException:
        for target in written:
            target.unlink(missing_ok=True)
        raise
    return tuple(results)


def _stamp(
    package: Package, order: CopyOrder, profile: Profile, settings: Settings
) -> tuple[dict[str, bytes], StampResult]:
    text = word(order, profile)
    draft = Draft(package, settings)
    symbol = modules(order.copy_number)
    low = low_modules(order.copy_number)
    sizes = code_picture_sizes(len(symbol), None if low is None else len(low[0]))
    planned = plan(draft, text, sizes, seal_picture_size() if text.seal else None)

    def picture(size: CodePicture) -> bytes:
        if size.seal:
            return code_picture(seal_modules(text.seal), size.modules)
        return code_picture(low if size.low and low is not None else symbol, size.modules)

    Stamper(draft, text, planned).stamp(picture)
    sidecar = label_docx(draft, order, profile, settings)
    return draft.parts(), StampResult(pages=None, notes=(*draft.notes, *planned.notes), sidecar=sidecar)


def code_picture(symbol: Modules, quiet: int = QUIET_MODULES) -> bytes:
    """The Data Matrix with its quiet zone, in modules, as a black and white PNG.

    The same symbol always gives the same bytes.
    """
    import numpy as np
    from PIL import Image

    light = np.pad(~np.array(list(map(list, symbol)), dtype=bool), quiet, constant_values=True)
    pixels = np.kron(light, np.ones((_PIXELS_A_MODULE, _PIXELS_A_MODULE), dtype=bool))
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format="PNG", optimize=True)
    return out.getvalue()


@contextmanager
def _border() -> Iterator[None]:
    """Whatever the libraries below let through becomes a hold: a bad file never ends a batch."""
    try:
        yield
    except MarkerError:
        raise
    except FileNotFoundError:
        raise
    except (MemoryError, RecursionError) as error:
        raise HoldError(
            HoldCode.TOO_LARGE, "The DOCX file is too large or too deeply nested to be stamped; split it."
        ) from error
    except Exception as error:
        raise HoldError(
            HoldCode.STAMP_FAILED,
            f"The DOCX file could not be stamped ({type(error).__name__}); print the document and stamp the paper.",
        ) from error
