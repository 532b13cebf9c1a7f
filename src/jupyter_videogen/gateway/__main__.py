"""`python -m jupyter_videogen.gateway`: run the local gateway as a separate process."""

import sys

from jupyter_videogen.gateway.process import TURN, main

if __name__ == "__main__":
    sys.setswitchinterval(TURN)
    sys.exit(main())
