"""Where Python begins: here, and in spawned worker processes, which need none of the rest."""

import sys

if sys.version_info < (3, 9):
    sys.exit("needs CPython 3.9, this is %d.%d" % sys.version_info[:2])
if __name__ == "__main__":
    sys.path.insert(0, __file__.rpartition("/")[0])
    import speak

    sys.exit(speak.main(sys.argv[1:]))
