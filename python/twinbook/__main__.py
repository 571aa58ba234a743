"""``python -m twinbook``, the same as ``twinbook``."""

from twinbook.cli import main

main()
