"""OpenCV under one name: loaded when the first picture is looked at, and never with threads of its own."""

from __future__ import annotations

from typing import Any, Final

import cv2

cv2.setNumThreads(1)  # documents are worked on in parallel already; threads would fight over the same cores
cv2.ocl.setUseOpenCL(False)

cv: Final[Any] = cv2
"""The stubs of OpenCV admit neither the array types of numpy nor optional outputs; its functions are used untyped."""
