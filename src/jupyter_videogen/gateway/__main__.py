"""`python -m jupyter_videogen.gateway`: the local service as a process of its own."""

import sys

from jupyter_videogen.gateway.process import TURN, main

if __name__ == "__main__":
    sys.setswitchinterval(TURN)
    sys.exit(main())
