"""``python -m marker``."""

from marker.cli.main import main

if __name__ == "__main__":
    main()
