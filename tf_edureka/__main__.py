"""The command `tf-edureka`, also where it is not on the PATH: `python -m tf_edureka`."""

from tf_edureka.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
